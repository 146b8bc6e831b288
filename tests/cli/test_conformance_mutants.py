"""`mizan conformance mutants`"""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from mizan.cli import conformance_mutants
from mizan.cli.main import main
from mizan_conformance import scores
from mizan_conformance.mutants import Mutant, Outcome

MUTANT = Mutant("mine", "It is wrong.", ("canonical",), ("MZ-CAN-001",), ())


def test_some_mutants(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conformance", "mutants", "--select", "pkey", "--jobs", "2"]) == 0
    said = capsys.readouterr()
    assert "pkey                6 of 6" in said.out
    assert "mutation score: 6 of 6, 100 %" in said.out
    assert "crashes" not in said.out  # the scores are of the whole suite
    assert said.err == ""


def test_what_lives_and_what_gets_too_much(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(mutants: Any, **_: Any) -> list[Outcome]:
        alive = Outcome(MUTANT, missed=("MZ-CAN-001",))
        stuck = Outcome(MUTANT, broken="TimeoutError: it did not end")
        return [Outcome(mutants[0]), Outcome(MUTANT, ("canonical/true",)), alive, stuck]

    row = {"refuses": Fraction(1, 10), "accepts": Fraction(1, 20)}
    monkeypatch.setattr("mizan_conformance.mutants.run_mutants", run)
    monkeypatch.setattr(scores, "null_scores", lambda _: {"canonical": row})
    assert main(["conformance", "mutants"]) == 1
    said = capsys.readouterr()
    assert "mutation score: 1 of 3, 33.3 %" in said.out
    assert "canonical             10.0 %     5.0 %" in said.out
    assert said.err.splitlines() == [
        "mine lives: It is wrong. (no case fails for MZ-CAN-001)",
        "mine lives: It is wrong. (TimeoutError: it did not end)",
        "canonical: a port that refuses gets 10.0 %",
    ]
    assert main(["conformance", "mutants", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [each["killed"] for each in found["mutants"]] == [True, False, False]
    assert found["null_scores"] == {"canonical": {"refuses": 0.1, "accepts": 0.05}}
    assert len(found["wrong"]) == 3


def test_a_core_that_fails_without_a_fault() -> None:
    plain = Outcome(MUTANT, ("canonical/true",))
    assert [*conformance_mutants._wrong(plain, [], {})] == [
        "The core without a fault fails: canonical/true"
    ]


def test_a_pattern_that_chooses_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["conformance", "mutants", "--select", "nothing-like-it"]) == 2
    assert "nothing-like-it" in capsys.readouterr().err
