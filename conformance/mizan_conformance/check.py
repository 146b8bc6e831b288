"""Checks of the suite itself: what no schema can say of the vectors.

Invariant: a suite that `problems` finds nothing in has unique ids, known requirements and flags,
and for each refusal an accepted neighbour much like it, so that none passes for another reason. An
accepted vector may have a neighbour too, with another answer (`scores.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from .vectors import Topic, Vector

LEAST = 1500
"""The suite has at least this many vectors."""
LEAST_REFUSED = 3
"""One vector in so many, at least, has to be refused, with its code."""
MOST_PLACES = 5
"""A refused vector and its neighbour may differ in so many places; mostly it is one."""


def problems(topics: Sequence[Topic], requirements: Iterable[str]) -> list[str]:
    """Return a line for each fault of the suite; ``requirements`` are the ids of SPEC.md."""
    known = frozenset(requirements)
    everything = {vector.id: vector for topic in topics for vector in topic.vectors}
    return [
        *_of_total(everything),
        *_repeated(topics),
        *(line for topic in topics for line in _of_topic(topic, known)),
        *(line for vector in everything.values() for line in _of_neighbour(vector, everything)),
        *_of_duplicates(everything.values()),
    ]


def _repeated(topics: Sequence[Topic]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for topic in topics:
        for vector in topic.vectors:
            if vector.id in seen:
                yield f"{topic.path.name}: {vector.id} is in {seen[vector.id]} already"
            seen[vector.id] = topic.path.name


def _of_topic(topic: Topic, known: frozenset[str]) -> Iterator[str]:
    if topic.path.stem != topic.name:
        yield f"{topic.path.name}: the topic is {topic.name!r}, the file must be named after it"
    if len(topic.vectors) < topic.minimum:
        yield f"{topic.path.name}: {len(topic.vectors)} vectors, the minimum is {topic.minimum}"
    used = {flag for vector in topic.vectors for flag in vector.flags}
    for flag in sorted(topic.flags.keys() - used):
        yield f"{topic.path.name}: no vector has the declared flag {flag!r}"
    for vector in topic.vectors:
        if not vector.id.startswith(f"{topic.name}/"):
            yield f"{topic.path.name}: {vector.id} must begin with '{topic.name}/'"
        for flag in vector.flags:
            if flag not in topic.flags:
                yield f"{topic.path.name}: {vector.id} has the undeclared flag {flag!r}"
        for requirement in vector.requirements:
            if requirement not in known:
                yield f"{topic.path.name}: {vector.id} names {requirement}, which is not in SPEC.md"


def _of_neighbour(vector: Vector, everything: Mapping[str, Vector]) -> Iterator[str]:
    if vector.code is None and vector.neighbour is None:
        return
    neighbour = everything.get(vector.neighbour or "")
    if neighbour is None:
        yield f"{vector.id}: its neighbour is {vector.neighbour or 'not named'}"
    elif neighbour.code is not None:
        yield f"{vector.id}: its neighbour {neighbour.id} is refused too ({neighbour.code})"
    elif neighbour.op != vector.op:
        yield f"{vector.id}: its neighbour {neighbour.id} has the op {neighbour.op}"
    elif json.dumps(neighbour.expect) == json.dumps(vector.expect):  # 0 is not false
        yield f"{vector.id}: its neighbour {neighbour.id} has the same answer"
    elif (found := places(vector.input, neighbour.input)) > MOST_PLACES:
        yield f"{vector.id}: its neighbour {neighbour.id} differs in {found} places"


def places(a: object, b: object) -> int:
    """Return in how many places two JSON values differ: members, elements, scalars."""
    if isinstance(a, dict) and isinstance(b, dict):
        own = max(len(a.keys() - b.keys()), len(b.keys() - a.keys()))
        return own + sum(places(a[name], b[name]) for name in a.keys() & b.keys())
    if isinstance(a, list) and isinstance(b, list):
        return abs(len(a) - len(b)) + sum(map(places, a, b))
    return int(type(a) is not type(b) or a != b)


def _of_duplicates(vectors: Iterable[Vector]) -> Iterator[str]:
    # A flag is its file's own, so the same name in two topics is two flags.
    seen: dict[tuple[str, str, str, str | None], str] = {}
    for vector in vectors:
        for requirement in vector.requirements:
            for flag in vector.flags:
                key = (vector.topic, requirement, flag, vector.code)
                first = seen.setdefault(key, vector.id)
                if first != vector.id and not vector.reason:
                    yield (
                        f"{vector.id}: {first} has {requirement}, {flag} and "
                        f"{vector.code or 'ok'} too: say in `reason` why both stand"
                    )


def _of_total(everything: Mapping[str, Vector]) -> Iterator[str]:
    if len(everything) < LEAST:
        yield f"the suite has {len(everything)} vectors, and needs at least {LEAST}"
    refused = sum(vector.code is not None for vector in everything.values())
    if refused * LEAST_REFUSED < len(everything):
        counts = f"{refused} of {len(everything)} vectors are refused"
        yield f"{counts}; one in {LEAST_REFUSED} has to be"
