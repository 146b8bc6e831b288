"""Loads and selects the test vectors (`schema/v1/vectors.schema.json`).

Invariant: vectors keep the order of the files' names and of each file, and a pattern that chooses
nothing is an error, so that no run passes because it ran nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from mizan.resources import vectors_dir

VERSION = "v1"


class SelectionError(ValueError):
    """A pattern that chooses no vector: the call is wrong."""


@dataclass(frozen=True, slots=True)
class Vector:
    """One case: what a port is asked, and what it has to answer.

    ``expect`` is ``{"ok": output}`` or ``{"error": {"code": code}}``; ``neighbour`` is the id of
    the accepted case that a refused one differs from as little as possible.
    """

    id: str
    topic: str
    op: str
    requirements: tuple[str, ...]
    flags: tuple[str, ...]
    note: str
    input: dict[str, Any]
    expect: dict[str, Any]
    neighbour: str | None = None
    reason: str | None = None
    payload: bytes = field(default=b"", repr=False, compare=False)

    @property
    def code(self) -> str | None:
        """The error code that is expected, or None where the case is accepted."""
        error = self.expect.get("error")
        return error["code"] if error else None


@dataclass(frozen=True, slots=True)
class Topic:
    """One vector file. ``flags`` maps each class of bug to what it says of it."""

    path: Path
    name: str
    op: str
    minimum: int
    flags: Mapping[str, Mapping[str, str]]
    vectors: tuple[Vector, ...]


def load_topics(folder: Path | None = None) -> list[Topic]:
    """Read every vector file, in the order of their names.

    Raises ValueError, with the file's name, for one that is not a vector file.
    """
    folder = folder or vectors_dir() / VERSION
    return [load_topic(path) for path in sorted(folder.glob("*.json"))]


def load_all(folder: Path | None = None) -> list[Vector]:
    """Return every vector of every topic, in order. Raises as `load_topics`."""
    return [vector for topic in load_topics(folder) for vector in topic.vectors]


def load_topic(path: Path) -> Topic:
    """Read one vector file. Raises ValueError for a file that is none."""
    try:
        document = json.loads(path.read_bytes())
        vectors = tuple(_vector(document, item) for item in document["vectors"])
        return Topic(
            path, document["topic"], document["op"], document["minimum"], document["flags"], vectors
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name} is no vector file: {error!r}") from error


def payload(op: str, input_: Mapping[str, Any]) -> bytes:
    """Return a request's line from behind its id on: what is sent again and again."""
    return f',"op":{json.dumps(op)},"input":{json.dumps(input_)}}}\n'.encode()


def _vector(document: Mapping[str, Any], item: Mapping[str, Any]) -> Vector:
    return Vector(
        id=item["id"],
        topic=document["topic"],
        op=document["op"],
        requirements=tuple(item["requirements"]),
        flags=tuple(item["flags"]),
        note=item["note"],
        input=item["input"],
        expect=item["expect"],
        neighbour=item.get("neighbour"),
        reason=item.get("reason"),
        payload=payload(document["op"], item["input"]),
    )


def select_vectors(vectors: Sequence[Vector], patterns: str | Sequence[str] = "*") -> list[Vector]:
    """Return the vectors that one of the patterns chooses.

    A pattern is a glob over ids (`token/*`, `*surrogate*`), the name of a topic, or of an
    operation. Raises SelectionError for a pattern that chooses nothing.
    """
    chosen: set[str] = set()
    for pattern in (patterns,) if isinstance(patterns, str) else patterns:
        found = {vector.id for vector in vectors if _matches(vector, pattern)}
        if not found:
            topics = ", ".join(dict.fromkeys(vector.topic for vector in vectors)) or "none"
            raise SelectionError(f"No vector matches {pattern!r}. The topics are: {topics}.")
        chosen |= found
    return [vector for vector in vectors if vector.id in chosen]


def _matches(vector: Vector, pattern: str) -> bool:
    return pattern in (vector.topic, vector.op) or fnmatchcase(vector.id, pattern)
