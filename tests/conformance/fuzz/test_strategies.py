"""Hypothesis draws requests of every topic."""

import pytest
from hypothesis import HealthCheck, find, settings

from mizan_conformance.fuzz.mutate import Case, Mutator
from mizan_conformance.fuzz.strategies import _tagged, cases
from mizan_conformance.fuzz.topics import TOPICS
from mizan_conformance.tagged import untag
from mizan_conformance.vectors import load_all

SEEDS = [Case(vector.op, vector.input) for vector in load_all()]
QUIET = settings(max_examples=500, suppress_health_check=list(HealthCheck), database=None)


@pytest.mark.parametrize(("topic", "op"), [(topic, ops[0]) for topic, ops in TOPICS.items()])
def test_a_topic_draws_its_operations(topic: str, op: str) -> None:
    drawn = cases(topic, Mutator(SEEDS, TOPICS[topic]))
    found = find(drawn, lambda case: case.op == op, settings=QUIET)
    assert isinstance(found.input, dict)


def test_a_name_like_a_tags_is_sent_as_a_member() -> None:
    # Sent as it is, it would be a tag that annex C.1 does not know.
    value = {"a": [{"$": {"b": 1}}]}
    assert _tagged(value) == {"a": [{"$members": [["$", {"b": 1}]]}]}
    assert untag(_tagged(value)) == value
