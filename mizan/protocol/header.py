"""The header fields `X-Mizan-Invalidate` and `X-Mizan-Held` (SPEC.md, section 8).

Invariant: `parse(format(targets))` is the canonical set of the targets, with canonical strings as
values, unless the limit made it coarser; nothing that is stale is ever left out.

Reading goes by three ways, from fast to careful: a field as writers write it is checked by one
expression; one in another spelling is written anew on the way; only one with a fault is read step
by step (`header_reader`), for its code.
"""

import re
from collections.abc import Iterable

from mizan.errors import DocumentError, HeaderError
from mizan.protocol.header_reader import percent_decode, read
from mizan.protocol.targets import (
    EVERYTHING,
    INTEGER,
    NAME,
    PARAMETER_NAME,
    Instance,
    Target,
    field_value,
    serialise,
    uncovered,
)

WRITE_LIMIT = 2048  # bytes; MZ-HDR-005
READ_LIMIT = 65_536  # bytes; MZ-HDR-010
TOKEN_LIMIT = 512  # characters; MZ-HDR-006
STRING_LIMIT = 1024  # characters between the quotes; MZ-HDR-006
HELD_COUNT = 8  # MZ-HLD-001
HELD_LIMIT = 1024  # bytes; MZ-HLD-001

_PLAIN = "[A-Za-z0-9._~-]*+"
# %XX of every byte that is not unreserved, in upper case.
_ENCODED = "%(?:[01][0-9A-F]|2[0-9A-CF]|3[A-F]|40|5[B-E]|60|7[B-DF]|[89A-F][0-9A-F])"
_STRICT = rf"{_PLAIN}(?:{_ENCODED}{_PLAIN})*"
_LENIENT = rf"{_PLAIN}(?:%[0-9A-Fa-f]{{2}}{_PLAIN})*"
_STRICT_BARE = rf"{INTEGER}|[A-Za-z]{_STRICT}"
# What is neither written as an Integer nor as a Token.
_STRICT_STRING = rf'(?![A-Za-z]|{INTEGER}"){_STRICT}'
_STRICT_VALUE = rf'(?:{_STRICT_BARE}|"{_STRICT_STRING}")'
_LENIENT_VALUE = rf'(?:{INTEGER}|[A-Za-z]{_LENIENT}|"{_LENIENT}")'

# (context, function, first name, its string, its bare value, other parameters, what is no member)
_strict_members = re.compile(
    rf"({NAME})(?:/({NAME}))?"
    rf'(?:;({PARAMETER_NAME})=(?:"({_STRICT_STRING})"|({_STRICT_BARE})))?'
    rf"((?:;{PARAMETER_NAME}={_STRICT_VALUE})*)"
    r"(?:, (?=[a-z])|\Z)|((?s:.+))"
).findall
# (context, function, first name, its value as it stands, other parameters, what is no member)
_lenient_members = re.compile(
    rf"(\*(?![/;])|{NAME})(?:/({NAME}))?"
    rf"(?:;\ *+({PARAMETER_NAME})=({_LENIENT_VALUE}))?"
    rf"((?:;\ *+{PARAMETER_NAME}={_LENIENT_VALUE})*)"
    r"[ \t]*+(?:,[ \t]*+(?=[a-z*])|\Z)|((?s:.+))"
).findall
# Of such parameters: (name, value without quotes), (name, value as it stands).
_pairs = re.compile(r';([a-z0-9_]++)="?([^;"]*+)').findall
_raw_pairs = re.compile(r"; *+([a-z0-9_]++)=([^;]*+)").findall
_new = tuple.__new__


def parse(text: str | bytes) -> tuple[Target, ...]:
    """Return the canonical set of targets that a field value names (MZ-HDR-010 to 014).

    Parameter values are canonical strings. Raises HeaderError.
    """
    text = field_text(text)
    targets = _read_strict(text) or _read_lenient(text)
    if targets is None:
        targets = {serialise(target): target for target in read(text)}
    if len(targets) == 1:
        return tuple(targets.values())
    return tuple([targets[text] for text in uncovered(targets)])


def parse_held(text: str | bytes) -> tuple[Instance, ...]:
    """Return the instances that a field value of `X-Mizan-Held` names, in its order.

    Repetitions are dropped, the first eight kept (MZ-HLD-002). Raises HeaderError.
    """
    text = field_text(text)
    targets = _read_lenient(text)
    if targets is None or any(each.function or each == EVERYTHING for each in targets.values()):
        targets = {serialise(target): target for target in read(text, held=True)}
    instances = [Instance(context, params) for context, params, _ in targets.values()]
    return tuple(instances[:HELD_COUNT])


def format(targets: Iterable[Target], limit: int = WRITE_LIMIT) -> str:  # noqa: A001 (the name that users know)
    """Return the field value that names the targets, coarsened to at most `limit` bytes.

    Empty for no targets: then the field is not sent (MZ-HDR-004). Raises as `serialise`, and
    ValueError for a limit under 1.
    """
    if limit < 1:
        raise ValueError(f"limit is a number of bytes, at least 1, not {limit}.")
    targets = tuple(targets)
    if len(targets) == 1:
        text = serialise(targets[0])
        if len(text) > TOKEN_LIMIT:
            text = _without_long_values(text)
        if len(text) <= limit:
            return text
    by_text = {_without_long_values(serialise(target)): target for target in targets}
    texts = uncovered(by_text)
    size = sum(map(len, texts)) + 2 * (len(texts) - 1)
    if size > limit:
        texts = _coarsened([(by_text[text].context, text) for text in texts], size, limit)
    return ", ".join(texts)


def format_held(instances: Iterable[Instance]) -> str:
    """Return the field value of `X-Mizan-Held` (MZ-HLD-001); empty for none. Raises as `serialise`.

    Instances with a value that is too long are left out, and the tail that does not fit.
    """
    texts: dict[str, None] = {}
    size = -2
    for context, params in instances:
        text = serialise(Target(context, params))
        if text == "*":
            raise DocumentError("document.invalid", "Expected an instance; got '*'.")
        if text in texts or text != _without_long_values(text):
            continue
        size += 2 + len(text)
        if len(texts) == HELD_COUNT or size > HELD_LIMIT:
            break
        texts[text] = None
    return ", ".join(texts)


def field_text(text: str | bytes) -> str:
    """Return a field value as text, each byte a character. Raises HeaderError (``header.size``)."""
    if isinstance(text, bytes):
        text, size = text.decode("latin-1"), len(text)
    else:
        size = len(text) if text.isascii() else len(text.encode(errors="surrogatepass"))
    if size > READ_LIMIT:
        message = f"A field value has at most {READ_LIMIT} bytes, not {size}."
        raise HeaderError("header.size", message)
    return text


def _read_strict(text: str) -> dict[str, Target] | None:
    """Return the targets of a field as writers write it, by their texts; None for any other."""
    found = _strict_members(text)
    if not found or found[-1][6]:
        return None
    targets = {}
    for member, parts in zip(text.split(", "), found, strict=True):
        context, function, name, string, bare, others, _ = parts
        params: tuple[tuple[str, str], ...] = ((name, string or bare),) if name else ()
        if others:
            pairs = _pairs(others)
            if name >= pairs[0][0] or (len(pairs) > 1 and not _ascending(pairs)):
                return None
            params = (*params, *pairs)
        if "%" in member:
            try:
                params = tuple([(name, percent_decode(value)) for name, value in params])
            except UnicodeDecodeError:
                return None
        # What Target(...) does, without the call of its __new__ in Python.
        targets[member] = _new(Target, (context, params, function or None))
    return targets


def _read_lenient(text: str) -> dict[str, Target] | None:
    """Return the targets of a field in any spelling, by their texts; None if it has a fault."""
    found = _lenient_members(text.strip(" "))
    if found and found[-1][5]:
        return None
    targets: dict[str, Target] = {}
    for context, function, name, raw, others, _ in found:
        pairs = [(name, raw)] if name else []
        if others:
            pairs = sorted(pairs + _raw_pairs(others))
            if len(dict(pairs)) < len(pairs):
                return None
        member = f"{context}/{function}" if function else context
        params = []
        for name, raw in pairs:
            value = raw.strip('"')
            if "%" in value:
                try:
                    value = percent_decode(value)
                except UnicodeDecodeError:
                    return None
            part = raw if value is raw else field_value(value)
            member += f";{name}={part}"
            params.append((name, value))
        targets[member] = _new(Target, (context, tuple(params), function or None))
    return targets


def _ascending(pairs: list[tuple[str, str]]) -> bool:
    """Tell whether the names are in order, each once."""
    before = ""
    for name, _ in pairs:
        if name <= before:
            return False
        before = name
    return True


def _without_long_values(text: str) -> str:
    """Return a serialised target without the values that MZ-HDR-006 leaves out."""
    if len(text) <= TOKEN_LIMIT:
        return text
    head, *params = text.split(";")
    return ";".join([head, *(each for each in params if _fits(each.partition("=")[2]))])


def _fits(value: str) -> bool:
    return len(value) <= (STRING_LIMIT + 2 if value.startswith('"') else TOKEN_LIMIT)


def _coarsened(members: list[tuple[str, str]], size: int, limit: int) -> list[str]:
    """Return the texts of (context, text) with whole contexts in place of parts (MZ-HDR-005).

    `size` is that of the members joined by ", ". One context's bytes do not depend on another's,
    so the order in which they become broad is known from the start.
    """
    parts: dict[str, list[int]] = {}
    for context, text in members:
        if text != context:
            parts.setdefault(context, []).append(len(text))
    broad = set()
    for context in sorted(parts, key=lambda context: (-sum(parts[context]), context)):
        broad.add(context)
        size -= sum(parts[context]) + 2 * (len(parts[context]) - 1) - len(context)
        if size <= limit:
            return sorted(broad.union(text for each, text in members if each not in broad))
    return ["*"]
