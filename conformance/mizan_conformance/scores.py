"""What ports without any understanding would get: refusing all, accepting all, echoing, crashing.

A topic that such a port does well in proves little. So a score does not count single cases: a case
that has to be refused counts only with its neighbour, and the neighbour only with a case that is
bound to it.

Invariant: the null ports know all that can be known without reading a case: the code that a topic
refuses most with, the answer that it accepts most with.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from .messages import Answer
from .run import judge
from .tagged import untag
from .vectors import Topic, Vector

MOST: Final = Fraction(1, 10)
"""What a null port gets is less than this share of any topic."""

_SUBJECTS: Final = ("value", "text", "field", "query")
NullPort = Callable[[Topic], Callable[[Vector], Answer | None]]
"""A topic to what answers its cases; None where it crashes."""


def score(topic: Topic, passed: Collection[str]) -> Fraction:
    """Return the share of a topic's cases that count for a port that passed some of them."""
    bound: dict[str, list[str]] = {}
    for vector in topic.vectors:
        if vector.neighbour:
            bound.setdefault(vector.neighbour, []).append(vector.id)

    def counts(vector: Vector) -> bool:
        if vector.id not in passed or (vector.neighbour and vector.neighbour not in passed):
            return False
        bound_to_it = bound.get(vector.id)
        return not bound_to_it or any(each in passed for each in bound_to_it)

    return Fraction(sum(map(counts, topic.vectors)), len(topic.vectors))


def null_scores(topics: Iterable[Topic]) -> dict[str, dict[str, Fraction]]:
    """Return the score of each null port by topic: topic -> name of the port -> score."""
    return {
        topic.name: {name: _score_of(topic, make(topic)) for name, make in NULL_PORTS.items()}
        for topic in topics
    }


def _score_of(topic: Topic, ask: Callable[[Vector], Answer | None]) -> Fraction:
    return score(topic, {each.id for each in topic.vectors if _passes(each, ask(each))})


def _passes(vector: Vector, answer: Answer | None) -> bool:
    return answer is not None and judge(vector, answer) is None


def _refuses(topic: Topic) -> Callable[[Vector], Answer]:
    code = _most([each.code for each in topic.vectors if each.code]) or "port.refused"
    return lambda _: Answer(None, code)


def _accepts(topic: Topic) -> Callable[[Vector], Answer]:
    texts = [json.dumps(each.expect["ok"]) for each in topic.vectors if each.code is None]
    answer = Answer(untag(json.loads(_most(texts) or "{}")))
    return lambda _: answer


def _echoes(topic: Topic) -> Callable[[Vector], Answer]:
    """Return what answers with the input: its members of the output's names, else what it is of."""
    accepted = next(each for each in topic.vectors if each.code is None)
    names = [*accepted.expect["ok"]]
    return lambda vector: Answer({name: _echo(vector.input, name) for name in names})


def _echo(given: Mapping[str, Any], name: str) -> Any:
    first = next((each for each in (name, *_SUBJECTS) if each in given), None)
    value = next(iter(given.values())) if first is None else given[first]
    return json.dumps(value) if name == "text" and not isinstance(value, str) else value


def _crashes(_: Topic) -> Callable[[Vector], None]:
    return lambda _: None


def _most(items: Sequence[str]) -> str | None:
    found = Counter(items).most_common(1)
    return found[0][0] if found else None


NULL_PORTS: Final[Mapping[str, NullPort]] = {
    "refuses": _refuses,
    "accepts": _accepts,
    "echoes": _echoes,
    "crashes": _crashes,
}
