"""Strings, names of members, numbers and comments as prettier writes them.

Invariant: what is written is read by TypeScript as the value that was given, whatever it holds.
"""

import json
import re
import textwrap
import unicodedata
from collections.abc import Sequence
from typing import Any

WIDTH = 100
_PLANE = 0xFFFF  # the last character that is one unit of UTF-16
# Letters that are part of a name for every version of ECMAScript, so need no quotes.
_LETTERS = "À-ÖØ-öø-ɏΑ-ΡΣ-Ωα-ωА-яぁ-ゔァ-ヺ一-龥가-힣"
_WORD = re.compile(rf"[A-Za-z_${_LETTERS}][A-Za-z0-9_${_LETTERS}]*\Z")
_SURE = re.compile(rf"[\x20-\x7e{_LETTERS}]")
_ESCAPED = {"Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Me", "Sk", "So", "Zl", "Zp"}
_EXPONENT = re.compile(r"e([+-]?)0*(\d)")


class Code(str):
    """An expression among the values of `literal`, written as it stands."""

    __slots__ = ()


def width(text: str) -> int:
    """Return the columns that a line takes; wide characters take two."""
    return len(text) + sum(unicodedata.east_asian_width(each) in "WF" for each in text)


def string(value: str) -> str:
    """Return a string literal, in the quotes that need fewer escapes."""
    return _quoted("".join(_escaped(each) for each in value))


def member(name: str) -> str:
    """Return a member's name, quoted where it is no identifier."""
    if _WORD.match(name):
        return name
    # A letter that is a letter for some versions only is escaped, and so quoted for all.
    return _quoted("".join(_escaped(each, sure=True) for each in name))


def _quoted(body: str) -> str:
    if body.count('"') > body.count("'"):
        return "'" + body.replace("'", "\\'") + "'"
    return '"' + body.replace('"', '\\"') + '"'


def _escaped(character: str, *, sure: bool = False) -> str:
    """Escape what has no shape or no certain width of its own."""
    if character in '"\\':
        return character.replace("\\", "\\\\")
    of_one_column = ord(character) <= _PLANE and unicodedata.category(character) not in _ESCAPED
    if _SURE.match(character) if sure else of_one_column:
        return character
    return json.dumps(character)[1:-1].replace("\x7f", "\\u007f")


def scalar(value: Any) -> str:
    """Return the literal of a string, number, boolean or null, or the code itself."""
    if isinstance(value, Code):
        return str(value)
    if isinstance(value, str):
        return string(value)
    return _EXPONENT.sub(lambda found: f"e{found[1].strip('+')}{found[2]}", json.dumps(value))


def literal(value: Any, indent: int, room: int) -> str:
    """Return a JSON value as an expression whose first line has `room` columns."""
    if not isinstance(value, dict | list):
        return scalar(value)
    flat = _flat(value)
    pairs = isinstance(value, list) and len(value) > 1
    if width(flat) <= room and not (pairs and all(_is_long(each) for each in value)):
        return flat
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        heads = [f"{member(name)}: " for name in value]
        items = [
            head + literal(each, indent + 2, WIDTH - len(inner) - width(head) - 1)
            for head, each in zip(heads, value.values(), strict=True)
        ]
    else:
        items = [literal(each, indent + 2, WIDTH - len(inner) - 1) for each in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    if isinstance(value, list) and all(type(each) in (int, float) for each in value):
        body = textwrap.fill(
            " ".join(f"{each}," for each in items),
            WIDTH,
            initial_indent=inner,
            subsequent_indent=inner,
            break_long_words=False,
            break_on_hyphens=False,
        )
    else:
        body = "\n".join(f"{inner}{each}," for each in items)
    return f"{opening}\n{body}\n{' ' * indent}{closing}"


def _is_long(value: Any) -> bool:
    return isinstance(value, dict | list) and len(value) > 1


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        members = ", ".join(f"{member(name)}: {_flat(each)}" for name, each in value.items())
        return f"{{ {members} }}" if value else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flat, value))}]"
    return scalar(value)


def comment(description: str, tags: Sequence[str] = (), indent: int = 0) -> str:
    """Return a doc comment that ends its line; nothing where there is nothing to say."""
    pad = " " * indent
    paragraphs = [*_lines(description), *(line for tag in tags for line in _lines(tag))]
    lines = [
        part
        for line in paragraphs
        for part in (textwrap.wrap(line, WIDTH - indent - 3, **_WRAP) or [""])
    ]
    if not lines:
        return ""
    # A comment of one line could be a directive to a tool; one of several lines is none.
    if len(lines) == 1 and indent + width(lines[0]) + 7 <= WIDTH and "@ts-" not in lines[0]:
        return f"{pad}/** {lines[0]} */\n"
    return (
        f"{pad}/**\n" + "".join(f"{pad} * {each}".rstrip() + "\n" for each in lines) + f"{pad} */\n"
    )


_WRAP: dict[str, Any] = {
    "break_long_words": False,
    "break_on_hyphens": False,
    "replace_whitespace": False,
    "drop_whitespace": True,
    "expand_tabs": True,
}


def _lines(text: str) -> list[str]:
    """Return the lines of a comment, without what would end it or hide in it."""
    shown = text.strip().replace("*/", "*\\/")
    return [
        "".join(each if each.isprintable() or each == "\t" else " " for each in line).rstrip()
        for line in shown.splitlines()
    ]
