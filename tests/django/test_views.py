"""mizan.django.views: a request in, a reply out, over WSGI and over ASGI."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync, iscoroutinefunction
from django.contrib.auth import get_user_model, login
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, RequestFactory, override_settings
from project.http import BASE, Web
from project.library.models import Book

from mizan.django import client, view_of
from mizan.django.views import View, call, context
from mizan.server.registry import registry

pytestmark = pytest.mark.django_db


def test_a_context_is_one_bundle(web: Web) -> None:
    one = Book.objects.create(title="Emma", pages=400)
    one.reviews.create(text="good")
    response = web.read("book", f"book_id={one.pk}&limit=10")
    assert response.status_code == 200
    assert response.content.decode() == (
        f'{{"book":{{"id":{one.pk},"pages":400,"title":"Emma"}},"reviews":["good"]}}'
    )
    assert response["Cache-Control"] == "public, no-cache"
    assert response["X-Mizan-Schema"] == registry.catalog.digest


def test_headers_of_a_reply_are_those_of_any_response() -> None:
    client(lambda request: 1, name="one")
    body = json.dumps({"function": "one"})
    response = call(RequestFactory().post("/", body, content_type="application/json"))
    same = HttpResponse(response.content, headers=dict(response.headers))
    assert list(response.items()) == list(same.items())
    assert response.serialize_headers() == same.serialize_headers()
    response["x-mizan-schema"] = "other"
    del response["Cache-Control"]
    response.setdefault("Vary", "Cookie")
    assert dict(response.items()) == {
        "Content-Type": "application/json",
        "x-mizan-schema": "other",
        "Vary": "Cookie",
    }


def test_another_spelling_of_the_url_says_which_is_canonical(web: Web) -> None:
    one = Book.objects.create(title="Emma")
    response = web.read("book", f"book_id={one.pk}")
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Location"] == f"{BASE}ctx/book/?book_id={one.pk}&limit=10"
    assert response.json()["book"]["title"] == "Emma"


def test_a_context_may_be_asked_for_by_post_and_is_then_never_stored(web: Web) -> None:
    one = Book.objects.create(title="Emma")
    response = web.request("POST", f"{BASE}ctx/book/", json.dumps({"book_id": one.pk}).encode())
    assert response.json()["book"]["title"] == "Emma"
    assert response["Cache-Control"] == "no-store"
    assert "ETag" not in response


@override_settings(MIZAN_CACHE={"BACKEND": None})
def test_what_the_client_has_is_not_sent_again(web: Web) -> None:
    Book.objects.create(title="Emma")
    first = web.read("shelf")
    again = web.read("shelf", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    Book.objects.create(title="Persuasion")
    assert web.read("shelf", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_head_is_get_without_the_body(web: Web) -> None:
    Book.objects.create(title="Emma")
    got = web.read("shelf")
    head = web.request("HEAD", f"{BASE}ctx/shelf/")
    assert (head.status_code, head.content) == (200, b"")
    assert head["ETag"] == got["ETag"]
    assert head["Content-Length"] == str(len(got.content))


@pytest.mark.parametrize("name", ["rename_book", "rename_book_async"])
def test_a_mutation_says_what_is_stale(web: Web, name: str) -> None:
    one = Book.objects.create(title="Emma")
    response = web.call(name, book_id=one.pk, title="Emma II")
    assert response.json() == {
        "result": {"id": one.pk, "pages": 1, "title": "Emma II"},
        "invalidate": [{"context": "book", "params": {"book_id": one.pk}}, "shelf"],
    }
    assert response["X-Mizan-Invalidate"] == f"book;book_id={one.pk}, shelf"
    assert response["Cache-Control"] == "no-store"
    assert web.read("shelf").json()["shelf"][0]["title"] == "Emma II"


@pytest.mark.parametrize("name", ["add", "add_async"])
def test_a_plain_function_makes_nothing_stale(web: Web, name: str) -> None:
    response = web.call(name, left=2, right=3)
    assert response.content == b'{"result":5}'
    assert "X-Mizan-Invalidate" not in response
    assert web.call(name, left=2).json() == {"result": 3}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "call/", "POST"),
        ("PUT", "call/", "POST"),
        ("OPTIONS", "call/", "POST"),
        ("DELETE", "ctx/shelf/", "GET, HEAD, POST"),
    ],
)
def test_other_methods_are_405_with_allow(web: Web, method: str, path: str, allowed: str) -> None:
    response = web.request(method, BASE + path)
    assert (response.status_code, response["Allow"]) == (405, allowed)
    assert response.json()["code"] == "method_not_allowed"


def test_what_is_not_declared_is_404(web: Web) -> None:
    assert web.call("nothing").json()["code"] == "not_found"
    assert web.read("nothing").status_code == 404
    assert web.read("Nothing").status_code == 404
    assert len(web.call("x" * 1000).content) < 300
    assert len(web.read("x" * 1000).content) < 300


def test_a_private_function_is_403_and_no_client_sees_it(web: Web) -> None:
    @client(affects="shelf", private=True)
    def restock(request: HttpRequest) -> int:
        return 1

    @client(private=True, route="/hook/")
    def hook(request: HttpRequest) -> HttpResponse:
        return HttpResponse("x")

    for name in ("restock", "hook"):
        response = web.call(name)
        assert (response.status_code, response.json()["code"]) == (403, "private")
    assert "hook" not in registry.catalog.schema["functions"]
    assert "restock" not in registry.catalog.schema["functions"]
    (mutation,) = [m for n, m in registry.catalog.manifest["mutations"].items() if n == "restock"]
    assert mutation["private"] is True


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "malformed"),
        (b"[]", "malformed"),
        (b'{"function":1}', "malformed"),
        (b'{"function":"touch","args":[]}', "malformed"),
        (b'{"function":"touch","function":"touch"}', "malformed"),
        (b'{"function":"touch","args":{"value":NaN}}', "malformed"),
        (b'{"function":"touch","args":{"value":' + b"[" * 70 + b"]" * 70 + b"}}", "malformed"),
        (b'{"function":"touch","args":{"value":9007199254740993}}', "malformed"),
        (b'{"function":"touch","args":{"value":"\xff"}}', "malformed"),
        (b'{"function":"touch","args":{"value":"\\ud800"}}', "malformed"),
    ],
)
def test_what_is_no_json_is_refused_before_any_code_runs(web: Web, body: bytes, code: str) -> None:
    ran = []

    @client
    def touch(request: HttpRequest, value: Any = None) -> None:
        ran.append(value)

    response = web.request("POST", f"{BASE}call/", body)
    assert (response.status_code, response.json()["code"], ran) == (400, code, [])


def test_a_large_body_is_413(web: Web) -> None:
    with override_settings(MIZAN_BODY_LIMIT=1024):
        response = web.call("add", left=1, right="1" * 1024)
        assert (response.status_code, response.json()["code"]) == (413, "too_large")
        assert web.call("add", left=1).status_code == 200


def test_only_json_is_taken(web: Web) -> None:
    response = web.request("POST", f"{BASE}call/", b"function=add", content_type="text/plain")
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("", "/book_id", "param.missing"),
        ("book_id=five", "/book_id", "coerce.lexical"),
        ("book_id=5&other=1", "/other", "param.unknown"),
        ("book_id=5&book_id=5", "/book_id", "param.repeated"),
    ],
)
def test_wrong_parameters_are_422_with_their_place(
    web: Web, query: str, pointer: str, code: str
) -> None:
    response = web.read("book", query)
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)


def test_wrong_arguments_are_422_with_their_places(web: Web) -> None:
    response = web.call("add", left="two", up=1)
    assert response.status_code == 422
    assert {each["pointer"] for each in response.json()["errors"]} == {"/left", "/up"}


def test_one_failing_function_fails_the_bundle_and_is_named(web: Web) -> None:
    response = web.read("book", "book_id=404")
    assert response.status_code == 404
    assert response.json()["function"] in ("book", "reviews")


def test_an_unexpected_error_is_a_500_without_detail(
    web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    @client
    def fail(request: HttpRequest) -> None:
        raise ValueError("a secret")

    response = web.call("fail")
    assert (response.status_code, response.json()["code"]) == (500, "internal")
    assert "secret" not in response.content.decode()
    records = [each for each in caplog.records if each.levelno >= logging.ERROR]
    assert [each.name for each in records] == ["django.request"]
    assert records[0].exc_info
    with override_settings(DEBUG=True):
        assert web.call("fail").json()["detail"] == "ValueError: a secret"


def test_the_test_client_raises_an_unexpected_error_as_for_any_view(
    make_web: Callable[..., Web],
) -> None:
    @client
    def fail(request: HttpRequest) -> None:
        raise ValueError("a secret")

    with pytest.raises(ValueError, match="a secret"):
        make_web(raise_request_exception=True).call("fail")


def test_data_of_another_type_than_declared_is_a_clear_500(web: Web) -> None:
    @client
    def number(request: HttpRequest) -> int:
        return "three"  # type: ignore[return-value]

    @client
    def page(request: HttpRequest) -> dict[str, int]:
        return HttpResponse("page")  # type: ignore[return-value]

    assert web.call("number").json()["code"] == "internal"
    with override_settings(DEBUG=True):
        assert "declares int and gave str" in web.call("number").json()["detail"]
        assert "HttpResponse" in web.call("page").json()["detail"]


def test_the_cache_of_the_whole_site_keeps_nothing(web: Web) -> None:
    cached = [
        "django.middleware.cache.UpdateCacheMiddleware",
        "django.middleware.cache.FetchFromCacheMiddleware",
    ]
    Book.objects.create(title="Emma")
    with override_settings(MIDDLEWARE=cached, MIZAN_CACHE={"BACKEND": None}):
        assert len(web.read("shelf").json()["shelf"]) == 1
        Book.objects.create(title="Persuasion")
        assert len(web.read("shelf").json()["shelf"]) == 2


def test_a_view_is_a_coroutine_function_only_in_an_event_loop() -> None:
    async def ask() -> bool:
        return iscoroutinefunction(call)

    assert not iscoroutinefunction(context)
    assert async_to_sync(ask)()


def test_a_view_is_made_of_a_function_or_its_name() -> None:
    @client(context="shelf", private=False, route="/shelf/")
    def shelf_page(request: HttpRequest) -> HttpResponse:
        return HttpResponse("shelf")

    assert isinstance(view_of(shelf_page), View)
    assert view_of("shelf_page").__name__ == "shelf_page"


GROUPS, PURGED = "Cache-Groups", "Cache-Group-Invalidation"
PUBLIC, PRIVATE = "public, s-maxage=9", "private, max-age=9"


@pytest.mark.parametrize(
    ("own", "caching", "expected"),
    [
        ('"article-1"', PUBLIC, (PUBLIC, '"article-1", "shelf"', "article-1 shelf")),
        ("article-1", PUBLIC, ("public, no-cache", None, None)),
        ("article-1", PRIVATE, (PRIVATE, None, None)),
        ("article-1", None, ("private, no-store", None, None)),
        (", ".join(f'"a-{n}"' for n in range(32)), PUBLIC, ("public, no-cache", None, None)),
    ],
)
def test_a_page_keeps_the_cache_groups_of_its_own(
    settings: Any, own: str, caching: str | None, expected: tuple[str | None, ...]
) -> None:
    @client(context="shelf", private=False, route="/shelf/")
    def shelf_page(request: HttpRequest) -> HttpResponse:
        given = {GROUPS: own, "Surrogate-Key": "x", "Cache-Control": caching}
        return HttpResponse(headers={name: value for name, value in given.items() if value})

    settings.MIZAN_EDGE = {"TAGS": ["fastly"]}
    found = view_of(shelf_page)(RequestFactory().get("/shelf/")).headers
    names = ("Cache-Control", GROUPS, "Surrogate-Key")
    assert tuple(map(found.get, names)) == expected


@pytest.mark.parametrize(
    ("own", "expected"), [('"article-1"', '"article-1", "shelf"'), ("article-1", "article-1")]
)
def test_a_mutations_page_purges_the_cache_groups_of_its_own(
    settings: Any, own: str, expected: str
) -> None:
    @client(affects="shelf", route="/restock/", methods=["POST"])
    def restock(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={PURGED: own})

    request = RequestFactory().post("/restock/")
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
    assert view_of(restock)(request).headers[PURGED] == own
    settings.MIZAN_EDGE = True
    assert view_of(restock)(request).headers[PURGED] == expected


def test_an_async_function_runs_in_the_loop_without_a_thread_hop() -> None:
    seen = []

    @client
    async def where(request: HttpRequest) -> None:
        seen.append(threading.get_ident())

    async def ask() -> int:
        body = b'{"function":"where"}'
        response = await AsyncClient().post(f"{BASE}call/", body, content_type="application/json")
        assert response.status_code == 200
        return threading.get_ident()

    assert [async_to_sync(ask)()] == seen


@pytest.mark.parametrize("name", ["rename_book", "rename_book_async"])
@pytest.mark.django_db(transaction=True)
def test_what_is_held_and_stale_comes_along_with_the_reply(web: Web, name: str) -> None:
    """Single flight (SPEC.md, section 14)."""
    one, other = (Book.objects.create(title=title) for title in ("Emma", "Persuasion"))
    held = f"shelf, book;book_id={one.pk};limit=10, book;book_id={other.pk};limit=10"
    reply = web.call(name, book_id=one.pk, title="Ulysses", headers={"X-Mizan-Held": held}).json()
    book, shelf = sorted(reply["fresh"], key=lambda each: str(each["context"]))
    assert book["params"] == {"book_id": one.pk, "limit": 10}
    assert book["data"]["book"]["title"] == "Ulysses"
    assert [each["title"] for each in shelf["data"]["shelf"]] == ["Ulysses", "Persuasion"]
    assert web.read("shelf").json() == shelf["data"]


@pytest.mark.django_db(transaction=True)
def test_after_a_login_nothing_comes_along(web: Web) -> None:
    @client(affects="shelf")
    def enter(request: HttpRequest) -> None:
        login(request, ada, backend="django.contrib.auth.backends.ModelBackend")

    ada = get_user_model().objects.create_user("ada")
    assert "fresh" not in web.call("enter", headers={"X-Mizan-Held": "shelf"}).json()
    assert "fresh" in web.call("enter", headers={"X-Mizan-Held": "shelf"}).json()
