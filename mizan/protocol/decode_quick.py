"""Reading JSON text by orjson where that reads as section 5.1 of SPEC.md does.

Invariant: a value that is returned is what `decode_reader` would have read; of anything that might
be read otherwise nothing is said.

orjson keeps the last of several members of one name, makes doubles of integers that are too long,
leaves integral doubles as they are, and nests deeper. None of this is looked for in the value, but
in what orjson writes of it, which takes a fraction of the time.
"""

from __future__ import annotations

import re
from typing import Any, Final

from mizan.protocol.values import MAX_DEPTH, JsonValue, whole

_DOUBLES: Final = [2.0, 2.0**53 - 1, 2.0**63]

try:
    import orjson
except ImportError:  # the extra `fast` is not installed
    HAS_FAST = False
else:
    # By this notation integral doubles are known, and integers that were too long.
    HAS_FAST = orjson.dumps(_DOUBLES) == b"[2.0,9007199254740991.0,9.223372036854776e+18]"

UNKNOWN: Final = object()
"""What `read_quickly` returns for a text that it leaves to others."""

_whole_double: Final = re.compile(rb"\.0(?:[,\]}]|\Z)").search


def read_quickly(text: bytes) -> Any:
    """Return the value of a JSON text, or `UNKNOWN`; never raises."""
    if not HAS_FAST:
        return UNKNOWN
    try:
        value = orjson.loads(text)
        written = orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER)
    except (ValueError, TypeError):  # TypeError: an integer is too long, or it nests too deep
        return UNKNOWN
    if written != text and not _has_all(written, text):
        return UNKNOWN
    if _whole_double(written) or written.count(b"[") + written.count(b"{") > MAX_DEPTH:
        return _normal(value)
    return value


def _has_all(written: bytes, text: bytes) -> bool:
    """Whether no member and no digit of an integer was lost; false where that is not sure.

    Colons stand behind the names of members and in strings, and a string keeps its own: where there
    are as many as before, no member was dropped. An escaped colon would make up for a dropped one.
    Integers that orjson makes doubles lie beyond ±2^63, where it writes exponents. What it wrote
    is searched for one byte first, for that is quickest.
    """
    if written.count(b":") != text.count(b":"):
        return False
    if b"+" in written and b"e+" in written:
        return False
    return b"\\" not in text or b"\\u003a" not in text.lower()


def _normal(value: JsonValue) -> Any:
    """Return the value with integral doubles made integers; UNKNOWN if it nests too deep."""
    box = [value]
    level: list[Any] = [box]
    for _ in range(MAX_DEPTH + 1):
        deeper: list[Any] = []
        for each in level:
            for place, item in each.items() if type(each) is dict else enumerate(each):
                kind = type(item)
                if kind is float:
                    each[place] = whole(item)
                elif kind is dict or kind is list:
                    deeper.append(item)
        if not deeper:
            return box[0]
        level = deeper
    return UNKNOWN
