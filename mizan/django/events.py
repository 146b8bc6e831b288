"""The endpoint `events/`: what became stale, as Server-Sent Events (SPEC.md, section 17).

Invariant: a stream is begun only for what its subscriber was admitted to, and keeps no thread and
no connection of a database while it waits.
"""

from __future__ import annotations

import os

# The public function raises where none runs, which takes longer.
from asyncio.events import _get_running_loop as _running_loop
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from asgiref.sync import SyncToAsync, sync_to_async
from django.db import connections
from django.http import HttpRequest, StreamingHttpResponse

from mizan.django import event_settings, event_streams
from mizan.events.streams import Refused, Stream, Streams, Wanted
from mizan.server.catalog import Catalog
from mizan.server.effects import Steps, Wait
from mizan.server.host import Identity, Incoming, Reply
from mizan.server.incoming import check_method
from mizan.server.problems import Problem
from mizan.server.reply import SCHEMA
from mizan.server.subscribing import admitted, read_request

RETRY_AFTER = 10
"""How many seconds later who was turned away should try again."""
_PAUSE, _LONGEST_WAIT = 0.05, 5.0  # seconds, for the broker's first answer
_HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would keep frames until there are enough of them
}


def subscribe(catalog: Catalog, incoming: Incoming) -> Steps[Reply]:
    """Answer `GET events/`: a stream of what becomes stale of the instances held."""
    settings, request = event_settings.current(), incoming.native
    if settings is None:
        raise Problem("not_found", "There are no events here: MIZAN_EVENTS is not set.")
    check_method(incoming, ("GET",))
    if _running_loop() is None:
        detail = "Events need an ASGI server, such as uvicorn; this one speaks WSGI."
        raise Problem("events.unavailable", detail)
    asked = read_request(incoming.query, settings.max_held)
    who = yield from admitted(catalog, incoming, asked.instances)
    headers = {**_HEADERS, SCHEMA: catalog.digest}
    if incoming.method == "HEAD":
        return Reply(200, headers)
    last = request.META.get("HTTP_LAST_EVENT_ID") or asked.last or None
    counted = _counted(request, who.identity)
    wanted = Wanted(counted, who.held, who.refused, last, who.identity.expires)
    streams = yield from _streams()
    # Compressing would keep frames back, and a compressor for each stream.
    request.META.pop("HTTP_ACCEPT_ENCODING", None)
    return Reply(200, headers, native=_Response(_made(streams, wanted)))


def _counted(request: HttpRequest, identity: Identity) -> tuple[str, str] | None:
    """Return who a stream is counted for; None where neither user nor address is known."""
    if identity.sub is not None:
        return "user", identity.sub
    address = request.META.get("REMOTE_ADDR")
    return ("address", address) if address else None


def _streams() -> Steps[Streams]:
    """Return the streams of this event loop, once they have a position. Raises Problem (503)."""
    found = event_streams.streams()
    waited = 0.0
    while found is None or found.hub.position is None or found.is_over:
        if found is None or found.is_over or waited >= _LONGEST_WAIT:
            over = found is not None and found.is_over
            raise _busy("The server shuts down." if over else "The broker cannot be reached.")
        yield Wait(_PAUSE)
        waited += _PAUSE
    return found


def _made(streams: Streams, wanted: Wanted) -> Stream:
    """Return a stream that counts. Raises Problem (429, 503)."""
    try:
        return streams.make(wanted, _release)
    except Refused as refused:
        if refused.is_of_user:
            detail = f"You have {streams.limits.per_user} streams already."
            raise _busy(detail, "too_many_requests") from None
        raise _busy("The server has as many streams as it may have.") from None


def _busy(detail: str, code: str = "unavailable") -> Problem:
    return Problem(code, detail, headers={"Retry-After": str(RETRY_AFTER)})


class _Shared(Executor):
    """One thread for what is blocking at the end of all streams. A request does not end it."""

    def __init__(self) -> None:
        self._begin()
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        self._threads = ThreadPoolExecutor(1, "mizan-streams")

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do something in the thread."""
        return self._threads.submit(fn, *args, **kwargs)


_shared = _Shared()


async def _release() -> None:
    """Give back the thread of this request, and what that has of databases.

    asgiref keeps a thread for each request until its end, once anything blocking was called; a
    middleware of Django's is enough. It begins another one for what Django does at the end, which
    for thousands that leave at one time takes long.
    """
    context = SyncToAsync.thread_sensitive_context.get(None)
    if context is None:
        return
    executors = SyncToAsync.context_to_thread_executor
    if context in executors:
        await sync_to_async(connections.close_all)()
        executors[context].shutdown(wait=False)
    executors[context] = _shared


class _Response(StreamingHttpResponse):
    """A stream. What a middleware puts in its place is sent instead."""

    def __init__(self, stream: Stream) -> None:
        super().__init__(stream)
        self._stream = stream

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Return what the server sends: the stream itself, for each layer would cost memory."""
        sent: object = self._iterator  # type: ignore[attr-defined]
        return self._stream if sent is self._stream else super().__aiter__()
