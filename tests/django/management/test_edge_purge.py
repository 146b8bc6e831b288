"""A purge by hand: the origin's cache first, then each edge, each with what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings
from project.purging import networks
from project.store import on_redis
from servers import Server

from mizan.django import edge_outbox, origin_cache, purgers
from mizan.django.management.edge_purge import Outcome, purge
from mizan.django.models import OutboxRow
from mizan.edge.base import Purge
from mizan.protocol.targets import EVERYTHING, Target
from mizan.server.registry import registry

SHELF = Target("shelf")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with networks(monkeypatch, "cdn", "shield", IN_FLIGHT=30) as found:
        yield found


def test_each_edge_is_told_and_will_be_once_more(both: Any) -> None:
    cache, *edges = purge([SHELF])
    assert cache.level == "warn"
    assert "memory of each worker" in cache.text
    assert edges == [Outcome("ok", name, "purged, and once more in 30 s") for name in both]
    for name in both:
        (told,) = both[name].taken()
        assert told.tags == ("shelf",)
        assert [row.again for row in edge_outbox.waiting(name)] == [True]


def test_the_origins_cache_comes_first(both: Any, redis_server: Server) -> None:
    seen: list[bytes] = []
    with override_settings(MIZAN_CACHE=on_redis(redis_server)):
        cache: Any = origin_cache.cache()
        key, guards = "mizan:1:e:shelf:" + "0" * 64, registry.catalog.slots.tags("shelf", {})
        begun = cache.begin(key, cache.read(key, guards), guards)
        assert cache.store(key, guards, begun, b"old", 60)
        cdn: Any = purgers.purgers()["cdn"]  # the settings changed
        cdn.purge = lambda _: seen.append(cache.read(key, guards).payload)
        first, *_ = purge([SHELF])
        assert first == Outcome("ok", "origin cache", "purged: 1 guard")
        assert seen == [b""]
        del cdn.purge
        redis_server.stop()
        first, *others = purge([SHELF])
        assert (first.level, first.text[:17]) == ("bad", "cannot be reached")
        assert {each.level for each in others} == {"ok"}


def test_what_fails_waits_and_holds_up_no_other(both: Any) -> None:
    both["cdn"].fails("rate_limited", 7.0)
    _, one, other = purge([EVERYTHING])
    assert (one.level, other.level) == ("bad", "ok")
    assert one.text.startswith("rate_limited: the network takes no more")
    assert one.text.endswith("; the purge waits in the outbox")
    assert edge_outbox.waiting("cdn").get().last_error == "rate_limited"
    assert both["shield"].taken()[0].everything


def test_what_a_worker_has_taken_is_said(both: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge_outbox, "deliver", lambda *_: edge_outbox.Delivered())
    assert [each.text for each in purge([SHELF])][1:] == ["a worker is about to purge it"] * 2


def test_others_that_are_due_come_first(both: Any) -> None:
    for number in range(8):
        edge_outbox.remember([Target("book", (("book_id", number),))])
    assert [each.level for each in purge([SHELF])][1:] == ["ok", "ok"]
    told = [tag for each in both["cdn"].taken() for tag in each.tags]
    assert (len(told), "shelf" in told) == (9, True)


def test_without_purgers_nobody_is_told() -> None:
    assert not purgers.purgers()
    _, edges = purge([SHELF])
    assert (edges.level, edges.name) == ("warn", "edges")
    assert not OutboxRow.objects.exists()


def test_without_a_second_purge_none_is_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    with networks(monkeypatch, "cdn", IN_FLIGHT=0) as found:
        assert [*purge([SHELF])][1].text == "purged"
        assert found["cdn"].taken() == [Purge(("shelf",), ("/api/mizan/ctx/shelf/",))]
