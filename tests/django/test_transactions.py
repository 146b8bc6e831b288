"""Commit and rollback: what a reply says is stale is what was committed, and only that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from contextvars import copy_context
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.core.exceptions import SynchronousOnlyOperation
from django.db import connections, transaction
from django.http import HttpRequest, HttpResponse
from project.http import Web
from project.library.models import Book

from mizan.django import AppError, client, invalidate
from mizan.django.signals import invalidated
from mizan.server.registry import registry

# Real commits: no transaction around the test.
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "other"])


class SoldOut(AppError):
    """Nothing is left."""


class Stop(Exception):
    """Ends a block that the test rolls back."""


@pytest.fixture
def purged() -> Iterator[list[Any]]:
    """What was made stale outside of any reply."""
    found: list[Any] = []

    def receive(targets: Any, **_: Any) -> None:
        found.append([f"{t.context}{dict(t.params) or ''}" for t in targets])

    invalidated.connect(receive)
    yield found
    invalidated.disconnect(receive)


@pytest.fixture
def atomic_requests(request: pytest.FixtureRequest) -> Iterator[None]:
    """The project's default database with ATOMIC_REQUESTS, or as a parameter says."""
    settings = connections["default"].settings_dict
    settings["ATOMIC_REQUESTS"] = getattr(request, "param", True)
    registry.reset()
    yield
    settings["ATOMIC_REQUESTS"] = False
    registry.reset()


def either(test: Any) -> Any:
    """Run a test with ATOMIC_REQUESTS off and on."""
    decorate = pytest.mark.parametrize("atomic_requests", [False, True], indirect=True)
    return decorate(pytest.mark.usefixtures("atomic_requests")(test))


def titles() -> list[str]:
    return list(Book.objects.order_by("pk").values_list("title", flat=True))


def in_transaction() -> bool:
    return transaction.get_connection().in_atomic_block


@either
def test_a_mutation_that_raises_changes_nothing_and_says_nothing(web: Web) -> None:
    @client(affects="shelf", errors=[SoldOut])
    def fail(request: HttpRequest, declared: bool) -> None:
        Book.objects.create(title="never")
        invalidate("book", book_id=1)
        raise SoldOut if declared else Stop

    for declared, status in ((True, 409), (False, 500)):
        response = web.call("fail", declared=declared)
        assert response.status_code == status
        assert "X-Mizan-Invalidate" not in response
    assert titles() == []


@either
def test_an_async_mutation_that_raises_changes_nothing(web: Web) -> None:
    @client(affects="shelf")
    async def fail(request: HttpRequest) -> None:
        await Book.objects.acreate(title="never")
        raise Stop

    response = web.call("fail")
    assert response.status_code == 500
    assert "X-Mizan-Invalidate" not in response
    assert titles() == []


@either
def test_a_mutation_runs_in_a_transaction_that_ends_before_the_reply(web: Web) -> None:
    seen = []

    @client(affects="shelf")
    def sync(request: HttpRequest) -> None:
        seen.append(in_transaction())
        transaction.on_commit(lambda: seen.append("committed"))

    @client(affects="shelf")
    async def asynchronous(request: HttpRequest) -> None:
        seen.append(await sync_to_async(in_transaction)())
        await sync_to_async(transaction.on_commit)(lambda: seen.append("committed"))

    for name in ("sync", "asynchronous"):
        assert web.call(name).status_code == 200
        assert seen == [True, "committed"]
        seen.clear()


@either
def test_a_result_that_cannot_be_shaped_rolls_back(web: Web) -> None:
    @client(affects="shelf")
    def wrong(request: HttpRequest) -> int:
        return Book.objects.create(title="never")  # type: ignore[return-value]

    assert web.call("wrong").status_code == 500
    assert titles() == []


@either
def test_a_savepoint_that_rolls_back_takes_its_targets_along(web: Web) -> None:
    @client(affects="shelf")
    def partly(request: HttpRequest) -> None:
        with transaction.atomic():
            Book.objects.create(title="kept")
            invalidate("book", book_id=1)
        try:
            with transaction.atomic():
                Book.objects.create(title="lost")
                invalidate("book", book_id=2)
                with transaction.atomic():
                    invalidate("book", book_id=3)
                raise Stop
        except Stop:
            invalidate("book", book_id=4)

    response = web.call("partly")
    assert response["X-Mizan-Invalidate"] == "book;book_id=1, book;book_id=4, shelf"
    assert response.json()["invalidate"] == [
        {"context": "book", "params": {"book_id": 1}},
        {"context": "book", "params": {"book_id": 4}},
        "shelf",
    ]
    assert titles() == ["kept"]


@either
def test_an_async_savepoint_that_rolls_back_takes_its_targets_along(web: Web) -> None:
    @sync_to_async
    def lose() -> None:
        with transaction.atomic():
            Book.objects.create(title="lost")
            invalidate("book", book_id=2)
            raise Stop

    @client(affects="shelf")
    async def partly(request: HttpRequest) -> None:
        await Book.objects.acreate(title="kept")
        invalidate("book", book_id=1)
        with suppress(Stop):
            await lose()

    assert web.call("partly")["X-Mizan-Invalidate"] == "book;book_id=1, shelf"
    assert titles() == ["kept"]


@either
def test_a_call_within_a_call_joins_it(web: Web, purged: list[Any]) -> None:
    @client(affects="book")
    def inner(request: HttpRequest, book_id: int, title: str, fails: bool = False) -> str:
        Book.objects.create(title=title)
        if fails:
            raise Stop
        return title

    @client(affects="shelf")
    def outer(request: HttpRequest) -> list[str]:
        found = [inner(request, book_id=1, title="first"), inner(request, 2, title="second")]
        try:
            inner(request, book_id=3, title="third", fails=True)
        except Stop:
            found.append("failed")
        return found

    response = web.call("outer")
    assert response.json()["result"] == ["first", "second", "failed"]
    assert response["X-Mizan-Invalidate"] == "book;book_id=1, book;book_id=2, shelf"
    assert titles() == ["first", "second"]
    assert purged == []


@either
def test_an_async_call_within_a_call_joins_it(web: Web) -> None:
    @client(affects="book")
    async def inner(request: HttpRequest, book_id: int) -> None:
        await Book.objects.acreate(title="inner")

    @client(affects="shelf")
    async def outer(request: HttpRequest, fails: bool) -> None:
        await inner(request, book_id=1)
        if fails:
            raise Stop

    assert web.call("outer", fails=True).status_code == 500
    assert titles() == []
    assert web.call("outer", fails=False)["X-Mizan-Invalidate"] == "book;book_id=1, shelf"
    assert titles() == ["inner"]


@either
@pytest.mark.parametrize("is_async", [False, True])
def test_without_a_transaction_a_failure_reports_what_may_be_stale(
    web: Web, is_async: bool
) -> None:
    @client(affects="shelf", atomic=False)
    def fail(request: HttpRequest) -> None:
        Book.objects.create(title="kept")
        invalidate("book", book_id=1)
        raise Stop

    @client(affects="shelf", atomic=False)
    async def fail_async(request: HttpRequest) -> None:
        await Book.objects.acreate(title="kept")
        invalidate("book", book_id=1)
        raise Stop

    response = web.call("fail_async" if is_async else "fail")
    assert response.status_code == 500
    assert response["X-Mizan-Invalidate"] == "book;book_id=1, shelf"
    assert titles() == ["kept"]


@either
def test_without_a_transaction_of_its_own_a_rolled_back_block_takes_its_targets_along(
    web: Web,
) -> None:
    def work() -> None:
        with transaction.atomic():
            invalidate("book", book_id=1)
        try:
            with transaction.atomic():
                invalidate("book", book_id=2)
                raise Stop
        except Stop:
            pass

    @client(atomic=False)
    def partly(request: HttpRequest) -> None:
        work()

    @client(atomic=False)
    async def partly_async(request: HttpRequest) -> None:
        await sync_to_async(work)()

    for name in ("partly", "partly_async"):
        assert web.call(name)["X-Mizan-Invalidate"] == "book;book_id=1"


@either
def test_a_commit_that_fails_reports_what_may_be_stale(web: Web) -> None:
    @client(affects="shelf")
    def dangling(request: HttpRequest) -> None:
        Book.objects.create(title="never", owner_id=404)  # refused at the commit

    response = web.call("dangling")
    assert response.status_code == 500
    assert response["X-Mizan-Invalidate"] == "shelf"
    assert titles() == []


@either
def test_a_callback_of_the_commit_that_raises_reports_what_was_committed(web: Web) -> None:
    def stop() -> None:
        raise Stop

    @client(affects="shelf")
    def change(request: HttpRequest) -> None:
        Book.objects.create(title="kept")
        transaction.on_commit(stop)

    @client(affects="shelf")
    async def change_async(request: HttpRequest) -> None:
        await Book.objects.acreate(title="kept")
        await sync_to_async(transaction.on_commit)(stop)

    for name in ("change", "change_async"):
        response = web.call(name)
        assert (response.status_code, response["X-Mizan-Invalidate"]) == (500, "shelf")
    assert titles() == ["kept", "kept"]


@either
def test_a_page_that_raises_changes_nothing_and_says_nothing(web: Web) -> None:
    @client(affects="shelf", route="/fail/")
    def fail(request: HttpRequest) -> HttpResponse:
        Book.objects.create(title="never")
        raise Stop

    @client(affects="shelf", route="/fail-async/")
    async def fail_async(request: HttpRequest) -> HttpResponse:
        await Book.objects.acreate(title="never")
        raise Stop

    for path in ("/fail/", "/fail-async/"):
        response = web.post(path, {})
        assert (response.status_code, "X-Mizan-Invalidate" in response) == (500, False)
    assert titles() == []


@either
def test_an_outer_block_that_rolls_back_takes_inner_calls_along(web: Web) -> None:
    @client(affects="book")
    def inner(request: HttpRequest, book_id: int) -> None:
        Book.objects.create(title="lost")

    @client(affects="shelf")
    def outer(request: HttpRequest) -> None:
        with suppress(Stop), transaction.atomic():
            inner(request, book_id=1)
            with transaction.atomic():
                inner(request, book_id=2)
            raise Stop
        inner(request, book_id=3)

    assert web.call("outer")["X-Mizan-Invalidate"] == "book;book_id=3, shelf"
    assert titles() == ["lost"]


def test_outside_of_atomic_requests_only_what_affects_runs_in_a_transaction(web: Web) -> None:
    @client
    def plain(request: HttpRequest) -> bool:
        return in_transaction()

    @client(atomic=True)
    def asked(request: HttpRequest) -> bool:
        return in_transaction()

    @client(affects="shelf", atomic=False)
    def without(request: HttpRequest) -> bool:
        return in_transaction()

    found = [web.call(name).json()["result"] for name in ("plain", "asked", "without")]
    assert found == [False, True, False]


@pytest.mark.usefixtures("atomic_requests")
def test_with_atomic_requests_each_function_still_has_its_own_transaction(web: Web) -> None:
    seen = []

    @client
    def plain(request: HttpRequest) -> bool:
        transaction.on_commit(lambda: seen.append("committed"))
        return in_transaction()

    @client(affects="shelf", atomic=False)
    async def without(request: HttpRequest) -> bool:
        return await sync_to_async(in_transaction)()

    @client(context="shelf")
    def reading(request: HttpRequest) -> bool:
        return in_transaction()

    @client(affects="shelf", route="/change/")
    def change(request: HttpRequest) -> HttpResponse:
        transaction.on_commit(lambda: seen.append("changed"))
        return HttpResponse(str(in_transaction()))

    assert web.call("plain").json()["result"] is True
    assert web.call("without").json()["result"] is False
    assert web.read("shelf").json()["reading"] is False
    assert web.post("/change/", {}).content == b"True"
    assert seen == ["committed", "changed"]


def test_other_databases_with_atomic_requests_take_part(web: Web) -> None:
    @client(affects="shelf")
    def fail(request: HttpRequest) -> None:
        Book.objects.using("other").create(title="never")
        raise Stop

    @client(affects="shelf")
    def both(request: HttpRequest) -> list[bool]:
        return [transaction.get_connection(each).in_atomic_block for each in ("default", "other")]

    settings = connections["other"].settings_dict
    settings["ATOMIC_REQUESTS"] = True
    registry.reset()
    try:
        assert web.call("fail").status_code == 500
        assert web.call("both").json()["result"] == [True, True]
    finally:
        settings["ATOMIC_REQUESTS"] = False
        registry.reset()
    assert not Book.objects.using("other").exists()
    assert web.call("both").json()["result"] == [True, False]


def test_outside_of_a_request_what_is_stale_is_purged_after_the_commit(purged: list[Any]) -> None:
    invalidate("shelf")
    assert purged == [["shelf"]]
    with transaction.atomic():
        invalidate("book", book_id=7)
        assert len(purged) == 1
    assert purged[1:] == [["book{'book_id': 7}"]]
    with pytest.raises(Stop), transaction.atomic():
        invalidate("book", book_id=8)
        raise Stop
    assert len(purged) == 2


def test_a_call_from_python_is_purged_after_the_commit(purged: list[Any]) -> None:
    @client(affects="book")
    def change(request: HttpRequest | None, book_id: int, fails: bool = False) -> int:
        if fails:
            raise Stop
        return book_id

    @client(affects="book")
    async def change_async(request: HttpRequest | None, book_id: int) -> int:
        return book_id

    assert change(None, 5) == 5
    with transaction.atomic():
        change(None, book_id=6)
        assert len(purged) == 1
    with pytest.raises(Stop), transaction.atomic():
        change(None, 7, fails=True)
    assert async_to_sync(change_async)(None, 8) == 8
    assert purged == [["book{'book_id': 5}"], ["book{'book_id': 6}"], ["book{'book_id': 8}"]]


def test_an_async_call_joins_the_transaction_around_it(purged: list[Any]) -> None:
    @client(affects="book")
    async def change(request: HttpRequest | None, book_id: int) -> None:
        await Book.objects.acreate(title="lost")

    with pytest.raises(Stop), transaction.atomic():
        async_to_sync(change)(None, 5)
        raise Stop
    assert (titles(), purged) == ([], [])


def test_in_async_code_what_waits_for_a_commit_belongs_into_a_thread(purged: list[Any]) -> None:
    async def task() -> None:
        with pytest.raises(SynchronousOnlyOperation):
            invalidate("shelf")
        await sync_to_async(invalidate)("shelf")

    async_to_sync(task)()
    assert purged == [["shelf"]]


def test_a_call_from_python_without_a_transaction_is_purged_if_it_fails(purged: list[Any]) -> None:
    @client(affects="book", atomic=False)
    def change(request: HttpRequest | None, book_id: int) -> int:
        raise Stop

    with pytest.raises(Stop):
        change(None, 5)
    assert purged == [["book{'book_id': 5}"]]


def test_a_receiver_that_raises_harms_nothing(caplog: pytest.LogCaptureFixture) -> None:
    def receive(**_: Any) -> None:
        raise Stop

    invalidated.connect(receive)
    try:
        invalidate("shelf")
    finally:
        invalidated.disconnect(receive)
    assert "Stop" in caplog.text


@either
def test_what_is_made_stale_after_the_commit_is_in_the_reply(web: Web, purged: list[Any]) -> None:
    @client(affects="shelf")
    def change(request: HttpRequest) -> None:
        transaction.on_commit(lambda: invalidate("book", book_id=1))
        transaction.on_commit(lambda: rename(None, book_id=2))

    @client(affects="book")
    def rename(request: HttpRequest | None, book_id: int) -> None: ...

    @client(affects="shelf")
    async def change_async(request: HttpRequest) -> None:
        await sync_to_async(transaction.on_commit)(lambda: invalidate("book", book_id=1))
        await sync_to_async(transaction.on_commit)(lambda: rename(None, book_id=2))

    for name in ("change", "change_async"):
        assert web.call(name)["X-Mizan-Invalidate"] == "book;book_id=1, book;book_id=2, shelf"
    assert purged == []


def test_what_is_made_stale_after_the_reply_is_purged(web: Web, purged: list[Any]) -> None:
    later = []

    @client(affects="book")
    def rename(request: HttpRequest | None, book_id: int) -> None: ...

    @client(affects="shelf")
    def change(request: HttpRequest) -> None:
        context = copy_context()
        later.append(lambda: context.run(invalidate, "book", book_id=1))
        later.append(lambda: context.run(rename, None, book_id=2))

    assert web.call("change")["X-Mizan-Invalidate"] == "shelf"
    for each in later:
        each()
    assert purged == [["book{'book_id': 1}"], ["book{'book_id': 2}"]]
