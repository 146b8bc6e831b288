"""mizan.django.events: the endpoint, over Django's own ASGI application and under WSGI."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.models import User
from django.core.asgi import get_asgi_application
from django.core.signals import request_finished
from django.http import HttpRequest
from django.test import Client
from project.http import Web

from mizan.django import Context, FromRequest, client, create_mwt, event_streams
from mizan.events.base import BrokerUnavailable
from mizan.events.memory import MemoryBroker

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/api/mizan/events/"
PATIENCE = 20.0  # seconds


@pytest.fixture(autouse=True)
def site(settings: Any) -> None:
    """Events are on; there is a context for everybody and one for each user."""
    settings.MIZAN_EVENTS = {"BROKER": "memory", "PER_USER": 2}

    class ThingContext(Context):
        pass

    class OwnContext(Context):
        user_id: int = FromRequest(lambda request: request.user.pk)

    @client(context=ThingContext)
    def thing(request: HttpRequest, thing_id: int) -> int:
        return thing_id

    @client(context=OwnContext)
    def own(request: HttpRequest) -> int:
        return request.user.pk or 0

    @client(affects=ThingContext)
    def change(request: HttpRequest, thing_id: int) -> int:
        return thing_id

    @client(affects=OwnContext.by("user_id"))
    def change_own(request: HttpRequest, user_id: int) -> int:
        return user_id


class Open:
    """A stream that is open."""

    def __init__(self, app: Any, query: str, headers: dict[str, str]) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        given = {"host": "testserver"} | headers
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "path": PATH,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
            "client": ["203.0.113.5", 5000],
        }
        self._wire = ApplicationCommunicator(app, scope)

    async def start(self) -> None:
        await self._wire.send_input({"type": "http.request", "body": b""})
        start = await self._wire.receive_output(PATIENCE)
        self.status = start["status"]
        self.headers = {n.decode().lower(): v.decode() for n, v in start["headers"]}

    async def frame(self) -> str:
        """Return the next frame; empty where the reply has ended."""
        part = await self._wire.receive_output(PATIENCE)
        return (
            str(part["body"].decode()) if part.get("more_body") else part.get("body", b"").decode()
        )

    async def leave(self) -> None:
        await self._wire.send_input({"type": "http.disconnect"})
        await self._wire.wait(PATIENCE)


@asynccontextmanager
async def opened(app: Any, query: str, **headers: str) -> AsyncIterator[Open]:
    """Open a stream, and leave it at the end."""
    stream = Open(app, query, {name.replace("_", "-"): v for name, v in headers.items()})
    await stream.start()
    try:
        yield stream
    finally:
        await stream.leave()


def run(test: Callable[[Any], Awaitable[None]]) -> None:
    """Run a test with the ASGI application."""

    async def wait() -> None:
        async with asyncio.timeout(3 * PATIENCE):
            await test(get_asgi_application())

    asyncio.run(wait())


async def call(app: Any, function: str, headers: dict[str, str] | None = None, **args: Any) -> None:
    """Call a mutation."""
    body = json.dumps({"function": function, "args": args}).encode()
    given = {"host": "testserver", "content-type": "application/json"} | (headers or {})
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": "/api/mizan/call/",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }
    wire = ApplicationCommunicator(app, scope)
    await wire.send_input({"type": "http.request", "body": body})
    assert (await wire.receive_output(PATIENCE))["status"] == 200
    await wire.wait(PATIENCE)


def test_a_mutation_is_told_to_who_holds_what_it_made_stale() -> None:
    async def test(app: Any) -> None:
        async with (
            opened(app, "held=thing;thing_id=5") as five,
            opened(app, "held=thing;thing_id=6", last_event_id="") as six,
        ):
            assert five.status == 200
            assert five.headers["content-type"] == "text/event-stream"
            assert five.headers["cache-control"] == "no-store"
            assert five.headers["x-accel-buffering"] == "no"
            assert "content-encoding" not in five.headers
            first = await five.frame()
            assert "event: ready" in first
            await six.frame()
            await call(app, "change", {"x-mizan-call": "call-0001"}, thing_id=5)
            await call(app, "change", thing_id=6)
            told = await five.frame()
            assert '"targets":[{"context":"thing","params":{"thing_id":5}}]' in told
            assert '"call":"call-0001"' in told
            assert '"thing_id":5' not in await six.frame()
            (last,) = re.findall("id: (.*)", first)
        async with opened(app, "held=thing;thing_id=5", last_event_id=last) as again:
            await again.frame()
            assert '"thing_id":5' in await again.frame()
        async with opened(app, f"held=thing;thing_id=6&last={last}") as again:
            await again.frame()
            assert '"thing_id":6' in await again.frame()

    run(test)


def token(user: User) -> dict[str, str]:
    return {"x_mizan_token": create_mwt(user)}


def test_each_hears_of_his_own(ada: User, bob: User) -> None:
    async def test(app: Any) -> None:
        mine, his = token_of[ada.pk], token_of[bob.pk]
        async with opened(app, "held=own", **mine) as one, opened(app, "held=own", **his) as two:
            await one.frame()
            await two.frame()
            await call(app, "change_own", user_id=bob.pk)
            await call(app, "change_own", user_id=ada.pk)
            for stream in (one, two):
                told = await stream.frame()
                assert '"targets":["own"]' in told  # no value that he did not name
                assert told.count("data") == 1

    token_of = {user.pk: token(user) for user in (ada, bob)}
    run(test)


def test_a_session_says_who_asks_and_an_address_counts_for_nobody(ada: User) -> None:
    browser = Client()
    browser.force_login(ada)
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())

    async def test(app: Any) -> None:
        async with opened(app, "held=own", cookie=cookie) as stream:
            assert '"refused":[]' in await stream.frame()
        async with opened(app, "held=own") as one, opened(app, "held=own"):
            refused = '"refused":[{"context":"own","params":{},"status":401}]'
            assert refused in await one.frame()
            async with opened(app, "held=own") as third:
                assert (third.status, third.headers["retry-after"]) == (429, "10")
                assert json.loads(await third.frame())["code"] == "too_many_requests"
            async with opened(app, "held=own", cookie=cookie) as known:
                assert known.status == 200
        async with opened(app, "held=own") as again:
            assert again.status == 200

    run(test)


def test_a_process_has_so_many_streams(settings: Any) -> None:
    settings.MIZAN_EVENTS = {"MAX_CONNECTIONS": 1}

    async def test(app: Any) -> None:
        async with opened(app, "held=thing") as one, opened(app, "held=thing") as two:
            assert (one.status, two.status) == (200, 503)
            assert json.loads(await two.frame())["code"] == "unavailable"

    run(test)


def test_a_token_ends_its_stream(ada: User, settings: Any) -> None:
    settings.MIZAN_MWT_TTL = 1
    mine = token(ada)

    async def test(app: Any) -> None:
        async with opened(app, "held=own", **mine) as stream:
            await stream.frame()
            assert '"reason":"expired"' in await stream.frame()
            assert await stream.frame() == ""

    run(test)


def test_a_server_that_shuts_down_ends_all_and_begins_none() -> None:
    async def test(app: Any) -> None:
        async with opened(app, "held=thing") as stream:
            await stream.frame()
            found = event_streams.streams()
            assert found is not None
            found.shut_down()
            assert '"reason":"shutdown"' in await stream.frame()
        async with opened(app, "held=thing") as late:
            assert (late.status, late.headers["retry-after"]) == (503, "10")

    run(test)


def test_a_broker_that_never_answered_is_a_503(monkeypatch: pytest.MonkeyPatch) -> None:
    async def follow(_: Any) -> AsyncIterator[Any]:
        await asyncio.sleep(1000)
        raise BrokerUnavailable
        yield

    monkeypatch.setattr(MemoryBroker, "follow", follow)
    monkeypatch.setattr("mizan.django.events._LONGEST_WAIT", 0.1)

    async def test(app: Any) -> None:
        async with opened(app, "held=thing") as stream:
            assert stream.status == 503
            assert "broker" in json.loads(await stream.frame())["detail"]

    run(test)


def test_streams_keep_no_threads_and_share_one_at_their_end() -> None:
    ended = []

    def note(**_: Any) -> None:
        ended.append(threading.current_thread())

    async def test(app: Any) -> None:
        before = set(threading.enumerate())
        async with AsyncExitStack() as stack:
            for query in ("held=thing", "held=own"):
                stream = await stack.enter_async_context(opened(app, query))
                await stream.frame()
            for each in set(threading.enumerate()) - before:
                each.join(PATIENCE if not each.name.startswith("mizan-streams") else 0)
            kept = set(threading.enumerate()) - before
            assert all(each.name.startswith("mizan-streams") for each in kept)

    request_finished.connect(note)
    run(test)
    request_finished.disconnect(note)
    assert len(ended) == 2
    assert {each.name for each in ended} == {"mizan-streams_0"}


def test_who_leaves_is_forgotten() -> None:
    async def test(app: Any) -> None:
        async with opened(app, "held=thing") as stream:
            await stream.frame()
            found = event_streams.streams()
            assert found is not None
            assert len(found) == len(found.hub.subscriptions) == 1
        assert len(found) == len(found.hub.subscriptions) == 0

    run(test)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 400, "malformed"),
        ("held=thing;thing_id=x", 422, "validation"),
        ("held=no_such", 404, "not_found"),
        ("held=;", 400, "malformed"),
    ],
)
def test_what_is_wrong_is_a_problem(web: Web, query: str, status: int, code: str) -> None:
    if not web.is_async:
        status, code = 501, "events.unavailable"
    response = web.get(f"{PATH}?{query}")
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_under_wsgi_it_says_what_would_serve_it() -> None:
    response = Web().get(f"{PATH}?held=thing")
    assert response.status_code == 501
    assert "uvicorn" in response.json()["detail"]


def test_off_there_is_nothing(web: Web, settings: Any) -> None:
    settings.MIZAN_EVENTS = None
    response = web.get(f"{PATH}?held=thing")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert "X-Mizan-Event" not in web.read("thing", "thing_id=5").headers


def test_only_get_is_answered() -> None:
    web = Web(is_async=True)
    response = web.request("POST", f"{PATH}?held=thing")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET")
    response = web.request("HEAD", f"{PATH}?held=thing")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/event-stream")


def test_a_compressing_middleware_compresses_nothing(settings: Any) -> None:
    settings.MIDDLEWARE = ["django.middleware.gzip.GZipMiddleware", *settings.MIDDLEWARE]

    async def test(app: Any) -> None:
        async with opened(app, "held=thing", accept_encoding="gzip") as stream:
            assert "content-encoding" not in stream.headers
            assert "event: ready" in await stream.frame()

    run(test)


def wrapping(get_response: Any) -> Any:
    """A middleware that puts an iterator of its own around what is streamed."""

    async def middleware(request: HttpRequest) -> Any:
        response = await get_response(request)
        if response.streaming:
            inner = response.streaming_content

            async def louder() -> AsyncIterator[bytes]:
                async for part in inner:
                    yield part.upper()

            response.streaming_content = louder()
        return response

    return middleware


wrapping.async_capable = True  # type: ignore[attr-defined]
wrapping.sync_capable = False  # type: ignore[attr-defined]


def test_what_a_middleware_puts_around_a_stream_is_sent(settings: Any) -> None:
    from asgiref.sync import markcoroutinefunction

    markcoroutinefunction(wrapping)
    settings.MIDDLEWARE = [f"{__name__}.wrapping", *settings.MIDDLEWARE]

    async def test(app: Any) -> None:
        async with opened(app, "held=thing") as stream:
            assert "EVENT: READY" in await stream.frame()
            found = event_streams.streams()
        assert found is not None
        assert len(found) == 0

    run(test)


def test_reads_say_the_position_from_before(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    class SlowContext(Context):
        pass

    @client(context=SlowContext, cache=False)
    async def slow(request: HttpRequest) -> int:
        await call(app_of[0], "change", thing_id=5)
        await asyncio.sleep(0.05)
        seen.append(event_streams.position())
        return 1

    app_of: list[Any] = []

    async def test(app: Any) -> None:
        app_of.append(app)
        assert await position(app) is None  # nobody follows yet
        async with opened(app, "held=thing") as stream:
            (before,) = re.findall("id: (.*)", await stream.frame())
            assert await position(app) == before
            assert seen[-1] > before
            assert await position(app) > before

    async def position(app: Any) -> Any:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "path": "/api/mizan/ctx/slow/",
            "query_string": b"",
            "headers": [(b"host", b"testserver")],
        }
        wire = ApplicationCommunicator(app, scope)
        await wire.send_input({"type": "http.request", "body": b""})
        start = await wire.receive_output(PATIENCE)
        assert start["status"] == 200
        await wire.wait(PATIENCE)
        return {n.decode().lower(): v.decode() for n, v in start["headers"]}.get("x-mizan-event")

    run(test)
