"""mizan_conformance.scores: what a port without understanding would get."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from mizan_conformance.scores import MOST, NULL_PORTS, null_scores, score
from mizan_conformance.vectors import Topic, Vector, load_topics

TOPICS = load_topics()


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: str(topic.name))
def test_a_null_port_gets_next_to_nothing(topic: Topic) -> None:
    row = null_scores([topic])[topic.name]
    assert row.keys() == NULL_PORTS.keys()
    assert not {name: float(share) for name, share in row.items() if share >= MOST}


@pytest.fixture
def topic(make_vector: Callable[..., Vector]) -> Topic:
    """Two accepted cases, and one that is refused and bound to the first."""
    refused = make_vector(
        "bad", expect={"error": {"code": "json.type"}}, neighbour="canonical/good"
    )
    vectors = (make_vector("good"), make_vector("free", "other"), refused)
    return Topic(Path("canonical.json"), "canonical", "canonical", 1, {}, vectors)


@pytest.mark.parametrize(
    ("passed", "share"),
    [
        ("good free bad", Fraction(1)),
        ("good bad", Fraction(2, 3)),
        ("bad", Fraction(0)),
        ("good", Fraction(0)),
        ("free", Fraction(1, 3)),
        ("", Fraction(0)),
    ],
)
def test_bound_cases_count_together(topic: Topic, passed: str, share: Fraction) -> None:
    assert score(topic, {f"canonical/{name}" for name in passed.split()}) == share


def test_the_null_ports(topic: Topic) -> None:
    third = Fraction(1, 3)
    expected = {"refuses": 0, "accepts": 0, "echoes": third, "crashes": 0}
    assert null_scores([topic]) == {"canonical": expected}
