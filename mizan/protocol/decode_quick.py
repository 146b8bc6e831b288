"""Reading JSON text by orjson where that reads as section 5.1 of SPEC.md does.

Invariant: a value that is returned is what `decode_reader` would have read; of anything that might
be read otherwise nothing is said.
"""

from __future__ import annotations

from typing import Any, Final

from mizan.protocol.values import MAX_DEPTH, MAX_INTEGER

try:
    import orjson
except ImportError:  # the extra `fast` is not installed
    HAS_FAST = False
else:
    # By this notation `read_quickly` knows integral doubles.
    HAS_FAST = orjson.dumps([2.0, 2.0**53 - 1]) == b"[2.0,9007199254740991.0]"

UNKNOWN: Final = object()
"""What `read_quickly` returns for a text that it leaves to others."""


def read_quickly(text: bytes) -> Any:
    """Return the value of a JSON text, or `UNKNOWN`; never raises.

    Most texts are what orjson itself writes of the value: then it has dropped and rounded nothing.
    Other texts are proved value by value. orjson keeps the last of several members of one name.
    Every member has a colon: where there are no more colons than members, none was dropped. It
    makes doubles of integers that are too long, so integral doubles are left to others, as are
    integers beyond ±(2^53-1).
    """
    if not HAS_FAST:
        return UNKNOWN
    try:
        value = orjson.loads(text)
        if (
            orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER) == text
            and b".0" not in text
            and text.count(b"[") + text.count(b"{") <= MAX_DEPTH
        ):
            return value
    except (ValueError, TypeError):  # TypeError: an integer is too long, or it nests too deep
        return UNKNOWN
    return value if _members_of(value) == text.count(b":") else UNKNOWN


def _members_of(value: Any) -> int:
    """Return how many members the objects of a value have; -1 if something in it is not plain."""
    members = 0
    level = [value]
    room = MAX_DEPTH
    while level:
        deeper: list[Any] = []
        for item in level:
            kind = type(item)
            if kind is str or kind is bool or item is None:
                continue
            if kind is int and -MAX_INTEGER <= item <= MAX_INTEGER:
                continue
            if kind is dict and room:
                members += len(item)
                deeper += item.values()
            elif kind is list and room:
                deeper += item
            elif kind is not float or item.is_integer():
                return -1
        level = deeper
        room -= 1
    return members
