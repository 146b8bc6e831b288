"""`@affects` and `affecting` on code that is not Mizan's: views, REST framework, ninja, Celery.

Every request goes through Django's full stack, over WSGI and ASGI, and what became stale is what
the origin's cache then computes anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import celery
import pytest
from asgiref.sync import async_to_sync
from django.core.management import BaseCommand, call_command
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path
from django.utils.decorators import method_decorator
from django.views import View
from ninja import NinjaAPI
from project.http import Web
from project.orders.models import Customer, Order
from project.stale import OrdersContext, Reads, declare, heard, site
from rest_framework import serializers, viewsets
from rest_framework.decorators import action, api_view
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from mizan.django import affecting, affects, client, invalidate
from mizan.django.checks import check_declarations

pytestmark = pytest.mark.django_db(transaction=True)
STALE, STORE = "X-Mizan-Invalidate", "Cache-Control"


class Stop(Exception):
    """Rolls back what it interrupts."""


@pytest.fixture(autouse=True)
def _contexts() -> None:
    declare()


@pytest.fixture
def orders() -> list[Order]:
    """An order of each of the users 1 and 2."""
    customers = [Customer.objects.create(owner_id=each) for each in (1, 2)]
    return [Order.objects.create(customer=each) for each in customers]


class OrderShape(serializers.ModelSerializer[Order]):
    """An order for the REST framework."""

    class Meta:
        model = Order
        fields = ("id", "total", "customer")


def save_total(order_id: int, total: int) -> Order:
    order = Order.objects.get(pk=order_id)
    order.total = total
    order.save()
    return order


def posted(response: Any, header: str | None = "orders;owner_id=1") -> Any:
    """Hold a reply to what existing code is to say; return its body."""
    assert response.headers.get(STALE) == header
    assert response.headers.get(STORE) == ("no-store" if header else None)
    return response.content


# Django's own views


def save(request: HttpRequest) -> HttpResponse:
    save_total(int(request.POST["order"]), 5)
    if "stop" in request.POST:
        raise Stop
    return HttpResponse("<p>saved", headers={"ETag": '"x"'})


async def asave(request: HttpRequest) -> HttpResponse:
    order = await Order.objects.aget(pk=int(request.POST["order"]))
    order.total = 5
    await order.asave()
    if "stop" in request.POST:
        raise Stop
    return HttpResponse("<p>saved")


def made() -> dict[str, Any]:
    """Return views by name; what decorators declare, a test forgets."""

    @affects(OrdersContext)
    def function_view(request: HttpRequest, owner_id: int) -> HttpResponse:
        return save(request)

    @affects(OrdersContext)
    async def async_view(request: HttpRequest, owner_id: int) -> HttpResponse:
        return await asave(request)

    class MethodView(View):
        """A view as a class."""

        @affects(OrdersContext.by(owner_id="self.kwargs.owner_id"))
        def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
            return save(request)

    @method_decorator(affects(OrdersContext), name="post")
    class DecoratedView(MethodView):
        """A view that Django's own way decorates."""

        def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
            return save(request)

    class BlockView(View):
        """A view of which a part writes."""

        def post(self, request: HttpRequest, owner_id: int) -> HttpResponse:
            with affecting(OrdersContext, owner_id=owner_id):
                return save(request)

    async def async_block_view(request: HttpRequest, owner_id: int) -> HttpResponse:
        async with affecting(OrdersContext, owner_id=owner_id):
            return await asave(request)

    return {
        "function": function_view,
        "async": async_view,
        "method": MethodView.as_view(),
        "decorated": DecoratedView.as_view(),
        "block": BlockView.as_view(),
        "asyncblock": async_block_view,
    }


NAMES = ("function", "async", "method", "decorated", "block", "asyncblock")


@pytest.fixture
def views(settings: Any) -> Iterator[None]:
    with site(settings, [path(f"{n}/<int:owner_id>/", view) for n, view in made().items()]):
        yield


@pytest.mark.usefixtures("views")
@pytest.mark.parametrize("name", NAMES)
def test_a_view(web: Web, orders: list[Order], name: str) -> None:
    reads = Reads(web)
    with heard() as signals:
        response = web.post(f"/{name}/1/", {"order": orders[0].pk})
    assert posted(response) == b"<p>saved"
    assert (reads(), signals) == (["user 1"], [])


@pytest.mark.usefixtures("views")
@pytest.mark.parametrize("name", NAMES)
def test_a_view_that_raises(web: Web, orders: list[Order], name: str) -> None:
    reads = Reads(web)
    response = web.post(f"/{name}/1/", {"order": orders[0].pk, "stop": "1"})
    assert response.status_code == 500
    is_kept = name == "asyncblock"  # no transaction, so what it wrote stays
    assert response.headers.get(STALE) == ("orders;owner_id=1" if is_kept else None)
    assert reads() == (["user 1"] if is_kept else [])
    orders[0].refresh_from_db()
    assert orders[0].total == (5 if is_kept else 0)


def test_a_view_in_the_requests_transaction(web: Web, orders: list[Order], settings: Any) -> None:
    @affects(OrdersContext)
    def view(request: HttpRequest, owner_id: int) -> HttpResponse:
        save_total(orders[0].pk, 5)
        return HttpResponse()

    def fails(request: HttpRequest, owner_id: int) -> HttpResponse:
        view(request, owner_id)
        raise Stop

    atomic = [path("fine/<int:owner_id>/", transaction.atomic(view))]
    with site(settings, [*atomic, path("fails/<int:owner_id>/", transaction.atomic(fails))]):
        reads = Reads(web)
        posted(web.post("/fine/1/", {}))
        assert reads() == ["user 1"]
        assert STALE not in web.post("/fails/2/", {}).headers


# Django REST framework


@pytest.fixture
def rest(settings: Any) -> Iterator[None]:
    class OrderViews(viewsets.ModelViewSet[Order]):
        """Orders, in the REST framework's own way."""

        queryset = Order.objects.all()
        serializer_class = OrderShape
        authentication_classes = ()
        permission_classes = ()

        @affects(OrdersContext.by(owner_id="serializer.instance.customer.owner_id"))
        def perform_update(self, serializer: Any) -> None:
            serializer.save()

        @action(detail=True, methods=["post"])
        @affects(OrdersContext.by(owner_id="request.data.owner_id"))
        def pay(self, request: Any, pk: str) -> Response:
            order = save_total(int(pk), 7)
            if request.data.get("refuse"):
                raise serializers.ValidationError("refused")
            return Response({"total": order.total})

    @api_view(["POST"])
    @affects(OrdersContext)
    def rest_function(request: Any, owner_id: int) -> Response:
        return Response(OrderShape(save_total(request.data["order"], 9)).data)

    router = SimpleRouter()
    router.register("orders", OrderViews)
    with site(settings, [*router.urls, path("one/<int:owner_id>/", rest_function)]):
        yield


def send(web: Web, method: str, url: str, **body: Any) -> Any:
    return web.request(method, url, json.dumps(body).encode())


@pytest.mark.usefixtures("rest")
def test_rest_framework(web: Web, orders: list[Order]) -> None:
    key, reads = orders[0].pk, Reads(web)
    body = json.loads(posted(send(web, "POST", f"/orders/{key}/pay/", owner_id=1)))
    assert (body, reads()) == ({"total": 7}, ["user 1"])
    posted(send(web, "POST", "/one/1/", order=key))
    assert reads() == ["user 1"]
    refused = send(web, "POST", f"/orders/{key}/pay/", owner_id=1, refuse=True)
    assert (refused.status_code, STALE in refused.headers, reads()) == (400, False, [])
    orders[0].refresh_from_db()
    assert orders[0].total == 9
    posted(web.get(f"/orders/{key}/"), None)
    moved = send(web, "PATCH", f"/orders/{key}/", customer=orders[1].customer_id)
    posted(moved, "orders;owner_id=1, orders;owner_id=2")
    assert reads() == ["user 1", "user 2"]


# django-ninja


@pytest.fixture
def ninja(settings: Any) -> Iterator[None]:
    api = NinjaAPI()

    @api.post("/total/{owner_id}")
    @affects(OrdersContext)
    def set_total(
        request: HttpRequest, owner_id: int, order: int, total: int = 3
    ) -> dict[str, int]:
        return {"total": save_total(order, total).total}

    @api.post("/async/{owner_id}")
    @affects(OrdersContext)
    async def set_async(request: HttpRequest, owner_id: int, order: int) -> dict[str, int]:
        await Order.objects.filter(pk=order).aupdate(total=4)
        return {"total": 4}

    with site(settings, [path("ninja/", include((api.urls[0], "ninja")))]):
        yield


@pytest.mark.usefixtures("ninja")
def test_ninja(web: Web, orders: list[Order]) -> None:
    reads = Reads(web)
    response = web.request("POST", f"/ninja/total/1?order={orders[0].pk}")
    assert json.loads(posted(response)) == {"total": 3}
    assert reads() == ["user 1"]
    refused = web.request("POST", "/ninja/total/1?order=x")
    assert (refused.status_code, STALE in refused.headers, reads()) == (422, False, [])
    if web.is_async:
        response = web.request("POST", f"/ninja/async/1?order={orders[0].pk}")
        assert json.loads(posted(response)) == {"total": 4}
        assert reads() == ["user 1"]


# Where there is no request


def test_a_celery_task(web: Web, orders: list[Order], settings: Any) -> None:
    app = celery.Celery("orders", set_as_current=False)
    app.conf.task_always_eager = True

    @app.task(bind=True)
    @affects(OrdersContext.by("owner_id"))
    def ship(self: Any, order: int, owner_id: int) -> int:
        return save_total(order, 1).total

    reads = Reads(web)
    with heard() as signals:
        assert ship.delay(orders[0].pk, owner_id=1).get() == 1
    assert (reads(), signals) == (["user 1"], ["orders;owner_id=1"])

    def view(request: HttpRequest) -> JsonResponse:
        return JsonResponse({"total": ship.delay(orders[0].pk, owner_id=1).get()})

    with site(settings, [path("ship/", view)]):
        posted(web.post("/ship/", {}))


def test_a_command(web: Web, orders: list[Order]) -> None:
    class Command(BaseCommand):
        requires_system_checks = ()
        stealth_options = ("order", "user")

        @affects(OrdersContext.by(owner_id="user"))
        def handle(self, **options: Any) -> None:
            save_total(options["order"], 1)

    reads = Reads(web)
    call_command(Command(), order=orders[0].pk, user=1)
    assert reads() == ["user 1"]


def test_a_plain_function_and_its_callers_transaction(web: Web, orders: list[Order]) -> None:
    @affects(OrdersContext)
    def save(owner_id: int) -> None:
        save_total(orders[0].pk, 1)

    reads = Reads(web)
    with heard() as signals, transaction.atomic():
        with suppress(Stop), affecting(OrdersContext, owner_id=2):
            raise Stop
        save(1)
        assert signals == []
    assert (reads(), signals) == (["user 1"], ["orders;owner_id=1"])
    with suppress(IntegrityError), affecting(OrdersContext, owner_id=1):
        Order.objects.create(pk=orders[0].pk)
    assert reads() == []


def test_within_a_mutation_targets_are_in_its_reply(web: Web, orders: list[Order]) -> None:
    @affects(OrdersContext)
    def save(owner_id: int) -> None:
        save_total(orders[0].pk, 1)

    @client(affects=OrdersContext)
    def pay(request: HttpRequest, owner_id: int) -> None:
        save(2)
        with suppress(Stop), affecting(OrdersContext, owner_id=3):
            raise Stop

    reads = Reads(web)
    reply = web.call("pay", owner_id=1)
    assert reply.headers[STALE] == "orders;owner_id=1, orders;owner_id=2"
    assert [each["params"]["owner_id"] for each in reply.json()["invalidate"]] == [1, 2]
    assert reads() == ["user 1", "user 2"]


def test_a_task_in_an_event_loop(web: Web, orders: list[Order]) -> None:
    async def work() -> None:
        async with affecting(OrdersContext, owner_id=1):
            await Order.objects.filter(pk=orders[0].pk).aupdate(total=2)

    reads = Reads(web)
    async_to_sync(work)()
    assert reads() == ["user 1"]


@pytest.mark.django_db(transaction=False)
@pytest.mark.usefixtures("views")
def test_in_a_test_case_the_same_is_true(web: Web, orders: list[Order]) -> None:
    reads = Reads(web)
    posted(web.post("/function/1/", {"order": orders[0].pk}))
    assert reads() == ["user 1"]


# What is wrong


def test_a_wrong_name_is_a_check() -> None:
    @affects("ordrs", OrdersContext.by("usr"))
    def save() -> None:
        """Save nothing."""

    found = [(each.id, each.msg) for each in check_declarations()]
    assert [each for each, _ in found] == ["mizan.E004"]
    assert "did you mean 'orders'?" in found[0][1]
    assert str(check_declarations()[0].obj).startswith(__file__)
    del save


def test_a_wrong_scope_is_a_check() -> None:
    @affects(OrdersContext.by("owner_id"))
    def save(order_id: int) -> None:
        """Save nothing."""

    found = [(each.id, each.msg) for each in check_declarations()]
    assert [each for each, _ in found] == ["mizan.E009"]
    assert "'owner_id' begins with none of its arguments" in found[0][1]
    del save


def test_raw_sql_says_itself_what_it_writes(web: Web, orders: list[Order]) -> None:
    reads = Reads(web)
    with transaction.atomic(), transaction.get_connection().cursor() as cursor:
        cursor.execute("UPDATE orders_order SET total = 8")
        invalidate(OrdersContext, owner_id=2)
    assert reads() == ["user 2"]
