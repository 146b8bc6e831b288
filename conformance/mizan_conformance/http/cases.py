"""Cases: what is sent to a server and what it must answer, read from `http/v1/*.json` or written
in Python.

Invariant: a case that cannot be read, or says what nothing understands, is an error at loading.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mizan.resources import http_cases_dir
from mizan_conformance.requirements import OVER_HTTP
from mizan_conformance.vectors import VERSION, Vector

if TYPE_CHECKING:
    from .stage import Stage

NEEDS: Final = frozenset({"session", "token"})
"""How the server learns who asks: what a case may need."""

_CASE: Final = frozenset({"id", "requirements", "note", "needs", "steps"})
_STEP: Final = frozenset({"request", "raw", "expect"})
_REQUEST: Final = frozenset(
    {"method", "path", "ctx", "call", "args", "json", "form", "text", "headers", "as", "held"}
)
_EXPECT: Final = frozenset(
    {"status", "headers", "json", "text", "result", "invalidate", "fresh", "problem", "same"}
    | {"closed"}
)


class Wrong(Exception):  # noqa: N818 (a verdict: the server is wrong)
    """A server's answer is not what the case expects; the message says how."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `vector` has its id, requirements and note, as reports show them."""

    vector: Vector
    needs: frozenset[str]
    play: Callable[[Stage], None]


def case(
    name: str,
    requirements: Sequence[str],
    note: str,
    play: Callable[[Stage], None],
    needs: Collection[str] = (),
    steps: Sequence[Mapping[str, Any]] = (),
) -> Case:
    """Return a case by its id, `topic/name`; `steps`, where it is data, are shown by reports."""
    topic = name.partition("/")[0]
    shown = {"steps": list(steps)} if steps else {}
    vector = Vector(name, topic, OVER_HTTP, tuple(requirements), (), note, shown, {})
    return Case(vector, frozenset(needs), play)


def load_cases(folder: Path | None = None) -> list[Case]:
    """Read every file of cases, in the order of their names.

    Raises ValueError, with the file's name, for one that is none.
    """
    folder = folder or http_cases_dir() / VERSION
    return [each for path in sorted(folder.glob("*.json")) for each in _load(path)]


def _load(path: Path) -> Iterator[Case]:
    try:
        document = json.loads(path.read_bytes())
        for item in document["cases"]:
            yield _case(document["topic"], item)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name} is no file of cases: {error!r}") from error


def _case(topic: str, item: Mapping[str, Any]) -> Case:
    name, steps = item["id"], item["steps"]
    _known(name, item, _CASE)
    _known(name, item.get("needs", ()), NEEDS)
    if not name.startswith(f"{topic}/"):
        raise ValueError(f"{name} must begin with '{topic}/'")
    for step in steps:
        _known(name, step, _STEP)
        _known(name, step.get("request", ()), _REQUEST)
        _known(name, step["expect"], _EXPECT)
        if ("request" in step) == ("raw" in step):
            raise ValueError(f"{name}: a step has either `request` or `raw`")

    def play(stage: Stage) -> None:
        for step in steps:
            stage.take(step)

    return case(name, item["requirements"], item["note"], play, item.get("needs", ()), steps)


def _known(name: str, found: Collection[str], known: frozenset[str]) -> None:
    if strange := sorted(set(found) - known):
        raise ValueError(f"{name}: {strange[0]!r} is none of {', '.join(sorted(known))}")
