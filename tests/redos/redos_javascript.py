"""A Python pattern in the notation of JavaScript, which is what the checker of patterns reads.

Written from the tree that Python itself parses, so verbose patterns, flags and named groups need no
care. The checker's theory knows neither looking around nor possessive repetitions. So each stands
there as it is when it finds what it looks for, and again as a letter MARK that an attacker may
place: what is linear in both is linear. One that is possessive ends at such a letter, for it can
end in one place alone.

Invariant: what may go back in Python may go back in what is returned.
"""

import re
from collections.abc import Iterable
from typing import Any

_parser: Any = re._parser  # type: ignore[attr-defined]
_names: Any = re._constants  # type: ignore[attr-defined]

_SETS = {
    _names.CATEGORY_DIGIT: r"\d",
    _names.CATEGORY_NOT_DIGIT: r"\D",
    _names.CATEGORY_SPACE: r"\s",
    _names.CATEGORY_NOT_SPACE: r"\S",
    _names.CATEGORY_WORD: r"\w",
    _names.CATEGORY_NOT_WORD: r"\W",
}
_PLACES = {
    _names.AT_BEGINNING: "^",
    _names.AT_BEGINNING_STRING: "^",
    _names.AT_END: "$",
    _names.AT_END_STRING: "$",
    _names.AT_BOUNDARY: r"\b",
    _names.AT_NON_BOUNDARY: r"\B",
}
MARK = "\\u{10ffff}"
"""No text has this letter but an attacker's."""
_MARKED = 1 << 30  # beyond the flags of `re`
_ANCHORED = {"fullmatch": ("^(?:", ")$"), "match": ("^(?:", ")")}


def translated(pattern: str, flags: int, method: str) -> tuple[list[str], str]:
    """Return sources and flags of a pattern that JavaScript searches for as Python's `method` does.

    Raises re.error for no pattern, NotImplementedError for what has no counterpart.
    """
    tree = _parser.parse(pattern, flags)
    before, after = _ANCHORED.get(method, ("", ""))
    found = tree.state.flags
    sources = [f"{before}{_all(tree, each)}{after}" for each in (found, found | _MARKED)]
    return [*dict.fromkeys(sources)], "ui" if found & re.IGNORECASE else "u"


def _all(nodes: Iterable[Any], flags: int) -> str:
    return "".join(_one(kind, given, flags) for kind, given in nodes)


def _one(kind: Any, given: Any, flags: int) -> str:  # noqa: C901, PLR0911, RUF100 (a table of nodes)
    if kind is _names.LITERAL:
        return _letter(given)
    if kind is _names.NOT_LITERAL:
        return f"[^{_letter(given)}]"
    if kind is _names.ANY:
        return r"[\s\S]" if flags & re.DOTALL else r"[^\n]"
    if kind is _names.IN:
        return _set(given)
    if kind is _names.BRANCH:
        return f"(?:{'|'.join(_all(each, flags) for each in given[1])})"
    if kind is _names.SUBPATTERN:
        return f"({'' if given[0] else '?:'}{_all(given[3], flags)})"
    if kind is _names.GROUPREF:
        return f"\\{given}"
    if kind in (_names.MAX_REPEAT, _names.MIN_REPEAT, _names.POSSESSIVE_REPEAT):
        return _repeated(kind, *given, flags)
    if kind in (_names.ASSERT, _names.ASSERT_NOT):
        return MARK if flags & _MARKED else ""
    if kind is _names.AT:
        return _place(given, flags)
    raise NotImplementedError(f"no counterpart in JavaScript: {kind}")


def _repeated(kind: Any, least: int, most: int, nodes: Any, flags: int) -> str:
    text = _all(nodes, flags)
    count = f"{{{least},{'' if most == _names.MAXREPEAT else most}}}"
    count = {"{0,}": "*", "{1,}": "+", "{0,1}": "?"}.get(count, count)
    repeated = f"(?:{text}){count}" + ("?" if kind is _names.MIN_REPEAT else "")
    return repeated + (MARK if kind is _names.POSSESSIVE_REPEAT else "")


def _place(given: Any, flags: int) -> str:
    if flags & re.MULTILINE and given in (_names.AT_BEGINNING, _names.AT_END):
        return r"\n?"
    return str(_PLACES[given])


def _set(members: Iterable[Any]) -> str:
    text = ""
    for kind, given in members:
        if kind is _names.NEGATE:
            text += "^"
        elif kind is _names.RANGE:
            text += f"{_letter(given[0])}-{_letter(given[1])}"
        else:
            text += _SETS[given] if kind is _names.CATEGORY else _letter(given)
    return f"[{text}]"


def _letter(code: int) -> str:
    """Return a character as it may stand anywhere in a pattern."""
    letter = chr(code)
    return letter if letter.isascii() and letter.isalnum() else f"\\u{{{code:x}}}"
