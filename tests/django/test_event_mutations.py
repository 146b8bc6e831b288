"""Header, body, purge and event of one mutation are one list, whatever kind of writer made it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.signals import request_finished
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path
from project.http import Web
from project.orders.models import Customer, Order
from project.stale import OrdersContext, TotalContext, declare, site
from servers import Server

from mizan.cache import MemoryCache
from mizan.cache.base import Hold
from mizan.django import affecting, affects, client, event_broker, invalidate, origin_cache, outbox
from mizan.django import watch as watch_model
from mizan.django.models import OutboxRow
from mizan.django.views import view_of
from mizan.events import MemoryBroker
from mizan.protocol.header import format as header_of
from mizan.protocol.header import parse
from mizan.protocol.targets import Target, target_to_json
from mizan.server.registry import registry

pytestmark = pytest.mark.django_db(transaction=True)
in_a_test_case = pytest.mark.django_db(transaction=False)
STALE = "X-Mizan-Invalidate"
ONE, BOTH = "orders;owner_id=1", "orders;owner_id=1, orders;owner_id=2"


class Stop(Exception):
    """Rolls a block back."""


class Ledger:
    """What was published, and what was purged, since it was asked last."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.published: list[tuple[tuple[Target, ...], str]] = []
        self.purged: list[tuple[str, ...]] = []
        self.order: list[str] = []
        self._note(MemoryBroker, "publish", self._publish)
        self._note(MemoryCache, "renew", self._renew)

    def __call__(self) -> list[str]:
        """Return what was published, as header values; all of it was purged, and first."""
        found, self.published = self.published, []
        purged, self.purged = self.purged, []
        order, self.order = self.order, []
        guards = [set(registry.catalog.slots.guards(targets)) for targets, _ in found]
        if origin_cache.cache() is not None:
            assert [set(each) for each in purged] == guards
            assert order == ["renew", "publish"] * len(found)
        self.calls = [call for _, call in found]
        return [header_of(targets) for targets, _ in found]

    def _publish(self, targets: tuple[Target, ...], call: str = "") -> None:
        self.order.append("publish")
        self.published.append((targets, call))

    def _renew(self, hold: Hold) -> None:
        self.order.append("renew")
        self.purged.append(hold.guards)

    def _note(self, of: type, name: str, note: Callable[..., None]) -> None:
        original = getattr(of, name)

        def noted(own: Any, *args: Any) -> Any:
            note(*args)
            return original(own, *args)

        self._monkeypatch.setattr(of, name, noted)


@pytest.fixture(params=[{}, {"BACKEND": None}], ids=["cache", "no cache"])
def ledger(
    request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Ledger:
    settings.MIZAN_CACHE = request.param
    settings.MIZAN_EVENTS = {}
    monkeypatch.setattr(outbox, "_next_look", float("inf"))
    declare()
    return Ledger(monkeypatch)


@pytest.fixture
def orders() -> list[Order]:
    """An order of each of the users 1 and 2."""
    customers = [Customer.objects.create(owner_id=each) for each in (1, 2)]
    return [Order.objects.create(customer=each) for each in customers]


def test_a_call(web: Web, ledger: Ledger) -> None:
    @client(affects=OrdersContext)
    def pay(request: HttpRequest, owner_id: int) -> int:
        invalidate(TotalContext, order_id=7)
        return 1

    @client(affects=OrdersContext)
    async def apay(request: HttpRequest, owner_id: int) -> int:
        invalidate(TotalContext, order_id=7)
        return 1

    for name in ("pay", "apay"):
        reply = web.call(name, headers={"X-Mizan-Call": "nonce-of_A-call"}, owner_id=1)
        assert reply[STALE] == f"{ONE}, total;order_id=7"
        targets = ledger.published[0][0]
        assert reply.json()["invalidate"] == [target_to_json(each) for each in targets]
        assert ledger() == [reply[STALE]]
        assert ledger.calls == ["nonce-of_A-call"]


@pytest.mark.parametrize("nonce", ["short", "x" * 33, "white space", 'quote"quote', "käse-käse"])
def test_a_nonce_that_is_none_is_left_out(web: Web, ledger: Ledger, nonce: str) -> None:
    @client(affects=OrdersContext)
    def pay(request: HttpRequest, owner_id: int) -> int:
        return 1

    web.call("pay", headers={"X-Mizan-Call": nonce}, owner_id=1)
    assert ledger() == [ONE]
    assert ledger.calls == [""]


def test_a_view_function_and_existing_views(web: Web, ledger: Ledger, settings: Any) -> None:
    @client(affects=OrdersContext, route="/ours/<int:owner_id>/", methods=["POST"])
    def ours(request: HttpRequest, owner_id: int) -> HttpResponse:
        return HttpResponse()

    @affects(OrdersContext)
    def decorated(request: HttpRequest, owner_id: int) -> HttpResponse:
        return HttpResponse()

    @affects(OrdersContext)
    async def async_decorated(request: HttpRequest, owner_id: int) -> HttpResponse:
        return HttpResponse()

    def block(request: HttpRequest, owner_id: int) -> HttpResponse:
        with affecting(OrdersContext, owner_id=owner_id):
            return HttpResponse()

    def said(request: HttpRequest, owner_id: int) -> HttpResponse:
        invalidate(OrdersContext, owner_id=owner_id)
        return HttpResponse()

    views = {
        "ours": view_of(ours),
        "decorated": decorated,
        "asyncdecorated": async_decorated,
        "block": block,
        "said": said,
        "atomic": transaction.atomic(said),
    }
    with site(settings, [path(f"{n}/<int:owner_id>/", view) for n, view in views.items()]):
        for name in views:
            reply = web.post(f"/{name}/1/", {}, headers={"X-Mizan-Call": f"nonce-of-{name}"})
            assert reply[STALE] == ONE, name
            assert ledger() == [ONE], name
            assert ledger.calls == [f"nonce-of-{name}"]


def test_what_is_watched(orders: list[Order], ledger: Ledger) -> None:
    watch_model(Order, OrdersContext, owner_id="customer.owner_id")
    orders[0].save()
    assert ledger() == [ONE]
    Order.objects.update(total=1)
    assert ledger() == [BOTH]
    with transaction.atomic():
        for each in orders:
            each.save()
        assert ledger() == []
    assert ledger() == [BOTH]
    assert ledger.calls == [""]


def test_the_admin(web: Web, orders: list[Order], ledger: Ledger, settings: Any) -> None:
    watch_model(Order, OrdersContext, owner_id="customer.owner_id")
    web.login(User.objects.create_superuser("root"))
    with site(settings, [path("admin/", admin.site.urls)]):
        data = {"customer": str(orders[1].customer_id), "total": "3", "code": "x"}
        reply = web.post(f"/admin/orders/order/{orders[0].pk}/change/", data)
        assert (reply.status_code, reply[STALE]) == (302, BOTH)
        assert ledger() == [BOTH]


def test_what_is_rolled_back_is_not_published(web: Web, ledger: Ledger) -> None:
    @client(affects=OrdersContext)
    def fail(request: HttpRequest, owner_id: int) -> int:
        raise Stop

    @client(affects=OrdersContext)
    def half(request: HttpRequest, owner_id: int) -> int:
        for order, error in ((7, Stop), (8, None)):
            try:
                with transaction.atomic():
                    invalidate(TotalContext, order_id=order)
                    if error:
                        raise error
            except Stop:
                continue
        return 1

    assert STALE not in web.call("fail", owner_id=1)
    assert ledger() == []
    reply = web.call("half", owner_id=1)
    assert reply[STALE] == f"{ONE}, total;order_id=8"
    assert ledger() == [reply[STALE]]
    with pytest.raises(Stop), transaction.atomic():
        invalidate(OrdersContext, owner_id=1)
        raise Stop
    assert ledger() == []


def test_a_direct_call_in_a_transaction_is_published_with_its_commit(ledger: Ledger) -> None:
    @client(affects=OrdersContext)
    def pay(request: HttpRequest, owner_id: int) -> int:
        return 1

    with transaction.atomic():
        pay(None, owner_id=1)
        pay(None, owner_id=2)
        assert ledger() == []
    assert ledger() == [BOTH]
    with pytest.raises(Stop), transaction.atomic():
        pay(None, owner_id=1)
        raise Stop
    assert ledger() == []


@in_a_test_case
def test_in_a_test_case_it_is_published_at_once(web: Web, ledger: Ledger) -> None:
    @client(affects=OrdersContext)
    def pay(request: HttpRequest, owner_id: int) -> int:
        return 1

    pay(None, owner_id=2)
    assert ledger() == ["orders;owner_id=2"]
    invalidate(OrdersContext, owner_id=1)
    assert ledger() == [ONE]
    if not web.is_async:  # its thread has another connection than the test's
        web.call("pay", owner_id=1)
        assert ledger() == [ONE]


@pytest.fixture
def broker_server(redis_server: Server, settings: Any) -> Server:
    """Events go through Redis; the outbox is looked into after each request."""
    settings.MIZAN_CACHE = {}
    url = f"redis://:{redis_server.password}@127.0.0.1:{redis_server.port}/0"
    settings.MIZAN_EVENTS = {"BROKER": url}
    declare()
    return redis_server


def messages(server: Server) -> list[str]:
    from mizan.events import redis_stream

    found = server.client.xrange("mizan:events:1")
    parts = [[part for pair in fields.items() for part in pair] for _, fields in found]
    read = [redis_stream.message("run", [b"1-1", each]) for each in parts]
    return [header_of(each.targets) for each in read]


def test_what_cannot_be_published_is_delivered_later(
    web: Web, broker_server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    @client(affects=OrdersContext)
    def pay(request: HttpRequest, owner_id: int) -> int:
        return 1

    outbox._next_look = float("inf")
    broker_server.stop()
    reply = web.call("pay", owner_id=1)
    assert (reply.status_code, reply[STALE]) == (200, ONE)
    (row,) = OutboxRow.objects.all()
    assert header_of(outbox.targets(row)) == ONE
    assert "events.publish_failed" in caplog.text
    outbox.hurry()
    request_finished.send(None)
    assert OutboxRow.objects.get().last_error == "unpublished"
    broker_server.start()
    connection.close()
    reply = web.call("pay", owner_id=2)  # the broker is found well, so the outbox is looked into
    request_finished.send(None)
    assert messages(broker_server) == ["orders;owner_id=2", ONE]
    assert not OutboxRow.objects.exists()


def test_the_outbox_is_delivered_without_a_cache_too(broker_server: Server, settings: Any) -> None:
    from django.core.management import call_command

    settings.MIZAN_CACHE = {"BACKEND": None}
    outbox.remember(parse(BOTH))
    outbox.remember(parse("total;order_id=3, orders;owner_id=1"))
    call_command("mizan_outbox")
    assert messages(broker_server) == [f"{BOTH}, total;order_id=3"]
    assert not OutboxRow.objects.exists()


def test_with_events_off_nothing_of_them_runs(web: Web) -> None:
    declare()

    @client(affects=OrdersContext)
    def pay(request: HttpRequest, owner_id: int) -> int:
        return 1

    web.call("pay", owner_id=1)
    ran: set[str] = set()

    def note(frame: Any, event: str, _: Any) -> None:
        if event == "call":
            ran.add(f"{frame.f_code.co_filename}:{frame.f_code.co_name}")

    sys.setprofile(note)
    try:
        web.call("pay", owner_id=1)
    finally:
        sys.setprofile(None)
    assert any("coherence.py:fulfil" in each for each in ran) or web.is_async
    parts = ("/events/", "/event_", "call_id", ":_publish")
    assert not [each for each in ran if any(part in each for part in parts)]
    with override_settings(MIZAN_EVENTS={}):
        assert event_broker.broker() is not None
