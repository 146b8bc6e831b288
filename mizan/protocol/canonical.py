"""Canonical text and canonical strings (SPEC.md, section 5.2; RFC 8785).

Invariant: one text for one JSON value, whichever path wrote it; what is not JSON is refused.

Two paths. The quick one lets a C encoder (the standard library's, or orjson where it is installed)
write the text, then proves that this text is canonical but for the notation of some floats, and
mends that. Whatever it cannot prove is left to the careful writer, which also names every fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from json import JSONEncoder
from json.encoder import encode_basestring
from math import copysign
from typing import Any, Final, NamedTuple

from mizan.errors import JsonError, show
from mizan.pointer import step
from mizan.protocol.values import MAX_DEPTH, MAX_INTEGER, double_text

try:
    import orjson
except ImportError:  # the extra `fast` is not installed
    HAS_FAST = False
else:
    # An orjson that writes floats in another way cannot be mended by the table below.
    HAS_FAST = orjson.dumps([1e21, 1e16, 1e-5, 1e-6, 1e-7]) == b"[1e+21,1e+16,0.00001,1e-6,1e-7]"
    # orjson itself refuses long integers, lone surrogates, names that are no strings, and
    # subclasses; what else it would accept (Enum, UUID, NaN) is found by _floats_of.
    _OPTIONS: Final = (
        orjson.OPT_SORT_KEYS
        | orjson.OPT_STRICT_INTEGER
        | orjson.OPT_PASSTHROUGH_DATACLASS
        | orjson.OPT_PASSTHROUGH_DATETIME
        | orjson.OPT_PASSTHROUGH_SUBCLASS
    )

_MIN_INTEGER: Final = -MAX_INTEGER
_CONSTANTS: Final = {None: "null", True: "true", False: "false"}
# Types of which the encoder writes every value as it must, or refuses it.
_FLAT_PURE: Final[frozenset[Any]] = frozenset({str, bool, type(None)})
_FLAT_FAST: Final = _FLAT_PURE | {int}
# From a character beyond U+FFFF to the end of its string, and whether that is a member's name.
_ASTRAL: Final = re.compile(r'[\U00010000-\U0010ffff][^"\\]*(?:\\.[^"\\]*)*"(:?)')

_encode_pure: Final = JSONEncoder(
    ensure_ascii=False,
    check_circular=False,
    sort_keys=True,
    separators=(",", ":"),
).encode


class _Notation(NamedTuple):
    """Where an encoder's text of a float differs from ECMA-262's, whose exponents begin at 1e21."""

    least: float  # the least float that it writes without exponent
    small: float  # from here to `least` the exponent is not ECMA-262's
    exponent: re.Pattern[str]  # an exponent that is not ECMA-262's


_PURE: Final = _Notation(1e-4, 1e-9, re.compile(r"e(?:-0[5-9]|\+1[6-9]|\+20)(?=[,\]}])"))
_FAST: Final = _Notation(1e-5, 1e-6, re.compile(r"e(?:-6|\+1[6-9]|\+20)(?=[,\]}])"))
_POINT_ZERO: Final = re.compile(r"\.0(?=[,\]}])")
_MANTISSA: Final = re.compile(r"[\[,:](-?[0-9](?:\.[0-9]+)?)\Z")
_LONGEST_MANTISSA: Final = 24


def canonical_json(
    value: object, *, fast: bool = HAS_FAST, floats: Callable[[Any], list[float]] | None = None
) -> str:
    """The canonical text of a JSON value: its RFC 8785 serialisation (MZ-JCS-001).

    ``value`` is made of dict, list, tuple, str, int, float, bool and None, or subclasses of these,
    which count as what they derive from (as a name, a subclass of str must compare as str does).
    ``fast`` lets orjson do the work; the text is the same. ``floats`` finds the floats of a value
    that is known to be of exact JSON types, or for orjson to refuse; it saves a look at the rest.

    Raises JsonError: ``json.nan``, ``json.infinity``, ``json.integer_range``, ``json.surrogate``,
    ``json.depth``, ``json.type`` (MZ-JCS-005).
    """
    if type(value) is dict or type(value) is list:
        text = _quick_fast(value, floats) if fast else _quick_pure(value)
        if text is not None:
            return text
    return _write(value, "", MAX_DEPTH)


def canonical_string(value: Any) -> str:
    """The canonical string of a JSON value: a string itself, else the canonical text (MZ-CAN-001).

    Raises JsonError as ``canonical_json`` does.
    """
    if type(value) is int and _MIN_INTEGER <= value <= MAX_INTEGER:
        return str(value)
    if not issubclass(type(value), str):
        return canonical_json(value)
    text = str.__str__(value)
    if not text.isascii():
        _check_surrogates(text, "")
    return text


def _quick_fast(value: Any, find: Callable[[Any], list[float]] | None = None) -> str | None:
    """The canonical text by orjson, or None where that takes the careful writer."""
    try:
        data = orjson.dumps(value, option=_OPTIONS)
    except TypeError:
        return None
    floats = find(value) if find else _floats_of(value, pure=False)
    if floats is None:
        return None
    text = data.decode()
    if not text.isascii() and _beyond(data) and _astral_name(text):
        return None
    return _mend(text, floats, _FAST) if floats else text


def _quick_pure(value: Any) -> str | None:
    """The canonical text by the standard library, or None where that takes the careful writer."""
    try:
        text = _encode_pure(value)
        # UTF-16 has no lone surrogates, and two units for a character beyond U+FFFF.
        beyond = not text.isascii() and len(text.encode("utf-16-le")) > 2 * len(text)
    except Exception:  # noqa: BLE001 - a subclass may raise anything
        return None
    floats = _floats_of(value, pure=True)
    if floats is None or (beyond and _astral_name(text)):
        return None
    return _mend(text, floats, _PURE) if floats else text


def _beyond(data: bytes) -> bool:
    """Whether UTF-8 has a character beyond U+FFFF: it begins with one of these bytes."""
    # Unrolled, for it costs a short document more than all else but the writing.
    return (
        b"\xf0" in data or b"\xf1" in data or b"\xf2" in data or b"\xf3" in data or b"\xf4" in data
    )


def _astral_name(text: str) -> bool:
    """Whether a member's name has a character beyond U+FFFF.

    Both encoders sort names by code point; only with such a name does UTF-16 sort otherwise.
    """
    return any(hit[1] for hit in _ASTRAL.finditer(text))


def _floats_of(value: Any, *, pure: bool) -> list[float] | None:
    """Every float of a value, or None if it is not made of exact JSON types, or nests too deep.

    ``pure``: also check what orjson does itself, integers and names. Of an object's names one is
    enough: they have been sorted, and a string compares with nothing else. Level by level, so that
    depth is the turn of a loop.
    """
    flat = _FLAT_PURE if pure else _FLAT_FAST
    floats: list[float] = []
    level = [value]
    room = MAX_DEPTH
    while level:
        deeper: list[Any] = []
        for item in level:
            kind = type(item)
            if kind in flat or (kind is int and _MIN_INTEGER <= item <= MAX_INTEGER):
                continue
            if kind is float:
                floats.append(item)
            elif kind is dict and room and not (pure and type(next(iter(item), "")) is not str):
                deeper += item.values()
            elif (kind is list or kind is tuple) and room:
                deeper += item
            else:
                return None
        level = deeper
        room -= 1
    return floats


def _mend(text: str, floats: list[float], notation: _Notation) -> str | None:
    """The text with its floats in ECMA-262's notation; None where that cannot be proved right.

    A search may also hit text inside a string. So the hits are counted: every float in question
    gives exactly one, so where there are no more hits than such floats, no string was hit.
    """
    whole = odd = 0
    least, small, exponent = notation
    for number in floats:
        size = abs(number)
        if least <= size < 1e16:
            whole += number.is_integer()
        elif small <= size < 1e21:
            odd += 1
        elif size == 0 and copysign(1, number) > 0:
            whole += 1
        elif size - size != 0 or size == 0:  # NaN, an infinity, or -0.0
            return None
    if whole:
        text, hits = _POINT_ZERO.subn("", text)
        whole -= hits
    if odd:
        text, hits = _mend_exponents(text, exponent)
        odd -= hits
    return None if whole or odd else text


def _mend_exponents(text: str, exponent: re.Pattern[str]) -> tuple[str, int]:
    """The text with these exponents in ECMA-262's notation, and how many there were."""
    parts: list[str] = []
    done = 0
    for hit in exponent.finditer(text):
        end = hit.start()
        mantissa = _MANTISSA.search(text, max(0, end - _LONGEST_MANTISSA), end)
        if mantissa:
            start = mantissa.start(1)
            parts += text[done:start], double_text(float(text[start : hit.end()]))
            done = hit.end()
    return "".join([*parts, text[done:]]), len(parts) // 2


def _write(value: Any, pointer: str, room: int) -> str:
    """The canonical text of any value; ``room``: how many more arrays and objects may nest."""
    kind = type(value)
    if kind is bool or value is None:
        return _CONSTANTS[value]
    # Not isinstance(), which believes an object's word about its class.
    if issubclass(kind, str):
        return _string(str.__str__(value), pointer)
    if issubclass(kind, int):
        return _integer(int.__pos__(value), pointer)
    if issubclass(kind, float):
        return _double(float.__pos__(value), pointer)
    if not issubclass(kind, (dict, list, tuple)):
        raise JsonError("json.type", f"Expected a JSON value, got {show(value)}.", pointer=pointer)
    if not room:
        message = f"Arrays and objects may nest {MAX_DEPTH} deep, not deeper."
        raise JsonError("json.depth", message, pointer=pointer)
    if issubclass(kind, dict):
        return _object(value, pointer, room - 1)
    items = list.__iter__(value) if issubclass(kind, list) else tuple.__iter__(value)
    texts = [_write(item, f"{pointer}/{at}", room - 1) for at, item in enumerate(items)]
    return f"[{','.join(texts)}]"


def _object(value: dict[Any, Any], pointer: str, room: int) -> str:
    members: dict[str, Any] = {}
    for name, item in dict.items(value):
        if not issubclass(type(name), str):
            message = f"A member's name must be a string, got {show(name)}."
            raise JsonError("json.type", message, pointer=pointer)
        members[str.__str__(name)] = item
    if len(members) < dict.__len__(value):  # subclasses of str, unequal but of the same letters
        message = "Two members have the same name; names must differ."
        raise JsonError("json.duplicate", message, pointer=pointer)
    texts = []
    for name in sorted(members, key=_utf16):
        inner = pointer + step(name)
        texts.append(f"{_string(name, inner)}:{_write(members[name], inner, room)}")
    return f"{{{','.join(texts)}}}"


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-be", "surrogatepass")


def _string(text: str, pointer: str) -> str:
    _check_surrogates(text, pointer)
    return encode_basestring(text)


def _integer(number: int, pointer: str) -> str:
    if -MAX_INTEGER <= number <= MAX_INTEGER:
        return str(number)
    message = "An integer must lie within ±(2^53-1); write a greater one as a string."
    raise JsonError("json.integer_range", message, pointer=pointer)


def _double(number: float, pointer: str) -> str:
    if number - number == 0:
        return double_text(number)
    code = "json.infinity" if number == number else "json.nan"
    message = f"A number must be finite, got {number}."
    raise JsonError(code, message, pointer=pointer)


def _check_surrogates(text: str, pointer: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        message = (
            f"A string must be Unicode text, got a lone surrogate at its character {error.start}."
        )
        raise JsonError("json.surrogate", message, pointer=pointer) from None
