"""Hypothesis draws requests of every topic."""

import pytest
from hypothesis import HealthCheck, find, settings

from mizan_conformance.fuzz.mutate import Case, Mutator
from mizan_conformance.fuzz.strategies import cases
from mizan_conformance.fuzz.topics import TOPICS
from mizan_conformance.vectors import load_all

SEEDS = [Case(vector.op, vector.input) for vector in load_all()]
QUIET = settings(max_examples=500, suppress_health_check=list(HealthCheck), database=None)


@pytest.mark.parametrize(("topic", "op"), [(topic, ops[0]) for topic, ops in TOPICS.items()])
def test_a_topic_draws_its_operations(topic: str, op: str) -> None:
    drawn = cases(topic, Mutator(SEEDS, TOPICS[topic]))
    found = find(drawn, lambda case: case.op == op, settings=QUIET)
    assert isinstance(found.input, dict)
