"""Where pydantic refused a value, as JSON Pointers (RFC 6901; SPEC.md, section 16).

Invariant: a pointer leads to a place in what was given, or to a member that is missing there; the
branch of a union, which pydantic names too, is no step.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Any

from pydantic import ValidationError

from mizan.pointer import step
from mizan.server.problems import MOST_ERRORS

Location = tuple[int | str, ...]


def errors_of(
    error: ValidationError, given: object = None, names: Collection[str] = ()
) -> list[dict[str, str]]:
    """Return a pydantic error as problem-document errors: {"pointer", "code", "detail"} each.

    `given` is the value refused; without it every step of a location is taken. `names` are the
    members that it may have, for the messages. One more than MOST_ERRORS at most.
    """
    return [
        {
            "pointer": "".join(map(step, _steps(each, given))),
            "code": each["type"],
            "detail": _detail(each, names),
        }
        for each in error.errors(include_url=False, include_context=False)[: MOST_ERRORS + 1]
    ]


def _steps(error: Mapping[str, Any], given: object) -> Location:
    location: Location = error["loc"]
    if given is None:
        return location
    if error["type"] == "missing":
        return _way(location[:-1], given, error["input"]) + location[-1:]
    return _way(location, given, error["input"])


def _way(location: Location, given: object, found: object) -> Location:
    """Return the steps that lead from `given` to the value `found`, as many as there are."""
    ways = list(islice(_ways(location, given), _MOST_WAYS))
    return next((way for way, place in ways if place == found), ways[0][0])


def _ways(location: Location, place: object) -> Iterator[tuple[Location, object]]:
    """Yield (steps, where they lead) for every reading of a location: a step that is also the
    name of a member may be that or a branch. Members come first."""
    if not location:
        yield (), place
        return
    inner = _member(place, location[0])
    if inner is not _NONE:
        for way, end in _ways(location[1:], inner):
            yield location[:1] + way, end
    yield from _ways(location[1:], place)


_MOST_WAYS = 64
_NONE = object()


def _member(place: object, step: int | str) -> object:
    if isinstance(place, Mapping):
        return place.get(step, _NONE)
    if isinstance(place, (list, tuple)) and isinstance(step, int) and step < len(place):
        return place[step]
    return _NONE


def _detail(error: Mapping[str, Any], names: Collection[str]) -> str:
    location = error["loc"]
    if len(location) == 1 and error["type"] == "extra_forbidden":
        return f"There is no argument {location[0]!r}; there are: {', '.join(names) or 'none'}."
    if len(location) == 1 and error["type"] == "missing":
        return f"The argument {location[0]!r} is missing; it is required."
    return f"{str(error['msg']).rstrip('.')}."
