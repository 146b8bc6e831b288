"""mizan.django.edge_outbox: each purge is delivered at least once, to each network by itself."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils.timezone import now
from project.purging import Network, networks

from mizan.django import counters, edge_outbox, outbox
from mizan.django.edge_outbox import Delivered
from mizan.django.models import OutboxRow
from mizan.edge.base import Purge
from mizan.protocol.targets import EVERYTHING, Target
from mizan.server.registry import registry

SHELF = Target("shelf")


def book(number: int) -> Target:
    return Target("book", (("book_id", number),))


pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with networks(monkeypatch, "cdn", "shield", IN_FLIGHT=30) as found:
        yield found


def deliver(both: Any, name: str = "cdn") -> Delivered:
    return edge_outbox.deliver(name, both[name])


def rows(name: str = "cdn") -> list[OutboxRow]:
    return [*edge_outbox.waiting(name).order_by("pk")]


def elapse(seconds: float) -> None:
    """Let time pass for all rows."""
    for row in OutboxRow.objects.all():
        OutboxRow.objects.filter(pk=row.pk).update(due=row.due - timedelta(seconds=seconds))


def in_seconds(due: datetime) -> float:
    return (due - now()).total_seconds()


def test_a_row_of_each_purger_is_there_if_its_transaction_committed(both: Any) -> None:
    with transaction.atomic():
        edge_outbox.remember([SHELF])
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        edge_outbox.remember([book(5)])
        _ = 1 / 0
    found = OutboxRow.objects.order_by("pk")
    assert [(row.kind, row.purger, row.targets) for row in found] == [
        ("edge", "cdn", ["shelf"]),
        ("edge", "shield", ["shelf"]),
    ]
    assert outbox.due().count() == 0  # they are nothing to the origin's cache


def test_nothing_due_asks_no_network(both: Any) -> None:
    edge_outbox.remember([SHELF], delay=60)
    assert deliver(both) == Delivered()
    assert both["cdn"].taken() == []


def test_delayed_rows_are_due_once_hastened(both: Any) -> None:
    hastened = edge_outbox.remember([SHELF], delay=60)
    assert edge_outbox.hasten(hastened)
    assert deliver(both).count == 1
    assert deliver(both, "shield").count == 1
    assert not edge_outbox.hasten(hastened)  # they are gone


def test_rows_are_one_purge(both: Any) -> None:
    for each in (SHELF, book(1), SHELF, book(2)):
        edge_outbox.remember([each])
    assert deliver(both) == Delivered(4)
    (purge,) = both["cdn"].taken()
    assert len(purge.tags) == 3
    assert "shelf" in purge.tags
    assert not purge.everything
    assert len(rows("shield")) == 4  # each network for itself


def test_no_more_tags_than_one_request_takes(both: Any) -> None:
    for number in range(12):
        edge_outbox.remember([book(number)])
    counts = []
    while done := deliver(both).count:
        counts.append(done)
    assert counts == [5, 5, 2]
    assert [len(each.tags) for each in both["cdn"].taken()] == [5, 5, 2]


def test_a_row_of_more_tags_than_a_request_takes_goes_alone(both: Any) -> None:
    edge_outbox.remember([book(number) for number in range(8)])
    edge_outbox.remember([SHELF])
    assert deliver(both).count == 1
    assert len(both["cdn"].taken()[0].tags) == 8


def test_a_second_purge_follows_what_was_in_flight(both: Any) -> None:
    for each in (SHELF, book(1)):
        edge_outbox.remember([each])
    deliver(both)
    first = both["cdn"].taken()
    (row,) = rows()
    assert row.again
    assert 25 < in_seconds(row.due) <= 30
    assert deliver(both) == Delivered()
    elapse(30)
    assert deliver(both) == Delivered(1)
    assert both["cdn"].taken() == first
    assert rows() == []


def test_without_in_flight_none_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    with networks(monkeypatch, "cdn", IN_FLIGHT=0) as found:
        edge_outbox.remember([SHELF])
        assert deliver(found) == Delivered(1)
        assert rows() == []


def test_a_second_purge_joins_a_first(both: Any) -> None:
    edge_outbox.remember([SHELF])
    deliver(both)
    elapse(30)
    edge_outbox.remember([book(1)])
    assert deliver(both) == Delivered(2)
    (row,) = rows()
    assert row.targets == [{"context": "book", "params": {"book_id": 1}}]  # of the first alone


def test_what_a_network_does_not_take_waits_ever_longer(
    both: Any, caplog: pytest.LogCaptureFixture
) -> None:
    both["cdn"].fails()
    edge_outbox.remember([SHELF])
    waits = []
    for attempts in range(1, 12):
        done = deliver(both)
        assert (done.count, done.error) == (0, "unreachable")
        row = rows()[0]
        assert (row.attempts, row.last_error) == (attempts, "unreachable")
        assert abs(in_seconds(row.due) - done.wait) < 5
        waits.append(done.wait)
        assert deliver(both) == Delivered()
        elapse(61)
    for number, wait in enumerate(waits):
        most = min(2.0**number, 60.0)
        assert most / 2 <= wait <= most
    assert "edge.purge_failed: cdn: unreachable" in caplog.text
    both["cdn"].error = None
    assert deliver(both) == Delivered(1)


def test_new_rows_make_nobody_ask_more_often(both: Any) -> None:
    both["cdn"].fails()
    waits = []
    for number in range(9):
        edge_outbox.remember([book(number)])
        waits.append(deliver(both).wait)
        elapse(61)
    assert waits[-1] >= 30


def test_a_network_that_says_at_once_is_given_a_second(both: Any) -> None:
    both["cdn"].fails("failed", 0.0)
    edge_outbox.remember([SHELF])
    assert deliver(both) == Delivered(0, "failed", 1.0)


def test_many_second_purges_are_no_reason_to_coarsen(
    both: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge_outbox, "MOST_ROWS", 3)
    for number in range(8):
        edge_outbox.remember([book(number)])
        deliver(both)
    assert len(rows()) == 8
    assert not edge_outbox.coarsen("cdn", 5)


def test_a_network_that_says_when_is_asked_then(both: Any) -> None:
    both["cdn"].fails("rate_limited", 1200.0)
    edge_outbox.remember([SHELF])
    assert deliver(both) == Delivered(0, "rate_limited", 1200.0)
    assert 1190 < in_seconds(rows()[0].due) <= 1200


def test_all_rows_of_a_purger_that_is_down_wait_and_no_others(both: Any) -> None:
    both["cdn"].fails()
    for number in range(8):
        edge_outbox.remember([book(number)])
    deliver(both)
    assert deliver(both) == Delivered()
    assert [row.attempts for row in rows()] == [1] * 5 + [0] * 3
    assert deliver(both, "shield").count == 5


def test_what_an_own_class_raises_is_a_failure_that_shows_nothing(
    both: Any, caplog: pytest.LogCaptureFixture
) -> None:
    both["cdn"].error = ValueError("hidden")
    edge_outbox.remember([SHELF])
    assert deliver(both).error == "failed"
    assert "edge.purger_raised: cdn: ValueError" in caplog.text
    assert "hidden" not in caplog.text
    assert rows()[0].last_error == "failed"


def test_rows_are_taken_for_a_while_and_due_again_where_who_took_them_died(both: Any) -> None:
    edge_outbox.remember([SHELF])

    def die(purge: Purge) -> None:
        raise KeyboardInterrupt

    both["cdn"].purge = die
    with pytest.raises(KeyboardInterrupt):
        deliver(both)
    del both["cdn"].purge
    assert deliver(both) == Delivered()  # others do not repeat what may be going on
    assert 70 < in_seconds(rows()[0].due) <= 80
    elapse(80)
    assert deliver(both) == Delivered(1)
    assert len(both["cdn"].taken()) == 1


def test_rows_that_came_meanwhile_stay(both: Any) -> None:
    edge_outbox.remember([SHELF])

    def purge(_: Purge) -> None:
        edge_outbox.remember([book(1)])

    both["cdn"].purge = purge
    deliver(both)
    del both["cdn"].purge
    assert [row.again for row in rows()] == [False, True]
    assert deliver(both).count == 1


def test_everything_and_what_cannot_be_read_is_everything(both: Any) -> None:
    edge_outbox.remember([EVERYTHING])
    assert deliver(both).count == 1
    OutboxRow.objects.create(kind=OutboxRow.EDGE, purger="cdn", targets="?")
    deliver(both)
    first, second = both["cdn"].taken()
    assert first == second
    assert first.everything
    assert set(first.tags) == set(registry.catalog.contexts)


def test_too_many_rows_become_one_of_whole_contexts(
    both: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(edge_outbox, "MOST_ROWS", 6)
    for number in range(6):
        edge_outbox.remember([book(number)])
    assert not edge_outbox.coarsen("cdn", 5)
    edge_outbox.remember([SHELF], delay=50)
    assert edge_outbox.coarsen("cdn", 5)
    (row,) = rows()
    assert row.targets == ["book", "shelf"]
    assert "edge.coarsened: cdn: 7 purges waited, now one does" in caplog.text
    assert len(rows("shield")) == 7
    assert deliver(both) == Delivered(1)
    assert both["cdn"].taken()[0].tags == ("book", "shelf")


def test_two_that_coarsen_make_one_row(both: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge_outbox, "MOST_ROWS", 1)
    edge_outbox.remember([SHELF])
    edge_outbox.remember([SHELF])
    locked = edge_outbox._locked
    monkeypatch.setattr(edge_outbox, "_locked", lambda found: locked(found).none())
    assert not edge_outbox.coarsen("cdn", 5)
    assert len(rows()) == 2


def test_what_is_hastened_while_it_is_delivered_is_delivered_again(
    both: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = edge_outbox.remember([SHELF], delay=60)
    elapse(61)
    purge = both["cdn"].purge

    def purge_before_it_happened(what: Purge) -> None:
        purge(what)
        assert edge_outbox.hasten(ids)

    monkeypatch.setattr(both["cdn"], "purge", purge_before_it_happened)
    assert deliver(both) == Delivered(1)
    monkeypatch.setattr(both["cdn"], "purge", purge)
    assert [row.again for row in rows()] == [False, True]
    assert deliver(both) == Delivered(1)
    assert len(both["cdn"].taken()) == 2


def test_rows_of_a_purger_that_is_no_longer_named_are_known(both: Any) -> None:
    edge_outbox.remember([SHELF])
    assert edge_outbox.orphans() == []
    OutboxRow.objects.filter(purger="cdn").update(purger="former")
    assert edge_outbox.orphans() == ["former"]


def test_too_many_contexts_become_everything(both: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge_outbox, "MOST_ROWS", 1)
    for each in (book(1), SHELF, book(2)):
        edge_outbox.remember([each])
    assert edge_outbox.coarsen("cdn", 1)
    (row,) = rows()
    assert row.targets == ["*"]
    assert not edge_outbox.coarsen("cdn", 1)
    edge_outbox.remember([book(3)])
    assert edge_outbox.coarsen("cdn", 1)
    assert [each.targets for each in rows()] == [["*"]]


def test_a_network_that_is_down_for_long_keeps_few_rows(
    both: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge_outbox, "MOST_ROWS", 10)
    both["cdn"].fails()
    for number in range(100):
        edge_outbox.remember([book(number)])
        edge_outbox.coarsen("cdn", 5)
        deliver(both)
        assert len(rows()) <= 11
    both["cdn"].error = None
    elapse(61)
    while deliver(both).count:
        pass
    tags = {tag for each in both["cdn"].taken() for tag in each.tags}
    assert "book" in tags


def test_it_is_counted_and_logged(both: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    counters.reset()
    edge_outbox.remember([SHELF])
    both["cdn"].fails()
    deliver(both)
    elapse(61)
    both["cdn"].error = None
    deliver(both)
    counts = counters.counts()
    assert (counts["edge_error"], counts["edge_purged"]) == (1, 1)
    assert "edge.purged: cdn: 1 purges" in caplog.text
    counters.reset()


def test_the_next_that_is_due_is_told(both: Any) -> None:
    assert edge_outbox.next_due("cdn") is None
    edge_outbox.remember([SHELF], delay=60)
    edge_outbox.remember([SHELF], delay=20)
    due = edge_outbox.next_due("cdn")
    assert due is not None
    assert 10 < in_seconds(due) <= 20


def test_a_network_is_a_purger() -> None:
    assert Network.max_tags == 5
