"""benchmarks/coherence/liveness.py: holds keep few readers off, and dead holders not for long."""

from __future__ import annotations

import pytest
from programs import run

pytestmark = pytest.mark.server


def test_few_reads_bypass_and_the_dead_hold_until_their_deadline() -> None:
    found = run("liveness", "--reads", "3000")
    assert found.code == 0, found.said
    assert found.data["reads until a dead holder's deadline, all held"] > 0
