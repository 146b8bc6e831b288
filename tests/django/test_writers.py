"""Every kind of writer, each way to write, and how it ends: exactly the right instances are stale.

Two things say so: `watch` (raw SQL: `invalidate`), and `@affects`. Details of each are in
test_watched_writes.py and test_existing_code.py.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import celery
import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.core.management import BaseCommand, call_command
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views import View
from ninja import NinjaAPI
from project.http import Web
from project.orders.models import Customer, Label, Order
from project.stale import OrdersContext, Reads, declare, site
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from mizan.django import affects, invalidate, watch

pytestmark = pytest.mark.django_db(transaction=True)
Write = Callable[[Order], Any]
AWrite = Callable[[Order], Awaitable[Any]]


class Stop(Exception):
    """Rolls a block back."""


def _raw(order: Order) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_order SET total = 7 WHERE id = %s", [order.pk])


def _changed(order: Order) -> Order:
    order.total += 1
    return order


WAYS: dict[str, tuple[Write, AWrite]] = {
    "save": (lambda o: _changed(o).save(), lambda o: _changed(o).asave()),
    "m2m": (lambda o: o.labels.set([1]), lambda o: o.labels.aset([1])),
    "update": (
        lambda o: Order.objects.filter(pk=o.pk).update(total=3),
        lambda o: Order.objects.filter(pk=o.pk).aupdate(total=3),
    ),
    "bulk_create": (
        lambda o: Order.objects.bulk_create([Order(customer_id=o.customer_id)]),
        lambda o: Order.objects.abulk_create([Order(customer_id=o.customer_id)]),
    ),
    "bulk_update": (
        lambda o: Order.objects.bulk_update([_changed(o)], ["total"]),
        lambda o: Order.objects.abulk_update([_changed(o)], ["total"]),
    ),
    "raw": (_raw, sync_to_async(_raw)),
    "delete": (
        lambda o: Order.objects.filter(pk=o.pk).delete(),
        lambda o: Order.objects.filter(pk=o.pk).adelete(),
    ),
}


class Work:
    """What a writer is to do now: `run`, or in async code `arun`."""

    run: Callable[[], None]
    arun: Callable[[], Awaitable[None]]


def committed(do: Write, order: Order, _: Order) -> None:
    do(order)


def rolled_back(do: Write, order: Order, _: Order) -> None:
    with suppress(Stop), transaction.atomic():
        do(order)
        raise Stop


def after_a_savepoint(do: Write, order: Order, other: Order) -> None:
    with transaction.atomic():
        with suppress(Stop), transaction.atomic():
            do(other)
            raise Stop
        do(order)


# how it ends -> what is stale
ENDS: dict[Callable[[Write, Order, Order], None], list[str]] = {
    committed: ["user 1"],
    rolled_back: [],
    after_a_savepoint: ["user 1"],
}


# Writers


def view(request: HttpRequest) -> HttpResponse:
    Work.run()
    return HttpResponse()


async def async_view(request: HttpRequest) -> HttpResponse:
    await Work.arun()
    return HttpResponse()


class ClassView(View):
    """A view as a class."""

    def post(self, request: HttpRequest) -> HttpResponse:
        return view(request)


class AsyncClassView(View):
    """A view as a class with async methods."""

    async def post(self, request: HttpRequest) -> HttpResponse:
        return await async_view(request)


class OrderViews(viewsets.GenericViewSet[Order]):
    """What the REST framework does."""

    authentication_classes = ()
    permission_classes = ()

    @action(detail=False, methods=["post"])
    def work(self, _: Any) -> Response:
        Work.run()
        return Response()


def operation(request: HttpRequest) -> None:
    Work.run()


async def async_operation(request: HttpRequest) -> None:
    await Work.arun()


class Command(BaseCommand):
    """A management command."""

    requires_system_checks = ()

    def handle(self, **_: Any) -> None:
        Work.run()


def task() -> None:
    Work.run()


@pytest.fixture
def served(settings: Any) -> Iterator[None]:
    api = NinjaAPI(urls_namespace="writers")
    api.post("/work")(operation)
    api.post("/async")(async_operation)
    router = SimpleRouter()
    router.register("rest", OrderViews, "rest")
    views = {
        "view": view,
        "async_view": async_view,
        "class": ClassView.as_view(),
        "async_class": AsyncClassView.as_view(),
    }
    patterns = [path(f"{name}/", each) for name, each in views.items()]
    with site(settings, [*patterns, path("ninja/", include((api.urls[0], "w"))), *router.urls]):
        yield


def _queued() -> None:
    app = celery.Celery("orders", set_as_current=False)
    app.conf.task_always_eager = True
    app.task(task).delay().get()


URLS = ("view", "class", "rest/work", "ninja/work", "async_view", "async_class", "ninja/async")
CALLS: dict[str, Callable[[], Any]] = {
    "a task": _queued,
    "a command": lambda: call_command(Command()),
    "a function": lambda: Work.run(),
    "an async function": lambda: async_to_sync(Work.arun)(),
}


def write(web: Web, kind: str) -> str | None:
    """Have a writer do its work; return what its reply says."""
    if kind in CALLS:
        CALLS[kind]()
        return None
    response = web.request("POST", f"/{kind}" + "/" * ("ninja" not in kind))
    assert response.status_code == 200, response.content
    stale: str | None = response.headers.get("X-Mizan-Invalidate")
    return stale


def watching(name: str) -> tuple[Write, AWrite]:
    """Write in a way that `watch` sees; what it does not see is told."""
    do, ado = WAYS[name]
    if name != "raw":
        return do, ado

    def tell(order: Order) -> None:
        do(order)
        invalidate(OrdersContext, owner_id=order.customer.owner_id)  # type: ignore[union-attr]

    return tell, sync_to_async(tell)


def affecting(name: str) -> tuple[Write, AWrite]:
    """Write in functions that are declared to."""
    do, ado = WAYS[name]
    stale = affects(OrdersContext.by(owner_id="order.customer.owner_id"))

    @stale
    def declared(order: Order) -> None:
        do(order)

    @stale
    async def adeclared(order: Order) -> None:
        await ado(order)

    return declared, adeclared


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize("said", [watching, affecting])
@pytest.mark.parametrize("kind", [*URLS, *CALLS])
def test_a_writer(kind: str, said: Any) -> None:
    declare()
    if said is watching:
        watch(Order, OrdersContext, owner_id="customer.owner_id")
    Label.objects.create(pk=1, text="x")
    customers = [Customer.objects.create(owner_id=each) for each in (1, 2)]
    cases = [
        (name, end, [Order.objects.create(customer=each) for each in customers])
        for name in WAYS
        for end in ENDS
    ]
    web = Web(is_async="async" in kind)
    reads = Reads(web, users=(1, 2))
    for name, end, orders in cases:
        do, ado = said(name)
        Work.run = staticmethod(partial(end, do, *orders))
        # Django's transactions are for synchronous code.
        is_async = end is committed
        Work.arun = staticmethod(partial(_wait, ado, orders[0]) if is_async else _in_thread)
        told = write(web, kind)
        assert reads() == ENDS[end], (name, end.__name__)
        if kind in URLS:
            assert told == ("orders;owner_id=1" if ENDS[end] else None), (name, end.__name__)


async def _wait(ado: AWrite, order: Order) -> None:
    await ado(order)


async def _in_thread() -> None:
    await sync_to_async(Work.run)()
