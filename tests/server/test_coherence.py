"""mizan/server/coherence.py: hold, renew, release, or leave it in the outbox."""

from typing import Any

import pytest

from mizan.cache import MemoryCache
from mizan.server.coherence import Pledge, fulfil, outside, pledge, withdraw
from mizan.server.drive import drive
from mizan.server.problems import Problem


def test_without_a_cache_nothing_is_done(server: Any) -> None:
    server.client(context="news", name="news")(lambda request: 1)
    promise = Pledge(targets := (server.catalog.context_target("news", {}),))
    drive(pledge(server.catalog, promise))
    drive(fulfil(server.catalog, promise))
    drive(withdraw(server.catalog, promise))
    assert (promise.hold, promise.row) == (None, None)
    outside(server.catalog, targets)
    assert server.host.purged == [targets]


def test_a_refusal_is_a_problem(kept: Any) -> None:
    kept.host.consistent, kept.host.cache.down = True, {"hold"}
    promise = Pledge((kept.catalog.context_target("news", {}),))
    with pytest.raises(Problem, match="nothing was changed"):
        drive(pledge(kept.catalog, promise))


def test_with_a_real_cache_a_hold_ends_with_the_call(kept: Any) -> None:
    kept.host.cache = MemoryCache()
    kept.call("publish")
    assert kept.host.cache.stats()["held"] == 0
    assert kept.host.counts["hold"] == 1
