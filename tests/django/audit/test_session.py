"""mizan.django.audit.session: an audit from its beginning to its report."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from project.orders.models import Customer, Order

from mizan.django import client
from mizan.django.audit import session
from mizan.django.audit.findings import Finding
from mizan.django.audit.recorder import Recorder
from mizan.testing.django import MizanClient

pytestmark = pytest.mark.django_db


def declare() -> None:
    @client(context="sessions")
    def sessions(request: HttpRequest, number: int) -> int:
        return Session.objects.count() + Customer.objects.count()

    @client
    def visit(request: HttpRequest) -> None:
        Session.objects.create(session_key="x", session_data="", expire_date=timezone.now())

    @client
    def move(request: HttpRequest) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO orders_customer (owner_id) VALUES (7)")


def test_own_tables_are_left_out(recorder: Recorder, found: Callable[[], list[Finding]]) -> None:
    declare()
    mizan = MizanClient()
    mizan.read("sessions", number=1)
    mizan.call("visit")
    assert found() == []
    mizan.call("move")
    (finding,) = found()
    assert (finding.kind, finding.writer, finding.table) == (
        "undeclared",
        "move",
        "orders_customer",
    )
    assert finding.add == 'affects="sessions"'


def test_unless_they_are_asked_for(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    declare()
    with session.auditing(all_tables=True) as everything:
        MizanClient().read("sessions", number=1)
        MizanClient().call("visit")
    report = session.report(everything.recording, ["undeclared visit sessions", "broad x"])
    assert [each.table for each in report.compared.known] == ["django_session"]
    assert report.compared.stale == ["broad x"]
    assert report.counts["reads"] == 1


def test_a_prefetch_an_annotation_and_a_subquery_are_reads(
    recorder: Recorder, found: Callable[[], list[Finding]]
) -> None:
    from django.db.models import Count, Exists, OuterRef

    @client(context="prefetched")
    def prefetched(request: HttpRequest, number: int) -> list[str]:
        rows = Order.objects.prefetch_related("labels")
        return [label.text for row in rows for label in row.labels.all()]

    @client(context="counted")
    def counted(request: HttpRequest, number: int) -> list[int]:
        return [each.n for each in Customer.objects.annotate(n=Count("order"))]

    @client(context="existing")
    def existing(request: HttpRequest, number: int) -> int:
        gifts = Order.objects.filter(customer=OuterRef("pk"), total__gt=number)
        return Customer.objects.filter(Exists(gifts)).count()

    @client
    def label(request: HttpRequest, order_id: int) -> None:
        Order.objects.get(pk=order_id).labels.create(text="new")

    @client
    def order(request: HttpRequest, customer_id: int) -> None:
        Order.objects.create(customer_id=customer_id)

    @client
    def price(request: HttpRequest, order_id: int) -> None:
        Order.objects.filter(pk=order_id).update(total=5)

    owner = Customer.objects.create(owner_id=1)
    row = Order.objects.create(customer=owner)
    row.labels.create(text="old")
    mizan = MizanClient()
    for name in ("prefetched", "counted", "existing"):
        assert mizan.read(name, number=1).status == 200
    recorder.recording.writes.clear()  # those of this test
    mizan.call("label", order_id=row.pk)
    mizan.call("order", customer_id=owner.pk)
    mizan.call("price", order_id=row.pk)
    assert {(each.writer, each.context) for each in found() if "test_" not in each.writer} == {
        ("label", "prefetched"),
        ("order", "prefetched"),
        ("order", "counted"),
        ("order", "existing"),
        ("price", "existing"),
    }
