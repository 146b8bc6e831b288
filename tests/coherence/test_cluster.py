"""benchmarks/coherence/cluster.py: the promise holds while nodes stop and slots move."""

from __future__ import annotations

import pytest
from programs import run

pytestmark = pytest.mark.server


def test_nothing_stale_is_read_from_a_cluster() -> None:
    found = run("cluster", "--operations", "1000")
    assert found.code == 0, found.said
    counts = found.data
    assert counts["STALE after an acknowledgement"] == counts["failed"] == 0
    assert counts["mizan; hit"] > 0
    assert {"store: stop a node", "store: move slots"} <= counts.keys()
