"""mizan/server/coherence.py: hold, renew, release, or leave it in the outbox."""

from typing import Any

import pytest

from mizan.cache import MemoryCache
from mizan.protocol.targets import Target
from mizan.server.coherence import Pledge, fulfil, outside, pledge, withdraw
from mizan.server.direct import invalidate
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


# Networks in front.


@pytest.fixture
def fronted(kept: Any) -> Any:
    """A server with a cache, and networks in front of it."""
    kept.host.has_purgers = True
    return kept


def test_a_purge_is_left_in_the_transaction_and_delivered_after_its_commit(fronted: Any) -> None:
    fronted.call("publish")
    assert fronted.host.log == ["effect", "hold", "remember", "commit", "renew", "deliver"]
    assert fronted.host.purges == [((Target("news"),), 0.0)]


def test_without_a_cache_networks_are_told_as_well(fronted: Any) -> None:
    fronted.host.cache = None
    fronted.call("publish")
    assert fronted.host.log == ["effect", "remember", "commit", "deliver"]


def test_without_a_transaction_its_rows_wait_until_it_has_happened(fronted: Any) -> None:
    fronted.call("loose")
    assert fronted.host.log == ["hold", "remember", "effect", "renew", "hasten [1]", "deliver"]
    assert fronted.host.purges == [((Target("news"),), fronted.host.hold_timeout)]


def test_what_a_call_adds_later_is_left_too(fronted: Any) -> None:
    fronted.inner = [lambda request: invalidate(fronted.catalog, "talk", {})]
    fronted.call("loose")
    assert fronted.host.log[-4:] == ["renew", "hasten [1]", "remember", "deliver"]
    assert fronted.host.purges[1:] == [((Target("talk"),), 0.0)]


def test_rows_that_were_delivered_too_early_are_left_anew(fronted: Any) -> None:
    fronted.host.is_slow = True
    fronted.call("loose")
    assert fronted.host.log[-4:] == ["renew", "hasten [1]", "remember", "deliver"]
    assert fronted.host.purges[1:] == [((Target("news"),), 0.0)]


def test_what_is_rolled_back_tells_no_network(fronted: Any) -> None:
    fronted.call("publish", fails=True)
    assert fronted.host.log == ["effect", "rollback"]
    fronted.host.log.clear()
    fronted.host.commit_error = LookupError("refused")
    fronted.call("publish")
    assert fronted.host.log == ["effect", "hold", "remember", "rollback", "release"]


def test_a_callers_transaction_leaves_it_at_its_end(fronted: Any) -> None:
    with fronted.host.atomic():
        fronted.publish(fronted.Request())
        assert fronted.host.purges == []
    assert fronted.host.log[-4:] == ["remember", "commit", "renew", "deliver"]


def test_what_is_invalidated_outside_of_calls_is_left_and_delivered(fronted: Any) -> None:
    invalidate(fronted.catalog, "talk", {})
    assert fronted.host.purges == [((Target("talk"),), 0.0)]
    assert "deliver" in fronted.host.log


def test_nothing_is_raised_where_no_network_can_be_told(
    fronted: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError("the database is gone")

    monkeypatch.setattr(fronted.host, "hasten_purges", refuse)
    assert fronted.call("loose").status == 200
    assert "outbox.failed: no network is told" in caplog.text
    assert "renew" in fronted.host.log


def test_what_cannot_be_left_in_the_transaction_is_not_done(
    fronted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError("the table is missing")

    monkeypatch.setattr(fronted.host, "remember_purges", refuse)
    assert fronted.call("publish").status == 500
    assert fronted.host.log[-1] != "commit"
    assert "rollback" in fronted.host.log
