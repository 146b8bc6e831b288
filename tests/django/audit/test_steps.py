"""mizan.django.audit.steps: reads, calls and targets are those of a server without an audit."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpRequest
from project.orders.models import Customer, Order

from mizan.django import affecting, affects, client, invalidate, watch
from mizan.django.audit.findings import Finding
from mizan.django.audit.recorder import Recorder
from mizan.testing.django import AsyncMizanClient, MizanClient

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _declared(recorder: Recorder) -> None:
    @client(context="seen")
    def seen(request: HttpRequest, order_id: int) -> int:
        return Order.objects.get(pk=order_id).total

    @client(context="seen")
    async def aseen(request: HttpRequest, order_id: int) -> int:
        return (await Order.objects.aget(pk=order_id)).total


@pytest.fixture
def order() -> Order:
    return Order.objects.create(customer=Customer.objects.create(owner_id=5), total=3)


def test_reads_over_wsgi_and_asgi(recorder: Recorder, order: Order) -> None:
    assert MizanClient().read("seen", order_id=order.pk).data == {"aseen": 3, "seen": 3}
    read = async_to_sync(AsyncMizanClient().read)
    assert read("seen", order_id=order.pk)["seen"] == 3
    assert recorder.recording.read[("seen", "aseen")] in (1, 2)
    assert {place.function for place in recorder.recording.uses} == {"seen", "aseen"}
    problem = MizanClient().read("seen", order_id=0)
    assert problem.status == 404


def test_each_way_to_say_it(
    recorder: Recorder, order: Order, found: Callable[[], list[Finding]]
) -> None:
    def write(owner: int) -> None:
        Order.objects.filter(pk=order.pk).update(total=owner)

    @client(affects="seen")
    def declares(request: HttpRequest, order_id: int) -> None:
        write(4)

    @client
    def tells(request: HttpRequest) -> None:
        write(5)
        invalidate("seen", order_id=order.pk)

    @affects("seen")
    def decorated(order_id: int) -> None:
        write(6)

    def block() -> None:
        with affecting("seen", order_id=order.pk):
            write(7)

    def outside() -> None:
        write(8)
        invalidate("*")

    def watched() -> None:
        watch(Order, "seen", order_id="pk")
        write(9)

    mizan = MizanClient()
    mizan.read("seen", order_id=order.pk)
    assert mizan.call("declares", order_id=order.pk).status == 200
    assert mizan.call("tells").status == 200
    for each in (lambda: decorated(order.pk), block, outside, watched):
        each()
        recorder.units.flush()
    assert sum(fact.verb == "UPDATE" for fact in recorder.recording.writes) == 6
    assert found() == []


def test_nothing_is_said_by_who_fails(recorder: Recorder, order: Order) -> None:
    @client(affects="seen")
    def fail(request: HttpRequest, order_id: int) -> None:
        raise LookupError

    assert MizanClient(raise_request_exception=False).call("fail", order_id=1).status == 500
    assert not recorder.recording.done
