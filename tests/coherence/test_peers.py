"""benchmarks/coherence/peers.py: Mizan's promise beside other caches, at the same interleavings."""

from __future__ import annotations

import pytest
from programs import run

pytestmark = pytest.mark.server


def test_mizan_keeps_its_promise_where_a_plain_purge_does_not() -> None:
    names = ["Mizan", "MizanConsistent", "LowLevelOnCommit"]
    found = run("peers", *(word for name in names for word in ("--only", name)))
    assert found.code == 0, found.said
    verdicts = found.data
    assert set(verdicts["MizanConsistent"].values()) == {"never", "never !"}
    assert verdicts["Mizan"]["Redis down"] == "a while"
    assert verdicts["LowLevelOnCommit"]["late store"] == "for good"
    assert verdicts["LowLevelOnCommit"]["Redis down"] == "for good !"
