"""What a reply is held to: SPEC.md's rules for every reply, and what is right for its request.

Invariant: a fault is told with the requirement that it breaks, and what a case of the suite over
HTTP expects in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from mizan.errors import KNOWN_CODES, MizanError
from mizan.protocol.canonical import canonical_string
from mizan.protocol.coerce import coerce
from mizan.protocol.decode import decode
from mizan.protocol.targets import Target
from mizan.schemas import problems
from mizan.testing.replies import Kind, Received, complaints
from mizan_conformance.http import every
from mizan_conformance.http.judge import json_of
from mizan_conformance.http.site import Reply
from mizan_conformance.http.stage import Request

from .memory import Known, conditions, told
from .right import Right
from .server import Server

_REPLIES: Final = frozenset(
    {200, 204, 304, 400, 401, 403, 404, 405, 409, 410, 413, 414, 415, 422, 429, 503}
)
# What nobody told knows, of all servers: the others of `every` are for any server.
_OF_THE_APP: Final = frozenset({"http-every/discreet"})


class Fault(NamedTuple):
    """What is wrong with a reply, the requirement that says so, and what would be right."""

    rule: str
    requirement: str
    text: str
    expect: Mapping[str, Any]


class Shown(NamedTuple):
    """A request with its reply, what is right for it, and what earlier replies promise."""

    server: Server
    request: Request
    reply: Reply
    right: Right
    known: Known | None = None

    @property
    def document(self) -> Any:
        """The body as JSON, None where it is none."""
        try:
            return json_of(self.reply)
        except MizanError:
            return None

    @property
    def code(self) -> str:
        """The code of a problem document, empty for none."""
        document = self.document
        code = document.get("code") if isinstance(document, dict) else None
        return code if isinstance(code, str) else ""


def fault_of(shown: Shown) -> Fault | None:
    """Return the first thing that is wrong with a reply."""
    rules = _RULES if shown.right.is_endpoint else (_no_crash,)
    return next((fault for rule in rules for fault in rule(shown)), None)


def _no_crash(shown: Shown) -> Iterator[Fault]:
    reply = shown.reply
    is_declared = reply.status == 501 or (reply.status == 503 and reply.header("Retry-After"))
    if reply.status >= 500 and not is_declared and not shown.code.startswith("app."):
        text = f"the server fails with {reply.status}: {reply.body[:200]!r}"
        yield Fault("crash", "MZ-ERR-003", text, {"status": _allowed(shown.right)})


def _status(shown: Shown) -> Iterator[Fault]:
    """The request is refused if its form is wrong, and not if it is right."""
    right, status = shown.right, shown.reply.status
    if shown.code.startswith("app.") and status not in (200, 304):
        return
    wrong_only = right.only is not None and status not in right.only
    if wrong_only or status in right.never:
        said = f"{status} {shown.code}: {_detail(shown)}" if shown.code else str(status)
        text = f"{right.why}, and it is answered with {said}"
        yield Fault("form", right.requirement, text, {"status": _allowed(right)})


def _allowed(right: Right) -> list[int]:
    return sorted((right.only or _REPLIES) - right.never)


def _detail(shown: Shown) -> str:
    document = shown.document
    errors = document.get("errors") if isinstance(document, dict) else None
    return str(errors or document.get("detail", ""))[:300]


def _every(shown: Shown) -> Iterator[Fault]:
    for rule in every.RULES:
        if rule.vector.id not in _OF_THE_APP:
            found = every.judged(rule, [shown.reply], shown.server.app)
            if found:
                name, requirement = rule.vector.id.partition("/")[2], rule.vector.requirements[0]
                yield Fault(name, requirement, found, {})


def _shape(shown: Shown) -> Iterator[Fault]:
    """What the client schema says of results and errors, and how reads are cached."""
    reply = shown.reply
    path = reply.target.partition("?")[0]
    base = shown.server.app.base_url
    kind: Kind = "context" if path.startswith(f"{base}ctx/") else "other"
    kind = "call" if path == f"{base}call/" else kind
    is_post = reply.method == "POST"
    has_body = reply.method != "HEAD" and not (is_post and kind == "context")
    body = reply.body if has_body else None
    received = Received(reply.status, reply.headers, body, kind, shown.right.name)
    for text in complaints(received, shown.server.schema, shown.server.app.digest):
        yield Fault("shape", "MZ-CLI-001", text, {})


def _code(shown: Shown) -> Iterator[Fault]:
    code = shown.code
    has_body = shown.reply.status >= 400 and shown.reply.method != "HEAD"
    if has_body and code not in KNOWN_CODES and not code.startswith("app."):
        text = f"the code {code!r} is in no registry"
        yield Fault("code", "MZ-ERR-002", text, {"problem": {"code": sorted(KNOWN_CODES)}})


def _pointers(shown: Shown) -> Iterator[Fault]:
    """A 422 names the first fault where there is but one, and places that are there."""
    document, right = shown.document, shown.right
    if shown.reply.status != 422 or not isinstance(document, dict) or shown.code.startswith("app."):
        return
    errors = document.get("errors") or []
    if right.error is not None:
        found = [(each["pointer"], each["code"]) for each in errors]
        if found[:1] != [right.error]:
            text = f"{right.why}, at {right.error[0]!r}; the reply says {found}"
            yield Fault("error", right.requirement, text, {"problem": {"errors": [[*right.error]]}})
    elif right.args is not None and not errors:
        yield Fault("pointer", "MZ-ERR-001", "a 422 without `errors`", {})
    elif right.args is not None:
        for each in errors:
            if not _leads(each["pointer"], right.args):
                text = f"{each['pointer']!r} leads nowhere in the arguments"
                yield Fault("pointer", "MZ-ERR-001", text, {})


def _leads(pointer: str, value: Any) -> bool:
    """Whether a pointer leads to a value, or to a member that an object there lacks."""
    steps = [each.replace("~1", "/").replace("~0", "~") for each in pointer.split("/")[1:]]
    for at, step in enumerate(steps):
        if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict):
            if step not in value:
                return at == len(steps) - 1
            value = value[step]
        else:
            return False
    return True


def _spelling(shown: Shown) -> Iterator[Fault]:
    """Another spelling is stored by nobody, and told the canonical one (MZ-URL-005)."""
    right, reply = shown.right, shown.reply
    if right.url is None or reply.status not in (200, 304):
        return
    named = reply.header("Content-Location")
    if named not in (None, right.url) or (right.canonical and named is not None):
        text = f"Content-Location is {named!r}, the canonical URL {right.url!r}"
        yield Fault("spelling", "MZ-URL-005", text, {"headers": {"Content-Location": right.url}})
    elif not right.canonical and "no-store" not in (reply.header("Cache-Control") or ""):
        text = f"it is not the canonical URL, {right.url}, and no-store is not in Cache-Control"
        expect = {"headers": {"Cache-Control": "no-store", "Content-Location": right.url}}
        yield Fault("spelling", "MZ-URL-005", text, expect)


def _same(shown: Shown) -> Iterator[Fault]:
    """A read gives what it gave, as long as nothing said that it is stale."""
    known, reply = shown.known, shown.reply
    if known is None or reply.method != "GET":
        return
    asked = conditions(shown.request.headers.get("If-None-Match"))
    where = f"nothing was said to be stale since step {known.step + 1}"
    if reply.status == 200 and reply.body != known.body:
        text = f"{where}, and its body differs: {known.body[:150]!r}, now {reply.body[:150]!r}"
        yield Fault("same", "MZ-COH-001", text, {"same": known.step})
    elif reply.status == 304 and asked and known.tag not in asked:
        text = f"{where}; the ETag was {known.tag}, and 304 says that it is one of {sorted(asked)}"
        yield Fault("same", "MZ-POL-009", text, {"status": 200})
    elif reply.status == 200 and known.tag in asked and reply.header("ETag") == known.tag:
        text = f"If-None-Match has its ETag, {known.tag}"
        yield Fault("condition", "MZ-POL-009", text, {"status": 304})


def _identity(shown: Shown) -> Iterator[Fault]:
    """A token that is none is refused, and a session without its CSRF token (MZ-MWT-007)."""
    server, headers, reply = shown.server, shown.request.headers, shown.reply
    token = headers.get("X-Mizan-Token")
    if reply.status not in (200, 304):
        return
    if "token" in server.auth and token is not None and token.count(".") != 2:
        text = f"the token {token!r} is none, and it is answered with {reply.status}"
        yield Fault("token", "MZ-MWT-007", text, {"status": 401})
    is_call = shown.request.target == f"{server.app.base_url}call/"
    if "session" in server.auth and token is None and is_call:
        names = server.app.server["csrf"]
        others = [each for each in headers.get("Cookie", "").split("; ") if "=" in each]
        has_session = any(not each.startswith(f"{names['cookie']}=") for each in others)
        if has_session and not headers.get(names["header"]):
            text = f"it has a session and no {names['header']}, and is answered with {reply.status}"
            yield Fault("csrf", "MZ-ERR-003", text, {"status": 403})


def _declared(shown: Shown) -> Iterator[Fault]:
    """What a mutation declares to make stale is in its reply (MZ-SCO-002 to 006)."""
    right, document = shown.right, shown.document
    function = shown.server.schema["functions"].get(right.name or "")
    # Of arguments that a lax server reads as others, it is not known which they became.
    is_clear = shown.reply.status == 200 and 422 in right.never and right.args is not None
    if not is_clear or function is None or not isinstance(document, dict):
        return
    reported = told(shown.reply) or ()
    for each in function.get("affects", ()):
        if not any(_reports(one, each, right.args, shown.server) for one in reported):
            text = f"{right.name} declares to make {each} stale; the reply says {[*reported]}"
            yield Fault("declared", "MZ-SCO-006", text, {})


def _reports(
    target: Target, affected: Mapping[str, Any], args: Mapping[str, Any], server: Server
) -> bool:
    """Whether a target is at least as broad as what is declared, as far as its arguments say."""
    if target.context == "*":
        return True
    own = affected.get("function")
    if target.context != affected["context"] or target.function not in (None, own):
        return False
    types = {each["name"]: each for each in server.schema["contexts"][target.context]["parameters"]}
    given = {name: args.get(name) for name in affected.get("by", ()) if name in types}
    for name, value in target.params:
        if name in types and not _is_same(given.get(name), types[name]["type"], value):
            return False
    return True


def _is_same(given: Any, type_: Mapping[str, Any], value: Any) -> bool:
    try:
        return canonical_string(coerce(given, type_)) == canonical_string(value)
    except MizanError:
        return False


_RULES: Final[tuple[Callable[[Shown], Iterator[Fault]], ...]] = (
    _no_crash,
    _every,
    _status,
    _identity,
    _shape,
    _code,
    _declared,
    _pointers,
    _spelling,
    _same,
)


def stream_fault(reply: Reply) -> Fault | None:
    """Return what is wrong with the first event of a stream (MZ-EVT-020)."""
    fields = [line.partition(b": ") for line in reply.body.split(b"\n") if line]
    found = {name: value for name, _, value in fields}
    text = ""
    if found.get(b"event") != b"ready" or b"data" not in found:
        text = f"the first event is not `ready`: {reply.body[:200]!r}"
    else:
        try:
            wrong = problems("events", decode(found[b"data"]))
        except MizanError as error:
            text = f"the data of `ready` are no JSON: {error}"
        else:
            text = f"`ready` at {wrong[0].pointer}: {wrong[0].message}" if wrong else ""
    return Fault("events", "MZ-EVT-020", text, {}) if text else None
