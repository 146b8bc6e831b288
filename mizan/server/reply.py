"""Replies: status, headers and body from what the steps found (SPEC.md, sections 2, 8, 10 and 16).

Invariant: pure; every reply has its caching headers, from one policy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from mizan.protocol import header, policy, tags
from mizan.protocol.canonical import canonical_json
from mizan.protocol.targets import Target, target_text
from mizan.server import problems
from mizan.server.app_errors import AppError
from mizan.server.arguments import ArgumentsInvalid
from mizan.server.effects import FunctionFailed
from mizan.server.host import Identity, Incoming, Reply
from mizan.server.incoming import Asked
from mizan.server.invalidation import FailedAfterEffects
from mizan.server.pointers import errors_of
from mizan.server.problems import Problem
from mizan.server.results import ResultInvalid

if TYPE_CHECKING:
    from mizan.server.catalog import Catalog, Function, ReadContext

JSON = "application/json"
PROBLEM = "application/problem+json"
INVALIDATE = "X-Mizan-Invalidate"
SCHEMA = "X-Mizan-Schema"
EVENT = "X-Mizan-Event"
_NO_STORE = {"Cache-Control": "no-store"}
_find_etags = re.compile(r'(?:W/)?("[^"]*")').findall


def call_reply(
    catalog: Catalog, text: str, targets: Sequence[Target], slices: Sequence[str] = ()
) -> Reply:
    """Return the reply of a call: its result as JSON text, what it made stale, and slices of that
    (`single_flight.py`) as JSON texts."""
    headers = {"Content-Type": JSON, "Cache-Control": "no-store", SCHEMA: catalog.digest}
    if not targets:
        return Reply(200, headers, f'{{"result":{text}}}'.encode())
    headers |= stale_headers(catalog, targets)
    stale = ",".join(map(target_text, targets))
    more = f'"fresh":[{",".join(slices)}],' if slices else ""
    return Reply(200, headers, f'{{{more}"invalidate":[{stale}],"result":{text}}}'.encode())


def stale_headers(catalog: Catalog, targets: Sequence[Target]) -> dict[str, str]:
    """Return the fields that say what became stale: to Mizan's readers, and to the edge."""
    headers = {INVALIDATE: header.format(targets)}
    if catalog.host.edge:
        headers[tags.INVALIDATION] = catalog.slots.purge(targets)
    return headers


@dataclass(slots=True)
class Bundle:
    """The results of a context as the bytes that go out, and their ETag.

    `varied`: they vary by declared facets of the request; `leaked`: they may by others;
    `overlapped`: a mutation may have made them stale meanwhile; `status`: what the cache did.
    """

    body: bytes
    etag: str
    varied: bool = False
    leaked: bool = False
    overlapped: bool = False
    status: str = ""


@dataclass(slots=True)
class Read:
    """What a read found: the context, who asked, for what, and the bundle."""

    context: ReadContext
    identity: Identity
    asked: Asked
    bundle: Bundle


def slice_text(context: str, params: Mapping[str, Any], bundle: Bundle) -> str:
    """Return a bundle as a slice, in JSON: what a client would have by a GET of the instance."""
    data = bundle.body.decode()
    return f'{{"context":"{context}","data":{data},"params":{canonical_json(params)}}}'


def context_reply(catalog: Catalog, incoming: Incoming, found: Read, position: str = "") -> Reply:
    """Return the reply of a read: the bundle, or 304 for an ETag that the client has. `position`:
    that of the last event before it was read, if one is known."""
    headers = _caching(catalog, incoming, found)
    headers[SCHEMA] = catalog.digest
    if position:
        headers[EVENT] = position
    if found.bundle.status:
        headers["Cache-Status"] = found.bundle.status
    if incoming.if_none_match and _has(incoming.if_none_match, headers.get("ETag")):
        return Reply(304, headers)
    headers["Content-Type"] = JSON
    return Reply(200, headers, found.bundle.body)


def _caching(catalog: Catalog, incoming: Incoming, found: Read) -> dict[str, str]:
    context, bundle = found.context, found.bundle
    edge = catalog.host.edge
    return policy.response_headers(
        kind="context",
        cache=context.cache,
        user_scoped=context.user_scoped,
        anonymous=found.identity.sub is None,
        # An edge keys by URL alone: what varies by more must be asked for again each time.
        edge=edge and not bundle.varied,
        canonical=found.asked.canonical,
        no_store=incoming.method == "POST" or bundle.overlapped,
        leaked=bundle.leaked,
        etag=bundle.etag,
        url=found.asked.url,
        tags=catalog.slots.tags(context.name, found.asked.params) if edge else (),
        networks=catalog.host.networks,
    )


def view_reply(
    catalog: Catalog,
    function: Function,
    response: Any,
    targets: Sequence[Target],
    arguments: Mapping[str, Any],
) -> Reply:
    """Return the reply of a view function: its own response, with headers to add. An edge learns
    of which instance a reading view shows data; who may keep that is the view's to say."""
    if targets:
        return Reply(200, _NO_STORE | stale_headers(catalog, targets), native=response)
    if function.context is None:
        return Reply(200, dict(_NO_STORE), native=response)
    if not catalog.host.edge:
        return Reply(200, {}, native=response)
    shown = catalog.view_tags(function.context, arguments)
    return Reply(200, tags.format(shown, catalog.host.networks), native=response)


def problem_reply(catalog: Catalog, incoming: Incoming, error: Exception) -> Reply:
    """Return the problem document of whatever was raised."""
    failed = error if isinstance(error, FailedAfterEffects) else None
    problem = problem_of(catalog, incoming, failed.error if failed else error)
    headers = {
        "Content-Type": PROBLEM,
        "Cache-Control": "no-store",
        SCHEMA: catalog.digest,
        **problem.headers,
    }
    if failed:
        headers |= stale_headers(catalog, failed.targets)
    return Reply(problem.status, headers, problem.body())


def problem_of(catalog: Catalog, incoming: Incoming, error: Exception) -> Problem:
    """Return the problem for an exception; an unexpected one is reported and becomes a 500."""
    function, cause = incoming.function, error
    if isinstance(error, FunctionFailed):
        function, cause = error.name, error.error
    try:
        problem = _known(catalog, function, cause)
    except ResultInvalid as invalid:  # the data of an AppError
        problem, cause = None, invalid
    problem = problem or _unknown(catalog, incoming, cause)
    return replace(problem, function=error.name) if isinstance(error, FunctionFailed) else problem


def _known(catalog: Catalog, function: str | None, error: Exception) -> Problem | None:
    if isinstance(error, Problem):
        return error
    if isinstance(error, ArgumentsInvalid):
        return problems.of_errors(error.errors)
    if isinstance(error, ValidationError):
        return problems.of_errors(errors_of(error))
    if isinstance(error, AppError):
        if not catalog.declares(function, error):
            return None
        return Problem(error.code, error.detail, status=error.status, data=error.data())
    return catalog.host.problem(error)


def _unknown(catalog: Catalog, incoming: Incoming, error: Exception) -> Problem:
    catalog.host.report(error, incoming.native)
    return Problem("internal", f"{type(error).__name__}: {error}" if catalog.host.debug else "")


def _has(if_none_match: str, etag: str | None) -> bool:
    """Whether the field If-None-Match names the ETag, by weak comparison (RFC 9110, 13.1.2)."""
    if etag is None:
        return False
    return if_none_match.strip() == "*" or etag in _find_etags(if_none_match)
