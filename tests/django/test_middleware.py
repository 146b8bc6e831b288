"""mizan.django.middleware: what others add to a context's reply, seen from outside."""

from __future__ import annotations

from contextvars import Context, ContextVar, copy_context
from typing import Any

import pytest
from asgiref.sync import async_to_sync, iscoroutinefunction
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import clear_url_caches
from project.http import Web
from project.middleware import middleware

from mizan.django import client
from mizan.django.middleware import MizanMiddleware, guard
from mizan.server.registry import registry

PUBLIC = {
    "X-Mizan-Schema": "0" * 64,
    "Cache-Control": "public, max-age=0, s-maxage=60",
    "ETag": '"x"',
    "Cache-Groups": '"shelf"',
    "Surrogate-Key": "shelf",
    "Cache-Tag": "shelf",
    "Edge-Cache-Tag": "shelf",
    "xkey": "shelf",
}
TAGS = {"Cache-Groups", "Surrogate-Key", "Cache-Tag", "Edge-Cache-Tag", "xkey"}
OWN = PUBLIC | {
    "Cache-Control": "private, no-cache",
    "Vary": "Authorization, Cookie, X-Mizan-Token",
    "Mizan-Cache-Control": "max-age=60",
}


def guarded(headers: dict[str, str], cookie: str = "", **more: str) -> dict[str, str]:
    response = HttpResponse(headers=headers | more)
    if cookie:
        response.set_cookie(cookie, "x")
    guard(response)
    return {name: value for name, value in response.items() if name != "Content-Type"}


def test_what_nobody_added_to_stays() -> None:
    assert guarded(PUBLIC) == PUBLIC
    assert guarded(OWN) == OWN


@pytest.mark.parametrize("vary", ["Accept-Encoding", "accept-encoding", ""])
def test_the_encoding_is_no_difference(vary: str) -> None:
    assert guarded(PUBLIC, Vary=vary) == PUBLIC | {"Vary": vary}


@pytest.mark.parametrize("vary", ["Cookie", "Accept-Language", "Accept-Encoding, Origin", "*"])
def test_a_public_reply_that_varies_is_nobodys(vary: str) -> None:
    found = guarded(PUBLIC, Vary=vary)
    assert found == {
        "X-Mizan-Schema": "0" * 64,
        "Cache-Control": "private, no-store",
        "Vary": vary,
    }


def test_what_is_declared_may_vary_but_never_by_an_identity() -> None:
    vary = dict.fromkeys(("language", "origin", "Cookie"), str)
    with override_settings(MIZAN_CACHE={"VARY": vary}):
        for field in ("Accept-Language", "Origin", "accept-language,ORIGIN"):
            assert guarded(PUBLIC, Vary=field)["ETag"] == '"x"'
        assert guarded(PUBLIC, Vary="Cookie")["Cache-Control"] == "private, no-store"
        assert guarded(PUBLIC, Vary="X-Country")["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("headers", [PUBLIC, OWN])
def test_a_reply_that_sets_a_cookie_is_nobodys(headers: dict[str, str]) -> None:
    for found in (guarded(headers, cookie="theme"), guarded(headers, **{"Set-Cookie": "a=b"})):
        assert found["Cache-Control"] == "private, no-store"
        assert not {"ETag", "Mizan-Cache-Control", *TAGS} & found.keys()


def test_a_users_own_reply_that_varies_by_more_is_the_browsers_alone() -> None:
    found = guarded(OWN, Vary="Authorization, Cookie, X-Mizan-Token, Accept-Language")
    assert (found["Cache-Control"], found["ETag"]) == ("private, no-cache", '"x"')
    assert not {"Mizan-Cache-Control", *TAGS} & found.keys()


@pytest.mark.parametrize(
    "headers",
    [
        {"Cache-Control": "public, max-age=60", "ETag": '"x"'},
        {"X-Mizan-Schema": "0" * 64, "Cache-Control": "no-store"},
        {},
    ],
)
def test_other_replies_are_not_touched(headers: dict[str, str]) -> None:
    found = guarded(headers, cookie="theme", Vary="Cookie")
    assert found == headers | {"Vary": "Cookie"}


def test_what_nobody_stores_has_no_tags() -> None:
    assert not TAGS & guarded(PUBLIC | {"Cache-Control": "no-store"}).keys()
    page = {name: value for name, value in PUBLIC.items() if name != "X-Mizan-Schema"}
    assert guarded(page, cookie="theme") == page  # an application's own: there is no edge
    with override_settings(MIZAN_EDGE=True):
        assert guarded(page) == page
        assert not TAGS & guarded(page | {"Cache-Control": "no-store"}).keys()
        for found in (guarded(page, cookie="theme"), guarded(page, **{"Set-Cookie": "a=b"})):
            assert found["Cache-Control"] == "private, no-store"
            assert not TAGS & found.keys()


def test_it_is_sync_or_async_as_what_it_wraps() -> None:
    async def inner_async(_: HttpRequest) -> HttpResponse:
        return HttpResponse(headers=PUBLIC | {"Vary": "Cookie"})

    def inner(_: HttpRequest) -> HttpResponse:
        return async_to_sync(inner_async)(_)

    request = RequestFactory().get("/")
    sync, asynchronous = MizanMiddleware(inner), MizanMiddleware(inner_async)
    assert MizanMiddleware.sync_capable
    assert MizanMiddleware.async_capable
    assert not iscoroutinefunction(sync)
    assert iscoroutinefunction(asynchronous)

    async def ask() -> Any:
        found = asynchronous(request)
        return await found  # type: ignore[misc]

    for response in (sync(request), async_to_sync(ask)()):
        assert response["Cache-Control"] == "private, no-store"  # type: ignore[index]


@pytest.mark.parametrize(
    ("setting", "value", "say"),
    [
        ("MIZAN_PKEY_SECRET", None, "MIZAN_MWT_KEYS needs it"),
        ("MIZAN_PKEY_SECRET", "short", "at least 32 bytes"),
        (
            "MIZAN_MWT_KEYS",
            [{"kty": "oct", "alg": "HS256", "kid": "a", "k": "c2hvcnQ"}],
            "32 bytes",
        ),
        ("MIZAN_MWT_TTL", 0, "from 1 to 3600"),
    ],
)
def test_a_wrong_setting_stops_the_server_at_its_start(setting: str, value: Any, say: str) -> None:
    with override_settings(**{setting: value}), pytest.raises(ImproperlyConfigured) as caught:
        MizanMiddleware(lambda _: HttpResponse())
    assert say in str(caught.value)
    assert setting in str(caught.value)
    assert "c2hvcnQ" not in str(caught.value)


def test_wrong_declarations_stop_the_server_at_its_start() -> None:
    @client(affects="nothing")
    def change(request: HttpRequest) -> None:
        """Change nothing."""

    @client(context="shelf", affects="shelf")
    def both(request: HttpRequest) -> None:
        """Read and change."""

    with pytest.raises(ImproperlyConfigured) as caught:
        MizanMiddleware(lambda _: HttpResponse())
    assert "mizan.E004" in str(caught.value)
    assert "mizan.E003" in str(caught.value)
    assert f"{__file__}:" in str(caught.value)


@pytest.mark.django_db
def test_a_304_that_sets_a_cookie_is_stored_by_nobody() -> None:
    client = Web().client
    first = client.get("/api/mizan/ctx/shelf/")
    with middleware(after=lambda response: response.set_cookie("theme", "dark")):
        again = Web().client.get("/api/mizan/ctx/shelf/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again["Cache-Control"]) == (304, "private, no-store")
    assert registry.catalog.digest == again["X-Mizan-Schema"]


@pytest.mark.django_db
def test_a_304_counts_no_bytes(web: Web) -> None:
    first = web.read("shelf")
    again = web.read("shelf", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.has_header("Content-Length")) == (304, False)
    assert first["Content-Length"] == str(len(first.content))


def test_to_make_it_leaves_nothing_in_the_context_that_requests_begin_with() -> None:
    def made() -> list[ContextVar[Any]]:
        clear_url_caches()  # Django looks at them anew
        MizanMiddleware(lambda _: HttpResponse())
        return [*copy_context()]

    assert Context().run(made) == []
