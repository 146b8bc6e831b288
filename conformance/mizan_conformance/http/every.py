"""What holds for every reply of the endpoints, whatever was asked (SPEC.md, 4, 8, 10, 12, 16).

Invariant: each rule is judged by all replies that the other cases of a run got; where no others
were chosen, by those of the whole suite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from mizan.errors import MizanError
from mizan.protocol import header
from mizan.protocol.canonical import canonical_json
from mizan.protocol.policy import etag
from mizan.protocol.targets import canonical_set, target_from_json
from mizan.schemas import problems
from mizan_conformance.vectors import Vector

from .app import App
from .cases import case
from .judge import json_of
from .site import Reply

PROBLEM: Final = "application/problem+json"
JSON: Final = "application/json"
_SECRET: Final = b"secret detail of the server"
# What a status demands (RFC 9110).
_DEMANDED: Final[Mapping[int, str]] = {401: "WWW-Authenticate", 405: "Allow", 503: "Retry-After"}

Check = Callable[[Reply, App], str | None]


class Every(NamedTuple):
    """One rule: its case for reports, and what is wrong with a reply."""

    vector: Vector
    check: Check


def judged(rule: Every, replies: Sequence[Reply], app: App) -> str | None:
    """Return what the first reply that breaks a rule is, and how many do."""
    broken = list(_broken(rule, replies, app))
    if not broken:
        return None
    more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
    return broken[0] + more


def _broken(rule: Every, replies: Sequence[Reply], app: App) -> Iterator[str]:
    for reply in replies:
        try:
            fault = rule.check(reply, app)
        except (MizanError, KeyError, TypeError, AttributeError) as error:
            fault = f"the body cannot be read: {error}"
        if fault:
            yield f"{reply.asked} ({reply.status}): {fault}"


def _is_endpoint(reply: Reply, app: App) -> bool:
    return reply.target.startswith(app.base_url)


def _is_json(reply: Reply) -> bool:
    return reply.header("Content-Type") in (JSON, PROBLEM) and bool(reply.body)


def _digest(reply: Reply, app: App) -> str | None:
    found = reply.header("X-Mizan-Schema")
    if not _is_endpoint(reply, app) or found == app.digest:
        return None
    return f"X-Mizan-Schema: expected {app.digest!r}, got {found!r}"


def _canonical(reply: Reply, _: App) -> str | None:
    if not _is_json(reply):
        return None
    right = canonical_json(json_of(reply)).encode()
    return None if right == reply.body else f"the body is not canonical: {reply.body[:100]!r}"


def _problem(reply: Reply, _: App) -> str | None:
    if reply.status < 400 or reply.method == "HEAD":
        return None
    kind = reply.header("Content-Type")
    if kind != PROBLEM:
        return f"Content-Type: expected {PROBLEM!r}, got {kind!r}"
    document = json_of(reply)
    for fault in problems("error", document):
        return f"no problem document at {fault.pointer or 'its top'}: {fault.message}"
    status = document["status"]
    return None if status == reply.status else f"its member `status` says {status}"


def _document(reply: Reply, app: App) -> str | None:
    if reply.status != 200 or not _is_endpoint(reply, app) or reply.method == "HEAD":
        return None
    if reply.header("Content-Type") != JSON:
        return f"Content-Type: expected {JSON!r}, got {reply.header('Content-Type')!r}"
    kind = "result" if reply.target == f"{app.base_url}call/" else "context-bundle"
    for fault in problems(kind, json_of(reply)):
        return f"no {kind} at {fault.pointer or 'its top'}: {fault.message}"
    return None


def _demanded(reply: Reply, _: App) -> str | None:
    name = _DEMANDED.get(reply.status)
    return f"it has no {name}" if name and not reply.header(name) else None


def _not_stored(reply: Reply, app: App) -> str | None:
    if reply.status < 400 and reply.method in ("GET", "HEAD"):
        return None
    found = reply.header("Cache-Control")
    is_read = reply.status < 400 and reply.target.startswith(f"{app.base_url}ctx/")
    if is_read and found == "private, no-store":  # leaked, or of an anonymous visitor
        return None
    return None if found == "no-store" else f"Cache-Control: expected 'no-store', got {found!r}"


def _reported(reply: Reply, app: App) -> str | None:
    """Hold the header to the body, where a call has one."""
    found = reply.header("X-Mizan-Invalidate")
    if reply.method in ("GET", "HEAD"):
        return f"a safe request makes {found!r} stale" if found else None
    if reply.status != 200 or reply.target != f"{app.base_url}call/":
        return None
    said = json_of(reply).get("invalidate")
    right = header.format(canonical_set(map(target_from_json, said))) if said else None
    if (said is None) != (found is None):
        return f"`invalidate` is {canonical_json(said)}, and X-Mizan-Invalidate {found!r}"
    return None if right == found else f"X-Mizan-Invalidate: expected {right!r}, got {found!r}"


def _tag(reply: Reply, _: App) -> str | None:
    found = reply.header("ETag")
    if found is None or reply.status != 200 or reply.method != "GET":
        return None
    right = etag(reply.body)
    return None if found == right else f"ETag: expected {right}, got {found}"


def _discreet(reply: Reply, app: App) -> str | None:
    secrets = [_SECRET, *(each["k"].encode() for each in app.server["tokens"]["keys"])]
    is_told = any(each in reply.body for each in secrets)
    return "the body tells what is nobody's business" if is_told else None


def _rule(name: str, requirements: Sequence[str], note: str, check: Check) -> Every:
    def never(_: Any) -> None: ...

    return Every(case(f"http-every/{name}", requirements, note, never).vector, check)


RULES: Final = (
    _rule(
        "schema-digest",
        ["MZ-CLI-002"],
        "Replies carry the digest of the client schema.",
        _digest,
    ),
    _rule(
        "canonical-body",
        ["MZ-DOC-004"],
        "JSON goes out with sorted names and without white space.",
        _canonical,
    ),
    _rule("problem", ["MZ-ERR-001"], "Errors are problem documents.", _problem),
    _rule("document", ["MZ-DOC-001"], "Replies validate against their schemas.", _document),
    _rule(
        "demanded-header",
        ["MZ-ERR-003"],
        "401, 405 and 503 have the header field that goes with them.",
        _demanded,
    ),
    _rule(
        "not-stored",
        ["MZ-POL-002", "MZ-ERR-001"],
        "Nobody stores errors and replies to POST.",
        _not_stored,
    ),
    _rule(
        "header-and-body",
        ["MZ-CALL-002", "MZ-HDR-001"],
        "The header says what the body says, and only where something is stale.",
        _reported,
    ),
    _rule("etag", ["MZ-POL-005"], "An ETag is the SHA-256 of the body.", _tag),
    _rule(
        "discreet",
        ["MZ-ERR-003"],
        "Nothing tells the text of an unexpected error, or a key.",
        _discreet,
    ),
)
