"""benchmarks/coherence/kill.py: no stale read after an acknowledged change, whatever is killed."""

from __future__ import annotations

import pytest
from programs import run

pytestmark = pytest.mark.server
STALE = "STALE after an acknowledgement"


@pytest.mark.parametrize(
    ("store", "mode", "operations"),
    [("one", "available", 2000), ("one", "consistent", 500), ("sentinel", "available", 500)],
)
def test_nothing_stale_is_read(store: str, mode: str, operations: int) -> None:
    options = ("--store", store, "--on-unavailable", mode, "--operations", str(operations))
    found = run("kill", *options)
    assert found.code == 0, found.said
    counts = found.data
    assert counts[STALE] == counts["failed"] == 0
    assert counts["operations"] >= operations
    assert counts["workers killed"] > 0
    assert counts["mizan; hit"] > 0
    if mode == "consistent":
        assert counts["outboxed"] == counts["stale while the outbox held the purge"] == 0


@pytest.mark.parametrize(("mode", "operations"), [("available", 2000), ("consistent", 500)])
def test_nothing_stale_is_read_of_what_is_watched(mode: str, operations: int) -> None:
    options = ("--store", "one", "--on-unavailable", mode, "--operations", str(operations))
    found = run("kill", "--watched", *options)
    assert found.code == 0, found.said
    counts = found.data
    assert counts[STALE] == counts["failed"] == 0
    assert counts["workers killed"] > 0
    assert counts["write"] > operations / 50
    assert counts["part"] > 0  # of what concerned two rows


@pytest.mark.parametrize("options", [(), ("--watched",)])
@pytest.mark.parametrize("fault", ["no-hold", "early-purge", "no-stamp-check"])
def test_a_planted_fault_is_found(fault: str, options: tuple[str, ...]) -> None:
    # Whether a short storm meets it is a matter of chance, and of the machine.
    for seed in range(1, 5):
        call = ("--store", "one", "--operations", "2000", "--fault", fault, "--seed", str(seed))
        found = run("kill", *call, *options)
        if found.code:
            break
    assert found.code == 1, found.said
    assert any("a read after" in each or "stays stale" in each for each in found.data["wrong"])
