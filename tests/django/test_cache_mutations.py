"""What mutations do to the origin cache, through Django's full stack."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from project.http import Web
from project.library.mizan import rename_book, rename_book_async
from project.library.models import Book, Review

from mizan.django import client, invalidate, origin_cache
from mizan.testing.django import commits, isolated

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kept")]
in_a_test_case = pytest.mark.django_db(transaction=False)

HIT, STORED = "mizan; hit", "mizan; fwd=miss; stored"


class Stop(Exception):
    """Rolls a block back."""


@pytest.fixture
def books(db: None) -> tuple[int, int]:
    """Two books."""
    made = [Book.objects.create(title=title) for title in ("Emma", "Persuasion")]
    return made[0].pk, made[1].pk


class Reader:
    """Reads both books and the shelf."""

    def __init__(self, web: Web, books: tuple[int, int]) -> None:
        self._reads = [*(("book", f"book_id={each}") for each in books), ("shelf", "")]
        self._web = web
        self.titles: list[str] = []

    def __call__(self) -> list[str]:
        """Return what the cache did; `titles` are those of the two books and of the shelf."""
        replies = [self._web.read(*each) for each in self._reads]
        one, two, shelf = (each.json() for each in replies)
        self.titles = [each["book"]["title"] for each in (one, two)]
        assert [each["title"] for each in shelf["shelf"]] == self.titles
        return [each["Cache-Status"] for each in replies]


@pytest.fixture
def read(web: Web, books: tuple[int, int]) -> Reader:
    """A reader whose reads are all in the cache."""
    reader = Reader(web, books)
    assert reader() == [STORED] * 3
    assert reader() == [HIT] * 3
    return reader


def test_a_mutation_makes_exactly_its_instances_miss(
    web: Web, books: tuple[int, int], read: Reader
) -> None:
    for name in ("rename_book", "rename_book_async"):
        reply = web.call(name, book_id=books[0], title=name)
        assert reply["X-Mizan-Invalidate"] == f"book;book_id={books[0]}, shelf"
        assert (read(), read.titles) == ([STORED, HIT, STORED], [name, "Persuasion"])
        assert read() == [HIT] * 3


def test_every_instance_of_a_scope_is_purged(web: Web, books: tuple[int, int]) -> None:
    queries = [f"book_id={book}&limit={limit}" for book in books for limit in (1, 2, 3)]
    for each in queries:
        web.read("book", each)
    web.call("rename_book", book_id=books[1], title="x")
    found = [web.read("book", each)["Cache-Status"] for each in queries]
    assert found == [HIT] * 3 + [STORED] * 3


def test_a_broad_mutation_makes_all_instances_miss(web: Web, read: Reader) -> None:
    @client(affects="book")
    def shout(request: HttpRequest) -> None:
        Book.objects.filter(title="Emma").update(title="EMMA")
        invalidate("shelf")

    assert read() == [HIT] * 3
    web.call("shout")
    assert (read(), read.titles) == ([STORED] * 3, ["EMMA", "Persuasion"])


def test_everything_is_purged_by_a_star(web: Web, read: Reader) -> None:
    invalidate("*")
    assert read() == [STORED] * 3


def test_a_mutation_that_fails_purges_nothing(web: Web, read: Reader) -> None:
    @client(affects=["book", "shelf"])
    def fail(request: HttpRequest) -> None:
        Book.objects.update(title="never")
        raise Stop

    assert read() == [HIT] * 3
    assert web.call("fail").status_code == 500
    assert (read(), read.titles) == ([HIT] * 3, ["Emma", "Persuasion"])


def test_a_mutation_without_a_transaction_is_purged_also_if_it_fails(
    web: Web, books: tuple[int, int], read: Reader
) -> None:
    @client(affects=["book", "shelf"], atomic=False)
    def fail(request: HttpRequest, book_id: int) -> None:
        Book.objects.filter(pk=book_id).update(title="kept")
        raise Stop

    assert read() == [HIT] * 3
    assert web.call("fail", book_id=books[0]).status_code == 500
    assert (read(), read.titles) == ([STORED, HIT, STORED], ["kept", "Persuasion"])


def test_while_it_runs_readers_take_what_was_there_before(
    web: Web, make_web: Callable[..., Web], books: tuple[int, int], read: Reader
) -> None:
    """A read within the transaction is not of the cache: it sees what is not committed."""
    seen = []

    @client(affects=["book", "shelf"])
    def change(request: HttpRequest, book_id: int) -> None:
        Book.objects.filter(pk=book_id).update(title="new")
        reply = Web().read("book", f"book_id={book_id}")
        seen.append((reply.json()["book"]["title"], reply.get("Cache-Status")))

    assert read() == [HIT] * 3
    web.call("change", book_id=books[0])
    assert seen == [("new", None)]
    assert (read(), read.titles) == ([STORED, HIT, STORED], ["new", "Persuasion"])


def test_a_page_purges_too(web: Web, books: tuple[int, int], read: Reader) -> None:
    @client(affects=["book", "shelf"], route="/rename/")
    def page(request: HttpRequest, book_id: int) -> HttpResponse:
        Book.objects.filter(pk=book_id).update(title="by a form")
        return HttpResponse("done")

    assert read() == [HIT] * 3
    web.post("/rename/", {"book_id": books[0]})
    assert (read(), read.titles) == ([STORED, HIT, STORED], ["by a form", "Persuasion"])


# Savepoints


def test_a_savepoint_that_rolls_back_purges_nothing(
    web: Web, books: tuple[int, int], read: Reader
) -> None:
    @client(atomic=True)
    def sync(request: HttpRequest) -> None:
        for book, error in zip(books, (None, Stop), strict=True):
            with suppress(Stop), transaction.atomic():
                Book.objects.filter(pk=book).update(pages=7)
                invalidate("book", book_id=book)
                if error:
                    raise error

    @client(atomic=True)
    async def through_a_thread(request: HttpRequest) -> None:
        await sync_to_async(sync)(request)

    assert read() == [HIT] * 3
    for name in ("sync", "through_a_thread"):
        reply = web.call(name)
        assert reply["X-Mizan-Invalidate"] == f"book;book_id={books[0]}"
        assert read()[:2] == [STORED, HIT]


def test_savepoints_of_a_mutation(web: Web, books: tuple[int, int], read: Reader) -> None:
    @client(affects="shelf")
    def partly(request: HttpRequest) -> None:
        with suppress(Stop), transaction.atomic():
            rename_book(request, books[0], "lost")
            raise Stop
        with transaction.atomic():
            rename_book(request, books[1], "kept")

    assert read() == [HIT] * 3
    web.call("partly")
    assert (read(), read.titles) == ([HIT, STORED, STORED], ["Emma", "kept"])


# From Python


RENAMES: dict[str, Callable[..., Any]] = {
    "sync": rename_book,
    "async": async_to_sync(rename_book_async),
}
renames = pytest.mark.parametrize("rename", RENAMES.values(), ids=RENAMES)


@renames
def test_a_direct_call_purges(rename: Any, books: tuple[int, int], read: Reader) -> None:
    rename(None, books[0], title="new")
    assert (read(), read.titles) == ([STORED, HIT, STORED], ["new", "Persuasion"])


@renames
def test_a_direct_call_in_a_block_purges_when_that_commits(
    rename: Any, books: tuple[int, int], read: Reader
) -> None:
    with transaction.atomic():
        with transaction.atomic():
            rename(None, books[0], title="new")
        Review.objects.create(book_id=books[0], text="Good.")
    assert (read(), read.titles) == ([STORED, HIT, STORED], ["new", "Persuasion"])


@renames
def test_a_direct_call_in_a_block_that_rolls_back(
    rename: Any, books: tuple[int, int], read: Reader
) -> None:
    with suppress(Stop), transaction.atomic():
        rename(None, books[0], title="lost")
        raise Stop
    assert (read(), read.titles) == ([HIT, HIT, HIT], ["Emma", "Persuasion"])


def test_invalidate_outside_of_calls(books: tuple[int, int], read: Reader) -> None:
    Book.objects.filter(pk=books[0]).update(pages=7)
    invalidate("book", book_id=books[0])
    assert read() == [STORED, HIT, HIT]
    with transaction.atomic():
        Book.objects.filter(pk=books[1]).update(pages=7)
        invalidate("book", book_id=books[1])
    assert read() == [HIT, STORED, HIT]
    with suppress(Stop), transaction.atomic():
        invalidate("book", book_id=books[0])
        raise Stop
    assert read() == [HIT, HIT, HIT]


# In a TestCase, which wraps a test in a transaction that never commits


@in_a_test_case
def test_in_a_test_case_the_same_is_true(web: Web, books: tuple[int, int], read: Reader) -> None:
    web.call("rename_book", book_id=books[0], title="new")
    assert (read(), read.titles) == ([STORED, HIT, STORED], ["new", "Persuasion"])
    rename_book(None, books[0], title="newer")
    assert (read(), read.titles) == ([STORED, HIT, STORED], ["newer", "Persuasion"])
    Book.objects.filter(pk=books[0]).update(title="newest")
    invalidate("book", book_id=books[0])
    invalidate("shelf")
    assert (read(), read.titles) == ([STORED, HIT, STORED], ["newest", "Persuasion"])
    with commits(), transaction.atomic():
        rename_book(None, books[0], title="last")
    assert (read(), read.titles) == ([STORED, HIT, STORED], ["last", "Persuasion"])


@in_a_test_case
def test_in_a_test_case_a_mutation_that_fails_holds_nothing(web: Web, read: Reader) -> None:
    @client(affects=["book", "shelf"])
    def fail(request: HttpRequest) -> None:
        raise Stop

    assert read() == [HIT] * 3
    assert web.call("fail").status_code == 500
    assert read() == [HIT] * 3


@in_a_test_case
def test_what_a_test_left_in_the_cache_is_not_the_next_ones(web: Web, kept: Any) -> None:
    with isolated():
        Book.objects.create(title="Emma")
        assert web.read("shelf")["Cache-Status"] == STORED
        before = origin_cache.cache()
    assert origin_cache.cache() is not before
    if not kept:
        assert web.read("shelf")["Cache-Status"] == STORED
