"""benchmarks/coherence/herd.py: one computation, however many miss at once."""

from __future__ import annotations

import pytest
from programs import run

pytestmark = pytest.mark.server
READERS = 200


@pytest.mark.parametrize(
    ("store", "processes"), [("memory", 1), ("redis", 1), ("redis", 8), ("cluster", 8)]
)
def test_one_computes(store: str, processes: int) -> None:
    options = ("--store", store, "--processes", str(processes), "--readers", str(READERS))
    found = run("herd", *options, "--rounds", "2")
    assert found.code == 0, found.said


def test_without_claims_many_compute() -> None:
    found = run("herd", "--store", "redis", "--rounds", "1", "--fault", "no-claim")
    assert found.code == 1, found.said
