"""mizan.django.carried: what replies and signals say of what became stale."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from project.http import Web
from project.stale import TotalContext, declare, heard, site

from mizan.cache.base import CacheUnavailable
from mizan.django import affecting, affects, carried, invalidate
from mizan.protocol.guards import Guard, tag
from mizan.protocol.targets import Target

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "other"])
STALE = "X-Mizan-Invalidate"
PURGED = "Cache-Group-Invalidation"


class Stop(Exception):
    """Rolls a block back."""


@pytest.fixture(autouse=True)
def _contexts() -> None:
    declare()


def shelf(number: int) -> tuple[Target, ...]:
    return (Target("total", (("order_id", number),)),)


def test_a_reply_says_what_was_committed_once(web: Web, settings: Any) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        with transaction.atomic():
            invalidate(TotalContext, order_id=1)
            with suppress(Stop), transaction.atomic():
                invalidate(TotalContext, order_id=2)
                raise Stop
        with suppress(Stop), transaction.atomic():
            invalidate(TotalContext, order_id=3)
            raise Stop
        invalidate(TotalContext, order_id=4)
        with transaction.atomic(using="other"):
            carried.tell(shelf(5), "other")
        return HttpResponse(headers={STALE: "shelf, total;order_id=1"})

    with site(settings, [path("view/", view)]), heard() as signals:
        response = web.post("/view/", {})
    expected = "shelf, total;order_id=1, total;order_id=4, total;order_id=5"
    assert (response.headers[STALE], signals) == (expected, [])
    assert response.headers["Cache-Control"] == "no-store"


def test_an_edge_is_told_what_a_reply_of_others_says(web: Web, settings: Any) -> None:
    settings.MIZAN_EDGE = {"TAGS": ["fastly"]}

    @affects(TotalContext)
    def view(request: HttpRequest, order_id: int) -> HttpResponse:
        return HttpResponse(headers={"Cache-Groups": '"total"', "Surrogate-Key": "total"})

    def many(request: HttpRequest) -> HttpResponse:
        for number in range(33):
            invalidate(TotalContext, order_id=number)
        return HttpResponse(headers={STALE: "shelf"})

    with site(settings, [path("view/<int:order_id>/", view), path("many/", many)]):
        one = web.post("/view/4/", {}).headers
        both = web.post("/many/", {}).headers
        settings.MIZAN_EDGE = False
        off = web.post("/many/", {}).headers
    assert one[STALE] == "total;order_id=4"
    assert one[PURGED] == f'"{tag(Guard("total", (("order_id", "4"),)))}"'
    assert one["Cache-Control"] == "no-store"
    assert not {"Cache-Groups", "Surrogate-Key"} & set(one)
    assert both[PURGED] == '"shelf", "total"'
    assert PURGED not in off


@pytest.mark.parametrize(
    ("own", "expected"),
    [('"article-1"', '"article-1", "total"'), ("article-1", "article-1"), ('"total"', '"total"')],
)
def test_an_edge_is_told_the_groups_of_the_application_too(
    settings: Any, own: str, expected: str
) -> None:
    settings.MIZAN_EDGE = True
    response = HttpResponse(headers={PURGED: own})
    carried.write(response, (Target("total"),))
    assert response.headers[PURGED] == expected  # what nobody can read purges everything
    settings.MIZAN_EDGE = False
    off = HttpResponse(headers={PURGED: own})
    carried.write(off, (Target("total"),))
    assert off.headers[PURGED] == own


def test_groups_of_targets_that_a_reply_has_are_not_the_applications(
    web: Web, settings: Any
) -> None:
    settings.MIZAN_EDGE = True
    groups = ", ".join(f'"{tag(Guard("total", (("order_id", str(n)),)))}"' for n in range(32))

    @affects(TotalContext)
    def view(request: HttpRequest) -> HttpResponse:
        said = ", ".join(f"total;order_id={number}" for number in range(32))
        return HttpResponse(headers={STALE: said, PURGED: f'{groups}, "own"'})

    with site(settings, [path("view/", view)]):
        assert web.post("/view/", {}).headers[PURGED] == '"own", "total"'


def test_a_header_that_nobody_can_read_is_everything(web: Web, settings: Any) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        invalidate(TotalContext)
        return HttpResponse(headers={STALE: "?"})

    with site(settings, [path("view/", view)]):
        assert web.post("/view/", {}).headers[STALE] == "*"


def test_what_a_reply_cannot_say_is_told_by_signal(settings: Any) -> None:
    web, left = Web(), threading.Event()
    late: list[threading.Thread] = []

    def lines() -> Iterator[bytes]:
        invalidate(TotalContext, order_id=1)
        yield b"x"

    def view(request: HttpRequest) -> HttpResponse:
        from contextvars import copy_context

        def work() -> None:
            with transaction.atomic():
                carried.tell(shelf(2))
                late_started.set()
                left.wait(10)
            connection.close()

        late_started = threading.Event()
        late.append(threading.Thread(target=copy_context().run, args=(work,)))
        late[0].start()
        late_started.wait(10)
        return StreamingHttpResponse(lines())  # type: ignore[return-value]

    with site(settings, [path("view/", view)]), heard() as signals:
        response = web.post("/view/", {})
        assert b"".join(response) == b"x"
        assert (STALE in response.headers, signals) == (False, ["total;order_id=1"])
        left.set()
        late[0].join()
    assert signals == ["total;order_id=1", "total;order_id=2"]


def test_a_request_that_is_cut_off_tells_by_signal() -> None:
    with heard() as signals, suppress(KeyboardInterrupt), carried.Said():
        carried.tell(shelf(1))
        with transaction.atomic():
            carried.tell(shelf(2))
            raise KeyboardInterrupt
    assert signals == ["total;order_id=1"]


def test_a_view_that_cannot_be_coherent_is_refused(web: Web, settings: Any) -> None:
    class Down:
        def __getattr__(self, name: str) -> Any:
            def refuse(*args: Any) -> None:
                raise CacheUnavailable("It is down.")

            return refuse

    def view(request: HttpRequest) -> HttpResponse:
        with affecting(TotalContext):
            return HttpResponse()

    from mizan.server.registry import registry

    with site(settings, [path("view/", view)]):
        host: Any = registry.catalog.host
        host.consistent = True
        type(host).cache, kept = property(lambda self: Down()), type(host).cache
        try:
            response = web.post("/view/", {})
        finally:
            type(host).cache = kept
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert (response.headers["Retry-After"], STALE in response.headers) == ("1", False)
