"""Tagged values: what JSON cannot carry faithfully (SPEC.md, annex C.1).

Invariant: `untag` turns every tag into the value that it names, and leaves all else as it is.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

F = TypeVar("F")

_OTHER: Final[Mapping[str, Any]] = {
    "bytes": b"bytes",
    "date": datetime.date(2026, 1, 1),
    "function": len,
    "set": frozenset({1}),
    "symbol": type,
}


class _Other:
    """A value that is no JSON value and has no counterpart in Python."""


def _nest(depth: int, inner: Any) -> Any:
    value = untag(inner)
    for _ in range(depth):
        value = [value]
    return value


# tag -> the value of its content
_TAGS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "$double": float,
    "$integer": int,
    "$utf16": lambda units: bytes.fromhex(units).decode("utf-16-be", "surrogatepass"),
    "$bytes": bytes.fromhex,
    "$members": lambda pairs: {untag(name): untag(value) for name, value in pairs},
    "$other": lambda name: _OTHER.get(name, _Other()),
}

# tag with a second member `of` -> the value of its content and of `of`
_TAGS_OF: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "$nest": _nest,
    "$repeat": lambda times, text: untag(text) * times,
}


def untag(value: Any) -> Any:
    """Return the value with every tag replaced by what it stands for.

    In: a value as `json.loads` gives it. Out: Python values; bytes for ``$bytes``, and objects that
    are no JSON values for ``$other``. Raises ValueError for a tag that annex C.1 does not know.
    """
    if isinstance(value, dict):
        return _untag_object(value)
    if isinstance(value, list):
        return [untag(item) for item in value]
    return value


def _untag_object(value: dict[str, Any]) -> Any:
    first = next(iter(value), "")
    if len(value) == 1 and first.startswith("$"):
        return _known(_TAGS, first)(value[first])
    if len(value) == 2 and "of" in value:
        tag = next(name for name in value if name != "of")
        if tag.startswith("$"):
            return _known(_TAGS_OF, tag)(value[tag], value["of"])
    return {name: untag(item) for name, item in value.items()}


def _known(table: Mapping[str, F], tag: str) -> F:
    if tag not in table:
        raise ValueError(f"unknown tag {tag!r}: annex C.1 knows {', '.join((*_TAGS, *_TAGS_OF))}")
    return table[tag]
