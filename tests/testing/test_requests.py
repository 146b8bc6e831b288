"""Right requests are canonical, wrong ones are sent too; targets are named in any form."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from project.library.mizan import BookContext, ShelfContext, book, shelf
from project.library.models import Book

from mizan.django import client
from mizan.errors import DeclarationError, HeaderError
from mizan.protocol.targets import Target
from mizan.testing.django import MizanClient, assert_invalidates, stale

pytestmark = pytest.mark.django_db


def test_a_read_is_canonical_and_gives_the_bundle(web: Any, emma: Book) -> None:
    reply = web.read("book", book_id=emma.pk)
    assert reply.status == 200
    assert reply["book"] == {"id": emma.pk, "pages": 400, "title": "Emma"}
    assert reply.data == {"book": reply["book"], "reviews": []}
    assert "content-location" not in reply.headers
    assert reply.headers["etag"]
    assert web.read(BookContext, {"book_id": emma.pk}).data == reply.data


@pytest.mark.parametrize(
    ("ask", "status", "code"),
    [
        (lambda web: web.read("book", book_id="x"), 422, "validation"),
        (lambda web: web.read("book", book_id=None), 422, "validation"),
        (lambda web: web.read("book", book_id=1, colour="é"), 422, "validation"),
        (lambda web: web.read("nothing"), 404, "not_found"),
        (lambda web: web.read("no thing"), 404, "not_found"),
        (lambda web: web.call("rename_book", title=3), 422, "validation"),
        (lambda web: web.call("nothing"), 404, "not_found"),
    ],
)
def test_a_wrong_request_is_sent_too(web: Any, ask: Any, status: int, code: str) -> None:
    reply = ask(web)
    assert (reply.status, reply.problem["code"]) == (status, code)
    with pytest.raises(AssertionError, match=code):
        _ = reply.result
    with pytest.raises(AssertionError, match=code):
        _ = reply.data


def test_a_long_url_is_sent_as_post(web: Any) -> None:
    @client(context="find")
    def found(request: HttpRequest, words: list[str]) -> int:  # noqa: ARG001 (a server function takes the request)
        return len(words)

    reply = web.read("find", words=["long"] * 1000)
    assert reply.data == {"found": 1000}
    assert reply.headers["cache-control"] == "no-store"


def test_files_are_sent_as_files(web: Any) -> None:
    @client
    def keep(request: HttpRequest, name: str, file: UploadedFile) -> str:  # noqa: ARG001 (a server function takes the request)
        return f"{name}: {file.read().decode()}"

    assert web.call("keep", name="a", file=io.BytesIO(b"text")).result == "a: text"
    assert web.call("keep", name="a").problem["errors"][0]["pointer"] == "/file"


def test_headers_are_sent(web: Any, emma: Book) -> None:
    etag = web.read("book", book_id=emma.pk).headers["etag"]
    assert web.read("book", book_id=emma.pk, headers={"If-None-Match": etag}).status == 304
    assert web.call("add", left=1, headers={"X-Mizan-Token": "x"}).status == 401


def test_what_is_stale_is_asserted_in_any_form(web: Any, emma: Book) -> None:
    reply = web.call("rename_book", book_id=emma.pk, title="x")
    text = f"book;book_id={emma.pk}"
    assert_invalidates(reply, f"{text}, shelf")
    assert_invalidates(reply, "shelf", text)
    assert_invalidates(reply.response, ShelfContext, stale(BookContext, book_id=emma.pk))
    assert_invalidates(reply, {"context": "book", "params": {"book_id": emma.pk}}, Target("shelf"))
    assert_invalidates(web.call("add", left=1))


def test_functions_are_targets(web: Any) -> None:
    @client(affects=[shelf, "book"])
    def change(request: HttpRequest) -> None:
        pass

    assert_invalidates(web.call(change), shelf, "book")
    assert stale(book, book_id=5) == Target("book", (("book_id", 5),), "book")


def test_a_misspelt_target_is_the_tests_fault() -> None:
    reply = MizanClient().call("add", left=1)
    with pytest.raises(DeclarationError, match="has no parameter 'book'"):
        stale(BookContext, book=5)
    with pytest.raises(HeaderError):
        assert_invalidates(reply, "book; book_id")


def test_none_is_left_out_and_an_empty_list_is_no_file() -> None:
    @client
    def count(request: HttpRequest, words: list[str]) -> int:  # noqa: ARG001 (a server function takes the request)
        return len(words)

    web = MizanClient()
    assert web.read("book", book_id=None).problem["errors"][0]["code"] == "param.missing"
    assert web.call("count", words=[]).result == 0
