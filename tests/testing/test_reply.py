"""What a test sees of a reply."""

from __future__ import annotations

from typing import Any

import pytest
from project.library.mizan import rename_book
from project.library.models import Book

from mizan.protocol.targets import Target
from mizan.testing.django import MizanClient, Reply

pytestmark = pytest.mark.django_db


def test_a_call_gives_the_result_and_the_targets(web: Any, emma: Book) -> None:
    reply = web.call(rename_book, book_id=emma.pk, title="Emma II")
    assert reply.result["title"] == "Emma II"
    assert reply.targets == (Target("book", (("book_id", emma.pk),)), Target("shelf"))
    assert reply.stale == f"book;book_id={emma.pk}, shelf"
    assert reply.response.status_code == 200
    assert [each.status for each in web.replies] == [200]


def test_a_right_reply_is_no_problem(web: Any, emma: Book) -> None:
    with pytest.raises(AssertionError, match="is no problem document"):
        _ = web.read("book", book_id=emma.pk).problem


def test_a_reply_shows_itself(emma: Book) -> None:
    web = MizanClient()
    reply: Reply = web.call("rename_book", book_id=emma.pk, title="x")
    assert repr(reply) == f"<reply 200 of rename_book stale: book;book_id={emma.pk}, shelf>"
    assert repr(web.read("nothing")).startswith("<reply 404 of nothing not_found: ")
    assert repr(web.get("/nowhere/").mizan) == "<reply 404 of other>"  # type: ignore[attr-defined]


def test_a_read_has_no_result_and_a_call_no_data(emma: Book) -> None:
    web = MizanClient()
    with pytest.raises(AssertionError, match="is not the result of a call"):
        _ = web.read("book", book_id=emma.pk).result
    with pytest.raises(AssertionError, match="is not the bundle of a read"):
        _ = web.call("add", left=1)["book"]
