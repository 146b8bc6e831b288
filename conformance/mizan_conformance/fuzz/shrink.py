"""Makes an input small on which two sides differ.

Invariant: what is returned still differs, and no single smaller step from it does, unless the
number of tries ended the search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from .mutate import Case, Path, is_tag, kind_of, replaced, walk
from .topics import NEVER_EMPTY

MOST_TRIES: Final = 3000
_OPTIONAL: Final = frozenset({"limit", "nullable", "leeway", "max_lifetime", "added"})
_PLAIN: Final = "a0"


def shrink(case: Case, differs: Callable[[Case], bool], most: int = MOST_TRIES) -> Case:
    """Return the smallest case found that still differs, after at most so many tries."""
    tries = 0
    is_smaller = True
    while is_smaller:
        is_smaller = False
        for candidate in _smaller(case):
            tries += 1
            if tries > most:
                return case
            if differs(candidate):
                case, is_smaller = candidate, True
                break
    return case


def _smaller(case: Case) -> Iterator[Case]:
    for name in case.input.keys() & _OPTIONAL:
        yield Case(case.op, {key: value for key, value in case.input.items() if key != name})
    yield from _items_alone(case)
    for path, value in walk(case.input):
        for new in _values(case.op, path, value):
            yield Case(case.op, replaced(case.input, path, new))


def _items_alone(case: Case) -> Iterator[Case]:
    """Yield each item of a list as a value of its own type."""
    type_, value = case.input.get("type"), case.input.get("value")
    if case.op == "coerce" and isinstance(type_, dict) and isinstance(value, list):
        for item in value if "items" in type_ else ():
            yield Case(case.op, {**case.input, "type": type_["items"], "value": item})


def _values(op: str, path: Path, value: Any) -> Iterator[Any]:
    free = kind_of(op, path)
    if isinstance(value, list):
        yield from _lists(value, path)
    elif isinstance(value, dict) and not is_tag(value) and _is_map(path, free):
        for name in value:
            yield {key: item for key, item in value.items() if key != name}
        if free == "json":
            yield from _renamed(value)
    if free:
        yield from _leaves(value)


def _renamed(members: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the members with one name made smaller; a name of a tag would make a tag of them."""
    for name in members:
        for new in _texts(name):
            if new not in members and not new.startswith("$"):
                yield {new if key == name else key: item for key, item in members.items()}


def _is_map(path: Path, free: str | None) -> bool:
    return free == "json" or path[-1] in ("params", "args", "bound", "vary")


def _lists(items: list[Any], path: Path) -> Iterator[list[Any]]:
    least = 1 if path[-1] in NEVER_EMPTY else 0
    size = len(items)
    step = size
    while step:
        for at in range(0, size, step):
            shorter = items[:at] + items[at + step :]
            if least <= len(shorter) < size:
                yield shorter
        step //= 2


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, str):
        yield from _texts(value)
    elif isinstance(value, dict) and "$bytes" in value:
        data = bytes.fromhex(value["$bytes"])
        yield from ({"$bytes": (data[:at] + data[at + 1 :]).hex()} for at in range(len(data)))
        yield data.decode("utf-8", "replace")
    elif isinstance(value, dict) and "$utf16" in value:
        units = value["$utf16"]
        yield from ({"$utf16": units[:at] + units[at + 4 :]} for at in range(0, len(units), 4))
    elif isinstance(value, (list, dict)) and not (isinstance(value, dict) and is_tag(value)):
        yield from ((*value, *value.values()) if isinstance(value, dict) else value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from _numbers(value)


def _texts(text: str) -> Iterator[str]:
    step = len(text)
    while step:
        for at in range(0, len(text), step):
            yield text[:at] + text[at + step :]
        step //= 2
    for at, letter in enumerate(text):
        if letter not in _PLAIN:
            yield from (text[:at] + plain + text[at + 1 :] for plain in _PLAIN)


def _numbers(value: float) -> Iterator[float]:
    for smaller in (0, 1, int(value) // 2):
        if abs(smaller) < abs(value):
            yield smaller
