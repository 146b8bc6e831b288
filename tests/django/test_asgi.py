"""A real ASGI application: no thread for async functions, and a bundle's overlap."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.signals import request_finished
from django.db import connection, connections, transaction
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from project.library.models import Book

from mizan.django import client

# Requests run in threads with connections of their own: what they see was committed.
pytestmark = pytest.mark.django_db(transaction=True)


async def ask(
    app: Any, method: str, path: str, *bodies: bytes, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Send a request, its body in parts; return (status, headers, body)."""
    path, _, query = path.partition("?")
    given = {"host": "testserver", "content-type": "application/json"} | (headers or {})
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }
    communicator = ApplicationCommunicator(app, scope)
    parts = bodies or (b"",)
    for number, body in enumerate(parts, start=1):
        more = number < len(parts)
        await communicator.send_input({"type": "http.request", "body": body, "more_body": more})
    start = await communicator.receive_output(30)
    body = b""
    while True:
        part = await communicator.receive_output(30)
        body += part["body"]
        if not part.get("more_body"):
            break
    await communicator.wait()
    found = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return start["status"], found, body


@pytest.fixture(autouse=True)
def _closing() -> Iterator[None]:
    """Close what a request's thread opened; Django leaves databases in memory open."""
    here = threading.get_ident()

    def close(**_: Any) -> None:
        for each in connections.all(initialized_only=True):
            if each.connection is not None and threading.get_ident() != here:
                each.connection.close()
                each.connection = None

    request_finished.connect(close)
    yield
    request_finished.disconnect(close)


def run(test: Callable[[], Awaitable[None]]) -> None:
    """Run a test on an event loop of this thread."""

    async def wait() -> None:
        await test()

    asyncio.run(wait())


def call(function: str, **args: Any) -> bytes:
    return json.dumps({"function": function, "args": args}).encode()


def test_an_async_function_never_leaves_the_loops_thread() -> None:
    seen = []

    @client
    async def where(request: HttpRequest) -> None:
        seen.append(threading.get_ident())

    @client(context="places")
    async def place(request: HttpRequest) -> int:
        seen.append(threading.get_ident())
        return 1

    @client(private=True, route="/where/")
    async def page(request: HttpRequest) -> HttpResponse:
        seen.append(threading.get_ident())
        return HttpResponse()

    async def test() -> None:
        app = get_asgi_application()
        here = threading.get_ident()
        assert (await ask(app, "POST", "/api/mizan/call/", call("where")))[0] == 200
        assert (await ask(app, "GET", "/api/mizan/ctx/places/"))[0] == 200
        assert (await ask(app, "POST", "/where/"))[0] == 200
        assert seen == [here] * 3

    run(test)


def test_a_plain_call_uses_no_other_thread_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    @client
    async def fast(request: HttpRequest, left: int) -> int:
        return left + 1

    def no_thread(*_: Any, **__: Any) -> Any:
        raise AssertionError("a thread was asked for")

    async def test() -> None:
        with override_settings(MIDDLEWARE=settings.MIDDLEWARE[:1]):
            app = get_asgi_application()
            await ask(app, "POST", "/api/mizan/call/", call("fast", left=1))
            monkeypatch.setattr("asgiref.sync.SyncToAsync.__call__", no_thread)
            # Only the part within Django's handler, which asks for threads at start and end.
            kind = (b"content-type", b"application/json")
            scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/api/mizan/call/"}
            scope["headers"] = [kind, (b"host", b"testserver")]
            request, _ = app.create_request(scope, BytesIO(call("fast", left=1)))
            response = await app.get_response_async(request)
            monkeypatch.undo()
            assert response.content == b'{"result":2}'

    run(test)


def test_async_functions_of_a_bundle_overlap() -> None:
    meeting: dict[str, asyncio.Event] = {}

    async def meet(own: str, other: str) -> str:
        meeting[own].set()
        await asyncio.wait_for(meeting[other].wait(), 30)
        return own

    @client(context="meeting")
    async def first(request: HttpRequest) -> str:
        return await meet("first", "second")

    @client(context="meeting")
    async def second(request: HttpRequest) -> str:
        return await meet("second", "third")

    @client(context="meeting")
    async def third(request: HttpRequest) -> str:
        return await meet("third", "first")

    async def test() -> None:
        meeting.update({name: asyncio.Event() for name in ("first", "second", "third")})
        _, _, body = await ask(get_asgi_application(), "GET", "/api/mizan/ctx/meeting/")
        assert body == b'{"first":"first","second":"second","third":"third"}'

    run(test)


def test_sync_functions_of_a_bundle_do_not_hold_up_async_ones() -> None:
    began, ended = threading.Event(), threading.Event()

    @client(context="mixed")
    async def asynchronous(request: HttpRequest) -> bool:
        await asyncio.to_thread(began.wait, 30)
        ended.set()
        return True

    @client(context="mixed")
    def synchronous(request: HttpRequest) -> bool:
        began.set()
        return ended.wait(30)

    async def test() -> None:
        _, _, body = await ask(get_asgi_application(), "GET", "/api/mizan/ctx/mixed/")
        assert body == b'{"asynchronous":true,"synchronous":true}'

    run(test)


def test_two_requests_overlap_and_keep_their_targets_apart() -> None:
    @client(affects="book", atomic=False)
    async def change(request: HttpRequest, book_id: int) -> int:
        arrived[book_id].set()
        await asyncio.wait_for(arrived[3 - book_id].wait(), 30)
        return book_id

    arrived: dict[int, asyncio.Event] = {}

    async def test() -> None:
        arrived.update({1: asyncio.Event(), 2: asyncio.Event()})
        app = get_asgi_application()
        replies = await asyncio.gather(
            *(ask(app, "POST", "/api/mizan/call/", call("change", book_id=n)) for n in (1, 2))
        )
        for number, (status, headers, body) in enumerate(replies, start=1):
            assert (status, json.loads(body)["result"]) == (200, number)
            assert headers["x-mizan-invalidate"] == f"book;book_id={number}"

    run(test)


@pytest.mark.parametrize("is_async", [False, True])
def test_a_mutation_commits_in_its_thread(is_async: bool) -> None:
    seen = []

    def note() -> None:
        seen.append(transaction.get_connection().in_atomic_block)

    @client(affects="shelf")
    def add_book(request: HttpRequest, title: str) -> None:
        note()
        Book.objects.create(title=title)

    @client(affects="shelf")
    async def add_book_async(request: HttpRequest, title: str) -> None:
        await Book.objects.acreate(title=title)
        await sync_to_async(note)()
        if title == "never":
            raise ValueError

    name = "add_book_async" if is_async else "add_book"

    async def test() -> None:
        app = get_asgi_application()
        status, headers, _ = await ask(app, "POST", "/api/mizan/call/", call(name, title="Emma"))
        assert (status, headers["x-mizan-invalidate"]) == (200, "shelf")
        if is_async:
            status, _, _ = await ask(app, "POST", "/api/mizan/call/", call(name, title="never"))
            assert status == 500

    run(test)
    assert set(seen) == {True}
    assert list(Book.objects.values_list("title", flat=True)) == ["Emma"]
    assert not connection.in_atomic_block


def test_a_body_in_chunks_without_a_length_is_limited() -> None:
    async def test() -> None:
        app = get_asgi_application()
        parts = call("add", left=1, right=2)
        status, _, body = await ask(app, "POST", "/api/mizan/call/", parts[:5], parts[5:])
        assert (status, body) == (200, b'{"result":3}')
        with override_settings(MIZAN_BODY_LIMIT=1024):
            chunks = [b" " * 1000, b" " * 1000, parts]
            status, _, body = await ask(app, "POST", "/api/mizan/call/", *chunks)
            assert (status, json.loads(body)["code"]) == (413, "too_large")

    run(test)


@pytest.mark.parametrize("length", ["x", "", "-5", "99999999999"])
def test_a_length_that_is_none_is_no_harm(length: str) -> None:
    async def test() -> None:
        headers = {"content-length": length}
        status, _, body = await ask(
            get_asgi_application(), "POST", "/api/mizan/call/", call("add", left=1), headers=headers
        )
        assert status == (413 if length.isdecimal() else 200), body

    run(test)


@pytest.mark.parametrize("kind", ["atomic", "loose", "sync"])
def test_who_goes_away_leaves_no_half_done_work(kind: str) -> None:
    began, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    async def wait(title: str) -> None:
        await Book.objects.acreate(title=title)
        began.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    @client(affects="shelf")
    async def atomic(request: HttpRequest) -> None:
        await wait("never")

    @client(affects="shelf", atomic=False)
    async def loose(request: HttpRequest) -> None:
        await wait("kept")

    @client(affects="shelf")
    def sync(request: HttpRequest) -> None:
        Book.objects.create(title="whole")
        began.set()
        may_end.wait(30)
        ended.set()

    async def test() -> None:
        app = get_asgi_application()
        scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/api/mizan/call/"}
        scope["headers"] = [(b"content-type", b"application/json"), (b"host", b"testserver")]
        communicator = ApplicationCommunicator(app, scope | {"query_string": b""})
        await communicator.send_input({"type": "http.request", "body": call(kind)})
        assert await asyncio.to_thread(began.wait, 30)
        await communicator.send_input({"type": "http.disconnect"})
        await asyncio.to_thread(may_end.wait, 0.05)
        may_end.set()
        await communicator.wait(30)
        assert await asyncio.to_thread(ended.wait, 30)
        assert await communicator.receive_nothing()

    run(test)
    assert not connection.in_atomic_block
    titles = list(Book.objects.values_list("title", flat=True))
    assert titles == {"atomic": [], "loose": ["kept"], "sync": ["whole"]}[kind]


def test_tasks_within_a_mutation_are_of_its_transaction() -> None:
    @client(affects="book")
    async def part(request: HttpRequest, book_id: int, fails: bool = False) -> None:
        await Book.objects.acreate(title=f"part {book_id}")
        await asyncio.sleep(0.01)
        if fails:
            raise ValueError

    @client(affects="shelf")
    async def whole(request: HttpRequest, fails: bool) -> None:
        parts = [part(request, book_id=n, fails=n == 2) for n in (1, 2, 3)]
        found = await asyncio.gather(*parts, return_exceptions=True)
        assert [type(each) for each in found] == [type(None), ValueError, type(None)]
        if fails:
            raise ValueError

    async def test() -> None:
        app = get_asgi_application()
        status, headers, _ = await ask(app, "POST", "/api/mizan/call/", call("whole", fails=True))
        assert (status, headers.get("x-mizan-invalidate")) == (500, None)
        assert await Book.objects.acount() == 0
        status, headers, _ = await ask(app, "POST", "/api/mizan/call/", call("whole", fails=False))
        assert headers["x-mizan-invalidate"] == "book;book_id=1, book;book_id=3, shelf"
        kept = {each.title async for each in Book.objects.all()}
        assert (status, kept) == (200, {"part 1", "part 3"})

    run(test)
