"""The clients check every reply; the assertions pass and fail where they should."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from project.library.mizan import BookContext, ShelfContext
from project.library.models import Book

from mizan.django import AppError, client
from mizan.server.registry import registry
from mizan.testing.django import (
    AsyncMizanClient,
    MizanClient,
    assert_fetches_fresh,
    assert_invalidates,
    isolated,
)

pytestmark = pytest.mark.django_db


def header(name: str, value: str | None) -> Callable[[Any], None]:
    def spoil(response: Any) -> None:
        del response[name]
        if value is not None:
            response[name] = value

    return spoil


def body(change: Callable[[Any], Any]) -> Callable[[Any], None]:
    def spoil(response: Any) -> None:
        changed = change(json.loads(response.content))
        response.content = json.dumps(changed, sort_keys=True, separators=(",", ":")).encode()

    return spoil


@pytest.mark.parametrize(
    ("ask", "fault", "complaint"),
    [
        ("call", header("X-Mizan-Invalidate", "shelf"), "name different targets"),
        ("call", header("X-Mizan-Invalidate", None), "name different targets"),
        ("call", header("X-Mizan-Schema", "0"), "x-mizan-schema"),
        ("call", header("Cache-Control", "public"), "no-store"),
        ("call", body(lambda found: {**found, "more": 1}), "result.schema.json"),
        ("call", body(lambda found: {**found, "result": {"id": "x"}}), "as the client schema says"),
        ("call", lambda _: HttpResponse("<p>", status=502), "application/problem"),
        ("read", body(lambda found: {"book": found["book"]}), "The bundle has book"),
        ("read", header("Cache-Control", "max-age=9"), "in no row"),
        ("read", lambda found: found.set_cookie("a", "b"), "sets a cookie"),
        ("read", lambda found: setattr(found, "content", b"x"), "no JSON text"),
        ("refused", body(lambda found: {**found, "code": "A"}), "error.schema.json"),
        ("refused", header("Cache-Control", None), "no-store"),
        ("post", header("X-Mizan-Invalidate", "shelf"), "name different targets"),
    ],
)
def test_a_wrong_reply_is_refused(
    web: Any, emma: Book, spoil: Any, ask: str, fault: Any, complaint: str
) -> None:
    def post() -> Any:
        given = {"function": "rename_book", "args": {"book_id": emma.pk, "title": "x"}}
        return web.post("/api/mizan/call/", given, content_type="application/json")

    asks: dict[str, Callable[[], Any]] = {
        "call": lambda: web.call("rename_book", book_id=emma.pk, title="x"),
        "read": lambda: web.read("book", book_id=emma.pk),
        "refused": lambda: web.read("book"),
        "post": post,
    }
    asks[ask]()
    spoil(fault)
    with pytest.raises(AssertionError, match=r"is not as it must be:\n- .*") as raised:
        asks[ask]()
    assert complaint in str(raised.value)


def test_a_page_passes_but_not_with_a_wrong_header(web: Any, spoil: Any) -> None:
    @client(affects=ShelfContext, route="/clear/")
    def clear(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 (a server function takes the request)
        return HttpResponse("done")

    response = web.post("/clear/")
    assert_invalidates(response, "shelf")
    assert web.get("/nowhere/").mizan.status == 404
    spoil(header("X-Mizan-Invalidate", "shelf;"))
    with pytest.raises(AssertionError, match="cannot be read"):
        web.post("/clear/")


def test_a_redirect_of_a_middleware_passes(web: Any, spoil: Any) -> None:
    spoil(lambda _: HttpResponseRedirect("https://testserver/"))
    assert web.read("shelf").status == 302


def test_a_problem_of_an_undeclared_error_is_refused(web: Any, spoil: Any) -> None:
    class TakenError(AppError):
        by: int

    @client(errors=[TakenError])
    def take(request: HttpRequest) -> None:  # noqa: ARG001 (a server function takes the request)
        raise TakenError("It is taken.", by=3)

    assert web.call("take").problem["data"] == {"by": 3}
    spoil(body(lambda found: {**found, "data": {"by": "x"}}))
    with pytest.raises(AssertionError, match=r"app\.taken: data"):
        web.call("take")


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        ((), ["not expected: book;book_id={}", "not expected: shelf"]),
        (("shelf",), ["not expected: book;book_id={}"]),
        (("shelf", "book;book_id=0"), ["missing: book;book_id=0", "not expected: book;book_id={}"]),
        (("shelf", "book"), ["missing: book", "not expected: book;book_id={}"]),
    ],
)
def test_other_targets_are_refused(
    web: Any, emma: Book, expected: tuple[str, ...], said: list[str]
) -> None:
    reply = web.call("rename_book", book_id=emma.pk, title="x")
    with pytest.raises(AssertionError, match="rename_book stale") as raised:
        assert_invalidates(reply, *expected)
    lines = str(raised.value).splitlines()[1:]
    assert [line.strip() for line in lines] == [each.format(emma.pk) for each in said]


def test_a_missing_target_alone_is_refused(web: Any) -> None:
    with pytest.raises(AssertionError, match="missing: shelf"):
        assert_invalidates(web.call("add", left=1), "shelf")


def test_fresh_data_is_seen(emma: Book) -> None:
    reader, writer = MizanClient(), MizanClient()
    with assert_fetches_fresh(reader, "book", by=writer, book_id=emma.pk) as seen:
        writer.call("rename_book", book_id=emma.pk, title="Emma II")
    assert seen.before["book"]["title"] == "Emma"
    assert seen.after["book"]["title"] == "Emma II"


def test_fresh_data_is_seen_by_an_async_client(emma: Book) -> None:
    async def run() -> Any:
        web = AsyncMizanClient()
        async with assert_fetches_fresh(web, BookContext, book_id=emma.pk) as seen:
            await web.call("rename_book_async", book_id=emma.pk, title="Emma II")
        return seen.after["book"]["title"]

    assert async_to_sync(run)() == "Emma II"


def test_data_that_nobody_hears_of_is_no_fresh_data(emma: Book) -> None:
    @client
    def change(request: HttpRequest, book_id: int) -> None:  # noqa: ARG001 (a server function takes the request)
        Book.objects.filter(pk=book_id).update(title="Emma II")

    web = MizanClient()
    said = r"No reply makes book with \{.*\} stale: the replies named nothing"
    with (
        pytest.raises(AssertionError, match=said),
        assert_fetches_fresh(web, "book", book_id=emma.pk),
    ):
        web.call("change", book_id=emma.pk)


def test_what_was_said_before_the_block_does_not_count(emma: Book) -> None:
    web = MizanClient()
    web.call("rename_book", book_id=emma.pk, title="x")
    with (
        pytest.raises(AssertionError, match="the replies named nothing"),
        assert_fetches_fresh(web, "book", book_id=emma.pk),
    ):
        Book.objects.filter(pk=emma.pk).update(title="Emma II")


def test_another_instance_is_no_fresh_data(emma: Book) -> None:
    other = Book.objects.create(title="Persuasion")
    web = MizanClient()
    with (
        pytest.raises(AssertionError, match=f"the replies named book;book_id={other.pk}, shelf"),
        assert_fetches_fresh(web, "book", book_id=emma.pk),
    ):
        web.call("rename_book", book_id=other.pk, title="x")


def test_the_same_data_is_no_fresh_data(emma: Book) -> None:
    web = MizanClient()
    with (
        pytest.raises(AssertionError, match="shows the same data"),
        assert_fetches_fresh(web, "book", book_id=emma.pk),
    ):
        web.call("rename_book", book_id=emma.pk, title="Emma")


def test_the_same_data_without_an_etag_is_no_fresh_data() -> None:
    @client(context="now", cache=False)
    def constant(request: HttpRequest) -> int:  # noqa: ARG001 (a server function takes the request)
        return 1

    @client(affects="now")
    def change(request: HttpRequest) -> None:
        pass

    web = MizanClient()
    with (
        pytest.raises(AssertionError, match="shows the same data"),
        assert_fetches_fresh(web, "now"),
    ):
        web.call("change")


def test_a_block_that_fails_says_so_itself(emma: Book) -> None:
    async def run() -> None:
        web = AsyncMizanClient()
        async with assert_fetches_fresh(web, "book", book_id=emma.pk):
            raise KeyError("mine")

    with (
        pytest.raises(KeyError, match="mine"),
        assert_fetches_fresh(MizanClient(), "book", book_id=emma.pk),
    ):
        raise KeyError("mine")
    with pytest.raises(KeyError, match="mine"):
        async_to_sync(run)()


def test_what_a_test_declares_is_forgotten(web: Any) -> None:
    with isolated():

        @client
        def extra(request: HttpRequest) -> int:  # noqa: ARG001 (a server function takes the request)
            return 1

        assert web.call("extra").result == 1
    assert web.call("extra").status == 404
    assert "extra" not in registry.catalog.functions
