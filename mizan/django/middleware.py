"""The outermost middleware: what others add to a reply of a context decides who may store it.

Invariant: no reply of a context that sets a cookie may be stored, and none that may be shared
varies by what its declaration does not name (SPEC.md, MZ-POL-002).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from contextvars import copy_context
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from mizan.django import carried, checks, conf, edge_settings, hydrated, reports
from mizan.protocol.tags import FIELDS, GROUPS
from mizan.server.problems import Problem
from mizan.server.reply import PROBLEM

_KEPT = ("ETag", "Mizan-Cache-Control", *FIELDS)
# facet of VARY -> the field that Django's middleware varies by for it; others are fields
_FIELDS = {"language": "accept-language"}
# Fields that change how a reply is written, not what it says; and those of an identity.
_ENCODINGS = frozenset({"accept-encoding", ""})
_IDENTITY = frozenset({"authorization", "cookie", "x-mizan-token"})


class MizanMiddleware:
    """Put it first in MIDDLEWARE, so that it sees what every other middleware added.

    Raises ImproperlyConfigured when the server starts, where a setting or declaration is wrong.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)
        # Django notes in a context variable of each included URLconf that it was looked at. Left in
        # the context that requests begin with, each would make every change of thread dearer.
        faults = copy_context().run(checks.errors)
        if faults:
            raise ImproperlyConfigured("\n".join(str(each) for each in faults))

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Return the response, or its coroutine under ASGI."""
        reports.guard(request)
        if self._is_async:
            return self._acall(request)
        with carried.Said(request) as said:
            response = self.get_response(request)
            return _finished(request, response, said)

    async def _acall(self, request: HttpRequest) -> HttpResponseBase:
        with carried.Said(request) as said:
            response = await self.get_response(request)
            return _finished(request, response, said)

    def process_exception(
        self,
        request: HttpRequest,  # noqa: ARG002 (Django passes it by place)
        error: Exception,
    ) -> HttpResponse | None:
        """Answer what a view of another's raises where the cache has to be consistent and is not
        available: nothing was changed."""
        if not isinstance(error, Problem):
            return None
        headers = {"Cache-Control": "no-store", **error.headers}
        return HttpResponse(error.body(), PROBLEM, error.status, headers=headers)


def _finished(
    request: HttpRequest, response: HttpResponseBase, said: carried.Said
) -> HttpResponseBase:
    hydrated.seal(request, response)
    carried.write(response, said.take())
    return guard(response)


def guard(response: HttpResponseBase) -> HttpResponseBase:
    """Make sure that nobody stores a context's reply that others made personal, and that what
    nobody stores has no tags; return it."""
    if "X-Mizan-Schema" not in response.headers:
        is_told = GROUPS in response.headers and edge_settings.current() is not None
        return _guard_page(response) if is_told else response
    if response.status_code == 304:
        # Others count the bytes of a body that is not there; caches would believe the number.
        response.headers.pop("Content-Length", None)
    caching = response.headers.get("Cache-Control", "")
    if "no-store" in caching:
        if GROUPS in response.headers:
            _take(response, FIELDS)
        return response
    vary = response.headers.get("Vary", "").lower()
    varies = {each.strip() for each in vary.split(",")} - _ENCODINGS
    sets_cookie = response.cookies or "Set-Cookie" in response.headers
    if sets_cookie or ("private" not in caching and varies and varies - _declared()):
        response.headers["Cache-Control"] = "private, no-store"
        _take(response, _KEPT)
    elif "private" in caching and varies - _IDENTITY:
        # A browser asks again each time; an edge would key by the identity alone.
        _take(response, ("Mizan-Cache-Control", *FIELDS))
    return response


def _guard_page(response: HttpResponseBase) -> HttpResponseBase:
    """As `guard`, for a page or view that shows data of contexts to an edge."""
    if response.cookies or "Set-Cookie" in response.headers:
        response.headers["Cache-Control"] = "private, no-store"
    if "no-store" in response.headers.get("Cache-Control", ""):
        _take(response, FIELDS)
    return response


def _take(response: HttpResponseBase, names: Iterable[str]) -> None:
    for name in names:
        response.headers.pop(name, None)


def _declared() -> set[str]:
    """Return the fields that declared facets vary by, in lower case; never those of an identity."""
    return {_FIELDS.get(name, name).lower() for name in conf.vary()} - _IDENTITY
