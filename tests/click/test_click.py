"""benchmarks/click: in a browser a click costs one round trip, and leaves nothing stale."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks" / "click"
LONGEST = 240.0
"""Seconds after which it is taken to hang."""

pytestmark = [pytest.mark.server, pytest.mark.slow]


@pytest.fixture(scope="module")
def outcomes() -> list[dict[str, Any]]:
    """What two clicks of each kind led to."""
    command = [sys.executable, str(FOLDER), "--clicks", "2", "--outcomes"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LONGEST)
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)["outcomes"]
    return found


def of(outcomes: list[dict[str, Any]], contender: str, kind: str) -> list[dict[str, Any]]:
    wanted = {"contender": contender, "scenario": kind}
    found = [each for each in outcomes if wanted.items() <= each.items()]
    assert len(found) == 2
    return found


def test_a_click_takes_one_round_trip(outcomes: list[dict[str, Any]]) -> None:
    for each in of(outcomes, "mizan", "one"):
        assert (each["requests"], each["roundTrips"], each["unrelated"]) == (1, 1, 0)
    for each in of(outcomes, "tanstack", "one"):
        assert (each["requests"], each["roundTrips"], each["unrelated"]) == (3, 2, 0)


@pytest.mark.parametrize("kind", ["one", "two", "loading"])
def test_nothing_stays_stale(outcomes: list[dict[str, Any]], kind: str) -> None:
    for each in of(outcomes, "mizan", kind):
        assert not each["stale"]
        assert each["ms"] is not None
