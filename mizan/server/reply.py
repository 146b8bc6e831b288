"""Replies: status, headers and body from what the steps found (SPEC.md, sections 2, 8, 10 and 16).

Invariant: pure; every reply has its caching headers, from one policy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mizan.errors import WireError
from mizan.protocol import header, policy
from mizan.protocol.canonical import canonical_json
from mizan.protocol.guards import instance_guards, tag
from mizan.protocol.targets import Instance, Target, target_to_json
from mizan.server import problems
from mizan.server.arguments import ArgumentsInvalid
from mizan.server.effects import FunctionFailed
from mizan.server.host import Identity, Incoming, Reply
from mizan.server.problems import AppError, Problem

if TYPE_CHECKING:
    from mizan.server.catalog import Catalog, Function, ReadContext

JSON = "application/json"
INVALIDATE = "X-Mizan-Invalidate"
_ETAGS = re.compile(r'(?:W/)?"[^"]*"')


class FailedAfterEffects(Exception):
    """A function without a transaction failed and may have changed something: `targets`."""

    def __init__(self, error: Exception, targets: tuple[Target, ...]) -> None:
        super().__init__(str(error))
        self.error = error
        self.targets = targets


def call_reply(catalog: Catalog, text: str, targets: Sequence[Target]) -> Reply:
    """Return the reply of a call: its result as JSON text, and what it made stale."""
    headers = {"Content-Type": JSON, "Cache-Control": "no-store", "X-Mizan-Schema": catalog.digest}
    if not targets:
        return Reply(200, headers, f'{{"result":{text}}}'.encode())
    headers[INVALIDATE] = header.format(targets)
    stale = canonical_json([target_to_json(target) for target in targets])
    return Reply(200, headers, f'{{"invalidate":{stale},"result":{text}}}'.encode())


def context_reply(
    catalog: Catalog,
    context: ReadContext,
    incoming: Incoming,
    *,
    identity: Identity,
    results: Mapping[str, Any],
    params: Mapping[str, Any],
    url: str,
    canonical: bool,
    leaked: bool,
) -> Reply:
    """Return the reply of a read: the bundle, or 304 for an ETag that the client has."""
    body = canonical_json(results).encode()
    instance = Instance(context.name, tuple(sorted(params.items())))
    caching = policy.response_headers(
        kind="context",
        cache=context.cache,
        user_scoped=context.user_scoped,
        anonymous=identity.sub is None,
        edge=catalog.host.edge,
        canonical=canonical,
        no_store=False,
        leaked=leaked,
        etag=policy.etag(body),
        url=url,
        tags=[tag(guard) for guard in instance_guards(instance, context.scope_params)],
    )
    headers = {"X-Mizan-Schema": catalog.digest, **caching}
    if _has(incoming.headers.get("If-None-Match", ""), caching.get("ETag")):
        return Reply(304, headers)
    return Reply(200, {"Content-Type": JSON, **headers}, b"" if incoming.method == "HEAD" else body)


def view_reply(function: Function, response: Any, targets: Sequence[Target]) -> Reply:
    """Return the reply of a view function: its own response, with headers to add."""
    headers = {"Cache-Control": "no-store"} if function.writes else {}
    if targets:
        headers[INVALIDATE] = header.format(targets)
    return Reply(200, headers, native=response)


def problem_reply(catalog: Catalog, incoming: Incoming, error: Exception) -> Reply:
    """Return the problem document of whatever was raised."""
    targets: tuple[Target, ...] = ()
    if isinstance(error, FailedAfterEffects):
        error, targets = error.error, error.targets
    problem = problem_of(catalog, incoming, error)
    headers = {"Content-Type": "application/problem+json", "Cache-Control": "no-store", **problem.headers}
    if targets:
        headers[INVALIDATE] = header.format(targets)
    return Reply(problem.status, headers, problem.body())


def problem_of(catalog: Catalog, incoming: Incoming, error: Exception) -> Problem:
    """Return the problem for an exception; an unexpected one is reported and becomes a 500."""
    if isinstance(error, FunctionFailed):
        problem = problem_of(catalog, incoming, error.error)
        problem.detail = f"{error.name}: {problem.detail}" if problem.detail else f"{error.name} failed."
        return problem
    if isinstance(error, Problem):
        return error
    if isinstance(error, ArgumentsInvalid):
        return problems.of_errors(error.errors)
    if isinstance(error, WireError):
        return problems.of_wire_error(error)
    if isinstance(error, AppError) and catalog.declares(incoming.function, error):
        return Problem(error.code, error.detail, status=error.status, data=error.fields)
    known = catalog.host.problem(error)
    if known is not None:
        return known
    catalog.host.report(error, incoming.native)
    detail = f"{type(error).__name__}: {error}" if catalog.host.debug else ""
    return Problem("internal", detail)


def _has(if_none_match: str, etag: str | None) -> bool:
    """Whether the field If-None-Match names the ETag, by weak comparison (RFC 9110, 13.1.2)."""
    if etag is None or not if_none_match:
        return False
    if if_none_match.strip() == "*":
        return True
    return etag in (each.removeprefix("W/") for each in _ETAGS.findall(if_none_match))
