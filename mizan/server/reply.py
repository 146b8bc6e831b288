"""Replies: status, headers and body from what the steps found (SPEC.md, sections 2, 8, 10 and 16).

Invariant: pure; every reply has its caching headers, from one policy.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mizan.errors import WireError
from mizan.protocol import header, policy
from mizan.protocol.canonical import canonical_json
from mizan.protocol.guards import instance_guards, tag
from mizan.protocol.targets import Instance, Target, target_to_json
from mizan.server import problems
from mizan.server.arguments import ArgumentsInvalid
from mizan.server.effects import FunctionFailed
from mizan.server.host import Identity, Incoming, Reply, Witness
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


@dataclass(frozen=True, slots=True)
class Read:
    """What a read found: the context, who asked, effective and bound parameters, results by name,
    the canonical URL and whether it was asked for so, what public functions looked at."""

    context: ReadContext
    identity: Identity
    params: Mapping[str, Any]
    results: Mapping[str, Any]
    url: str
    canonical: bool
    witness: Witness | None


def context_reply(catalog: Catalog, incoming: Incoming, found: Read) -> Reply:
    """Return the reply of a read: the bundle, or 304 for an ETag that the client has."""
    body = canonical_json(found.results).encode()
    caching = _caching(catalog, found, policy.etag(body))
    headers = {"X-Mizan-Schema": catalog.digest, **caching}
    if _has(incoming.headers.get("If-None-Match", ""), caching.get("ETag")):
        return Reply(304, headers)
    headers["Content-Type"] = JSON
    return Reply(200, headers, body)


def _caching(catalog: Catalog, found: Read, etag: str) -> dict[str, str]:
    context, witness = found.context, found.witness
    instance = Instance(context.name, tuple(sorted(found.params.items())))
    return policy.response_headers(
        kind="context",
        cache=context.cache,
        user_scoped=context.user_scoped,
        anonymous=found.identity.sub is None,
        # An edge keys by URL alone: what varies by more must be asked for again each time.
        edge=catalog.host.edge and not (witness and witness.varied),
        canonical=found.canonical,
        no_store=False,
        leaked=bool(witness and witness.seen),
        etag=etag,
        url=found.url,
        tags=[tag(guard) for guard in instance_guards(instance, context.scope_params)],
    )


def view_reply(function: Function, response: Any, targets: Sequence[Target]) -> Reply:
    """Return the reply of a view function: its own response, with headers to add."""
    headers = {} if function.context else {"Cache-Control": "no-store"}
    if targets:
        headers[INVALIDATE] = header.format(targets)
    return Reply(200, headers, native=response)


def problem_reply(catalog: Catalog, incoming: Incoming, error: Exception) -> Reply:
    """Return the problem document of whatever was raised."""
    targets: tuple[Target, ...] = ()
    if isinstance(error, FailedAfterEffects):
        error, targets = error.error, error.targets
    problem = problem_of(catalog, incoming, error)
    headers = {
        "Content-Type": "application/problem+json",
        "Cache-Control": "no-store",
        **problem.headers,
    }
    if targets:
        headers[INVALIDATE] = header.format(targets)
    return Reply(problem.status, headers, problem.body())


def problem_of(catalog: Catalog, incoming: Incoming, error: Exception) -> Problem:
    """Return the problem for an exception; an unexpected one is reported and becomes a 500."""
    if isinstance(error, FunctionFailed):
        problem = problem_of(catalog, incoming, error.error)
        problem.detail = (
            f"{error.name}: {problem.detail}" if problem.detail else f"{error.name} failed."
        )
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
