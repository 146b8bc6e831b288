"""Django's views: a request in, the server's steps, a response out, for WSGI and ASGI alike.

Invariant: nothing is decided here.
"""

from __future__ import annotations

import asyncio
import inspect

# The public function raises where none runs, which takes longer.
from asyncio.events import _get_running_loop as _running_loop
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError as FormError
from django.core.handlers.exception import response_for_exception
from django.db import connections, transaction
from django.http import HttpRequest, HttpResponse, SimpleCookie
from django.http.response import HttpResponseBase, ResponseHeaders
from pydantic import ValidationError

from mizan.django import carried, hydrated
from mizan.django.host import REPORTED
from mizan.protocol import header, tags
from mizan.protocol.tags import GROUPS, INVALIDATION
from mizan.server import AppError, pipeline, reads
from mizan.server.arguments import ArgumentsInvalid
from mizan.server.catalog import Catalog
from mizan.server.declare import ClientFunction
from mizan.server.drive import adrive, drive
from mizan.server.effects import Block, Steps
from mizan.server.host import Incoming, Reply
from mizan.server.invalidation import FailedAfterEffects
from mizan.server.problems import Problem
from mizan.server.registry import registry
from mizan.server.reply import INVALIDATE

Make = Callable[..., Steps[Reply]]
# What is a problem document for everybody: errors of Mizan, of arguments and of forms.
_OURS = (Problem, ArgumentsInvalid, AppError, FailedAfterEffects, FormError, ValidationError)


class View:
    """A view that is a coroutine function where an event loop runs, and a plain one elsewhere.

    Django asks each time it calls a view; so one URL serves WSGI without a loop and ASGI without a
    thread. Exempt from Django's CSRF check and demand of a login, which the steps see to, and from
    ATOMIC_REQUESTS, so that the commit comes before the reply.
    """

    csrf_exempt = True
    login_required = False  # for LoginRequiredMiddleware, which knows of no token

    def __init__(self, name: str, make: Make) -> None:
        self.__name__ = self.__qualname__ = name  # Django names views in messages
        self._make = make
        for alias in connections:
            transaction.non_atomic_requests(using=alias)(self)

    @property
    def _is_coroutine_marker(self) -> object:
        """What `inspect.iscoroutinefunction` looks for, from Python 3.12 on."""
        return getattr(inspect, "_is_coroutine_mark", None) if _running_loop() else None

    @property
    def _is_coroutine(self) -> object:
        """What `asyncio.iscoroutinefunction` looks for."""
        return getattr(asyncio.coroutines, "_is_coroutine", None) if _running_loop() else None

    def __call__(self, request: HttpRequest, **route: Any) -> Any:
        """Return the response, or its coroutine where a loop runs."""
        # A per-site cache would keep for minutes what a mutation makes stale.
        request._cache_update_cache = False  # type: ignore[attr-defined] # noqa: SLF001
        catalog = registry.catalog
        get = request.META.get
        incoming = Incoming(
            request.method or "",
            request,
            get("QUERY_STRING", ""),
            request.content_type or "",
            get("HTTP_IF_NONE_MATCH", ""),
            get("HTTP_X_MIZAN_HELD", ""),
        )
        steps = pipeline.respond(catalog, incoming, self._make(catalog, incoming, **route))
        if _running_loop():
            return _aresponse(request, steps)
        return _response(request, drive(steps))


async def _aresponse(request: HttpRequest, steps: Steps[Reply]) -> HttpResponseBase:
    return _response(request, await adrive(steps))


def view_of(function: ClientFunction[..., Any] | str) -> View:
    """Return the Django view of a declared view function, or of its name, for a URLconf."""
    name = function if isinstance(function, str) else function.name

    def make(catalog: Catalog, incoming: Incoming, **route: Any) -> Steps[Reply]:
        try:
            return (yield from pipeline.view(catalog, incoming, catalog.functions[name], route))
        except _OURS:
            raise
        except Exception as error:
            if "text/html" not in incoming.native.META.get("HTTP_ACCEPT", ""):
                raise
            response = yield Block(partial(_error_page, incoming.native, error))
            return Reply(response.status_code, {}, native=response)

    return View(name, make)


def _error_page(request: HttpRequest, error: Exception) -> HttpResponseBase:
    """Return the site's own page for an error of a page; a browser that asked for one gets it."""
    try:
        raise error  # noqa: TRY301 (Django looks at the exception handled)
    except Exception:  # noqa: BLE001 (whatever it is)
        response: HttpResponseBase = response_for_exception(request, error)
        return response


def _subscribe(catalog: Catalog, incoming: Incoming) -> Steps[Reply]:
    from mizan.django.events import subscribe  # most processes never have a subscriber

    return subscribe(catalog, incoming)


call = View("call", pipeline.call)
context = View("context", reads.read)
events = View("events", _subscribe)


class _Response(HttpResponse):
    """A reply of ours. Its headers are ASCII and its type is known, so it is a copy of an empty
    response: Django's looking for a type and a charset costs more than the rest of a response."""

    def __init__(self, reply: Reply) -> None:
        self.headers = headers = ResponseHeaders.__new__(ResponseHeaders)
        headers._store = store = {}  # noqa: SLF001 (set as Django would set it)
        for item in reply.headers.items():
            store[item[0].lower()] = item
        self.__dict__.update(
            _EMPTY,
            status_code=reply.status,
            cookies=SimpleCookie(),
            _resource_closers=[],
            _container=[reply.body],
        )

    def items(self) -> Iterable[tuple[str, str]]:
        """Return the names and values of the headers."""
        return self.headers._store.values()  # noqa: SLF001


# What no response changes in place: all but what `_Response` makes anew.
_EMPTY = {
    name: value
    for name, value in vars(HttpResponse()).items()
    if name not in ("cookies", "headers", "_resource_closers", "_container")
}


def _response(request: HttpRequest, reply: Reply) -> HttpResponseBase:
    if reply.native is None:
        response: HttpResponseBase = _Response(reply)
    else:
        response = reply.native
        for name, value in _joined(request, response, reply.headers).items():
            response.headers[name] = value
    if hasattr(request, REPORTED):
        response._has_been_logged = True  # type: ignore[attr-defined] # noqa: SLF001
    return response


def _joined(
    request: HttpRequest, response: HttpResponseBase, given: dict[str, str]
) -> dict[str, str]:
    """Return headers for a view function's response, which keeps the cache groups of its own."""
    if INVALIDATION in given and INVALIDATION in response.headers:
        stale = header.parse(given[INVALIDATE])
        return given | {INVALIDATION: carried.purge(response, stale)}
    if GROUPS in given and GROUPS in response.headers:
        shown = tags.parse(given[GROUPS])
        hydrated.tag(request, response, shown, registry.catalog.host.networks)
        return {}
    return given
