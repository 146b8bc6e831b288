"""Hypothesis draws, and makes small."""

from __future__ import annotations

from hypothesis import strategies as st

from mizan_conformance.fuzz.engine import Enough, drawn


def test_what_fails_is_made_small() -> None:
    failed: list[int] = []

    def attempt(number: int) -> None:
        if number >= 100:
            failed.append(number)
            raise LookupError

    drawn(st.integers(0, 10_000), attempt, 500, 1, (LookupError,))
    assert min(failed) == failed[-1] == 100


def test_the_number_of_examples_and_the_seed_decide() -> None:
    runs: list[list[int]] = [[], []]
    for run in runs:
        drawn(st.integers(0, 2**60), run.append, 20, 7, ())
    assert len(runs[0]) == 20
    assert runs[0] == runs[1]


def test_enough_is_enough() -> None:
    tried: list[int] = []

    def attempt(number: int) -> None:
        tried.append(number)
        raise Enough

    drawn(st.integers(), attempt, 500, 1, ())
    assert len(tried) == 1
