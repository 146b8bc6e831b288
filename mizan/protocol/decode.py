"""Reading JSON text strictly (SPEC.md, section 5.1).

Invariant: any bytes give a value or a JsonError, in time that grows with their number alone, and
what is returned is what `decode_reader` would have read.

Bytes are read by orjson where it is installed (`decode_quick`). Else the C scanner does the work
where nothing special is met; whatever it refuses, or may have read otherwise than section 5.1 does,
is read again step by step, which names the fault and its place.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn

from mizan.errors import JsonError, show
from mizan.protocol.decode_quick import UNKNOWN, read_quickly
from mizan.protocol.decode_reader import read
from mizan.protocol.values import MAX_DEPTH, MAX_INTEGER, JsonValue, whole

LIMIT: Final = 16 * 1024 * 1024
"""The most bytes of UTF-8 that a text may have, unless the caller sets another limit."""

_BYTES_OF_A_CHARACTER: Final = 4  # at most, in UTF-8
_surrogate_escape: Final = re.compile(r"\\u[dD][89a-fA-F]").search
_long_digits: Final = re.compile("[0-9]{16}").search
_CONTAINERS: Final = frozenset({dict, list})


class _SpecialError(ValueError):
    """The quick way met something that has to be read step by step."""


def decode(text: str | bytes | bytearray | memoryview, *, limit: int = LIMIT) -> JsonValue:
    """Return the value of a JSON text: None, bool, int, float, str, list or dict.

    Integral doubles within ±(2^53-1) are returned as int (MZ-DEC-009). Raises JsonError
    (``json.*``), with the position of the fault in characters from 0.
    """
    if type(text) is bytes and len(text) <= limit:
        quick = read_quickly(text)
        if quick is not UNKNOWN:
            return quick  # type: ignore[no-any-return] # a JsonValue
    checked = _checked(text, limit)
    if _surrogate_escape(checked):
        return read(checked)
    scanner = _CAREFUL_WITH_INTEGERS if _long_digits(checked) else _PLAIN
    try:
        value: JsonValue = scanner.decode(checked)
    except (ValueError, RecursionError):
        return read(checked)
    if checked.count("[") + checked.count("{") > MAX_DEPTH and _is_deep(value):
        return read(checked)
    return value


def _checked(text: str | bytes | bytearray | memoryview, limit: int) -> str:
    """Return the text as characters after the checks of MZ-DEC-002."""
    if isinstance(text, str):
        if len(text) * _BYTES_OF_A_CHARACTER > limit:
            _check_size(len(text.encode("utf-8", "surrogatepass")), limit)
        if not text.isascii() and not _is_unicode(text):
            return _refuse_surrogates(text)
        return str.__str__(text)
    if not isinstance(text, (bytes, bytearray, memoryview)):
        raise JsonError("json.type", f"JSON text is text or bytes, not {show(text)}")
    _check_size(len(text), limit)
    try:
        return str(text, "utf-8")
    except UnicodeDecodeError as error:
        message = f"Not UTF-8: byte {error.start} cannot stand there; JSON text is UTF-8"
        raise JsonError("json.utf8", message) from None


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse_surrogates(text: str) -> NoReturn:
    """Refuse a text with a bare surrogate, which no UTF-8 has, by its first fault."""
    read(text)
    message = "The text has a surrogate that is no character; JSON text is Unicode"
    raise JsonError("json.surrogate", message)


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise JsonError("json.size", f"The text has {size} bytes; at most {limit} are read")


def _is_deep(value: JsonValue) -> bool:
    """Whether a value nests deeper than MAX_DEPTH."""
    boxes: list[Any] = [value] if type(value) in _CONTAINERS else []
    for _ in range(MAX_DEPTH):
        items = (box.values() if type(box) is dict else box for box in boxes)
        boxes = [item for each in items for item in each if type(item) in _CONTAINERS]
        if not boxes:
            return False
    return True


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _SpecialError
    return members


def _double(token: str) -> int | float:
    number = float(token)
    if number in (float("inf"), float("-inf")):
        raise _SpecialError
    return whole(number)


def _integer(token: str) -> int:
    if len(token) > len(str(-MAX_INTEGER)):
        raise _SpecialError
    number = int(token)
    if not -MAX_INTEGER <= number <= MAX_INTEGER:
        raise _SpecialError
    return number


def _word(_: str) -> NoReturn:
    raise _SpecialError


# The hook for integers is called for each, so it is left out where no token is long enough.
_PLAIN: Final = json.JSONDecoder(
    object_pairs_hook=_members, parse_float=_double, parse_constant=_word
)
_CAREFUL_WITH_INTEGERS: Final = json.JSONDecoder(
    object_pairs_hook=_members, parse_float=_double, parse_int=_integer, parse_constant=_word
)
