"""What is drawn is new, in the form of the contract, and the same for the same seed."""

import json
from random import Random

import pytest

from mizan_conformance.fuzz.mutate import Case, Mutator, general, replaced, walk
from mizan_conformance.fuzz.topics import PLACES, TOPICS
from mizan_conformance.messages import request
from mizan_conformance.vectors import load_all, payload

OPS = [op for ops in TOPICS.values() for op in ops]
# ruff: noqa: S311 (a seed is to give the same again)
SEEDS = [Case(vector.op, vector.input) for vector in load_all()]


@pytest.mark.parametrize("op", OPS)
def test_what_is_drawn_differs_and_is_a_request(op: str) -> None:
    mutator, random = Mutator(SEEDS, [op]), Random(7)
    before = {json.dumps(case.input) for case in SEEDS if case.op == op}
    drawn = [mutator.draw(random) for _ in range(300)]
    assert all(case.op == op for case in drawn)
    for case in drawn:
        request(1, payload(*case))
    new = {json.dumps(case.input) for case in drawn} - before
    assert len(new) > 40
    # Members of an input are never invented and never lost.
    shapes = {frozenset(case.input) for case in SEEDS if case.op == op}
    assert {frozenset(case.input) for case in drawn} <= shapes


def test_every_operation_of_a_topic_has_its_places() -> None:
    assert set(OPS) == set(PLACES)


def test_the_same_seed_draws_the_same() -> None:
    runs = []
    for _ in range(2):
        mutator, random = Mutator(SEEDS, OPS), Random(3)
        runs.append([mutator.draw(random) for _ in range(100)])
    assert runs[0] == runs[1]


def test_seeds_stay_as_they_are() -> None:
    before = json.dumps([case.input for case in SEEDS])
    mutator, random = Mutator(SEEDS, OPS), Random(5)
    for _ in range(2000):
        mutator.draw(random)
    assert json.dumps([case.input for case in SEEDS]) == before


def test_a_value_is_replaced_at_one_place() -> None:
    value = {"a": [1, {"b": 2}], "c": {"$bytes": "00"}}
    assert replaced(value, ("a", 1, "b"), 3) == {"a": [1, {"b": 3}], "c": {"$bytes": "00"}}
    assert value["a"] == [1, {"b": 2}]
    assert [path for path, _ in walk(value)] == [("a",), ("a", 0), ("a", 1), ("a", 1, "b"), ("c",)]


def test_names_of_parameters_are_one_place() -> None:
    assert general(("targets", 0, "params", "user_id")) == ("targets", "*", "params", "*")
    assert general(("input", "aud")) == ("input", "aud")
