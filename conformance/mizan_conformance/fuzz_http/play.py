"""Plays drawn requests one after the other against a server, until a reply is wrong.

Invariant: what was sent is noted as steps of a case, in the form of `http/v1/*.json`, so that what
was found can be played again by anybody.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, NoReturn

from mizan.errors import MizanError
from mizan.protocol.canonical import canonical_json, canonical_string
from mizan.protocol.header import format_held
from mizan.protocol.policy import etag
from mizan.protocol.targets import Instance, matches
from mizan.protocol.url import canonical_url, percent_encode
from mizan_conformance.http.cases import Wrong
from mizan_conformance.http.judge import json_of
from mizan_conformance.http.site import Reply, Silence
from mizan_conformance.http.stage import Request, Stage, joined

from .memory import Memory, slices, told
from .right import Right, right_of
from .rules import Fault, Shown, fault_of, stream_fault
from .server import Server, event_stream

_RAW_REPLIES: Final = [*range(100, 500), 501, 503, 505]


class Move(NamedTuple):
    """A drawn request: a step's `request` (or `raw`), and what it takes from earlier replies.

    `learn`: which values seen under the names of its arguments stand in their place, 0 for none;
    `again`: it reads what was read last, in its place; `tagged`: If-None-Match has the latest ETag
    of its URL; `holds`: it holds what was read.
    """

    spec: Mapping[str, Any]
    learn: int = 0
    again: bool = False
    tagged: bool = False
    holds: bool = False


class Found(Exception):  # noqa: N818 (found, not failed)
    """What is wrong, with the steps that show it and the requests as they were sent."""

    def __init__(
        self, fault: Fault, steps: list[dict[str, Any]], sent: list[Request | bytes]
    ) -> None:
        super().__init__(fault.text)
        self.fault = fault
        self.steps = steps
        self.sent = sent

    @property
    def size(self) -> tuple[int, int]:
        """How large it is: steps, and characters of them."""
        return len(self.steps), len(json.dumps(self.steps))


class Gone(Exception):  # noqa: N818 (a state)
    """The server does not answer any more."""


class Play:
    """One sequence of requests, and what their replies taught."""

    def __init__(self, server: Server) -> None:
        """Begin, with the state put back where the server can do that. Raises Gone."""
        self.server = server
        self.stage = Stage(server.site, server.app)
        self.memory = Memory(server)
        self.steps: list[dict[str, Any]] = []
        self.sent: list[Request | bytes] = []
        self._seen: dict[str, list[Any]] = defaultdict(list)
        if server.resets:
            self._or_gone({"call": "reset"})

    def take(self, move: Move) -> None:
        """Send a request and what its reply makes one ask. Raises Found, and Gone."""
        if "raw" in move.spec:
            self._raw(move.spec["raw"])
        elif move.spec.get("path", "").startswith(f"{self.server.app.base_url}events/"):
            self._stream(move.spec)
        else:
            self._ask(self._resolved(move))

    def _ask(self, spec: dict[str, Any], *, probes: bool = True) -> Reply:
        request = self.stage.request(spec)
        right, who = right_of(self.server, request), self._who(spec)
        reply = self._sent(spec, request)
        known = self.memory.expected(who, right)
        fault = fault_of(Shown(self.server, request, reply, right, known))
        if fault:
            self._found(fault)
        self.memory.read(len(self.stage.replies) - 1, who, right, reply)
        if request.method not in ("GET", "HEAD") and right.url is None:
            self._wrote(spec, right, reply)
        self._learn(reply)
        if probes and reply.status == 304:
            self._unconditional(spec, request)
        return reply

    def _sent(self, spec: dict[str, Any], request: Request) -> Reply:
        self.sent.append(request)
        self.steps.append({"request": spec, "expect": {}})
        try:
            reply = self.stage.send(spec)
        except Silence as silence:
            self._silent(silence)
        except Wrong as wrong:
            self._found(Fault("cookie", "MZ-ERR-003", str(wrong), {}))
        self.stage.replies.append(reply)
        self.steps[-1]["expect"] = {"status": reply.status}
        return reply

    def _silent(self, silence: Silence) -> NoReturn:
        """Tell a server that says nothing to one request from one that is gone."""
        fault = Fault("silence", "MZ-ERR-003", f"there is no reply: {silence}", {})
        try:
            self._or_gone(self._alive)
        except Gone as gone:
            raise gone from Found(fault, self.steps, self.sent)
        self._found(fault)

    def _or_gone(self, spec: Mapping[str, Any]) -> None:
        try:
            self.stage.send(spec)
        except Silence as silence:
            raise Gone(str(silence)) from silence

    @property
    def _alive(self) -> dict[str, Any]:
        return {"method": "GET", "path": f"{self.server.app.base_url}call/"}

    def _found(self, fault: Fault) -> NoReturn:
        self.steps[-1]["expect"] = fault.expect or self.steps[-1]["expect"]
        raise Found(fault, self.steps, self.sent)

    def _unconditional(self, spec: dict[str, Any], request: Request) -> None:
        """What is 304 has that ETag when it is asked for without a condition (MZ-POL-008)."""
        headers = {k: v for k, v in spec.get("headers", {}).items() if k != "If-None-Match"}
        asked = request.headers.get("If-None-Match")
        reply = self._ask({**spec, "headers": headers}, probes=False)
        tag = reply.header("ETag") or etag(reply.body)  # nobody may store it: it has none
        weak = {each.strip().removeprefix("W/") for each in (asked or "").split(",")}
        if reply.status != 200 or (asked != "*" and tag not in weak):
            text = f"with If-None-Match: {asked} it is 304, without it {reply.status}, ETag {tag}"
            fault = Fault("condition", "MZ-POL-008", text, {"status": 200})
            self._found(fault)

    def _wrote(self, spec: dict[str, Any], right: Right, reply: Reply) -> None:
        self.memory.wrote(right, reply)
        if reply.status != 200 or right.name is None:
            return
        targets = told(reply) or ()
        for instance, data in list(slices(reply)):
            if not any(matches(target, instance) for target in targets):
                text = (
                    f"`fresh` has {format_held([instance])}, which `invalidate` does not make stale"
                )
                self._found(Fault("fresh", "MZ-SFL-001", text, {}))
            self._read_slice(spec, instance, canonical_json(data).encode())

    def _read_slice(self, spec: Mapping[str, Any], instance: Instance, data: bytes) -> None:
        """A slice is what a read after the call gives (MZ-SFL-001)."""
        url = canonical_url(self.server.app.base_url, instance.context, dict(instance.params))
        reply = self._ask({"method": "GET", "path": url, **_who_of(spec)})
        refused = reply.status in (401, 403, 404)
        if refused or (reply.header("ETag") and reply.body != data):
            text = (
                f"`fresh` says {data[:150]!r}, a read after it {reply.status} {reply.body[:150]!r}"
            )
            self._found(Fault("fresh", "MZ-SFL-001", text, {}))

    def _raw(self, parts: Any) -> None:
        data = joined(parts).replace(b"{host}", self.server.site.host.encode())
        self.sent.append(data)
        expect = {"status": _RAW_REPLIES, "closed": True}
        self.steps.append({"raw": parts, "expect": expect})
        self.memory.forget()
        try:
            reply = self.server.site.ask_raw(data, must_answer=False)
        except Silence as silence:
            self._silent(silence)
        if reply is not None and reply.status not in _RAW_REPLIES:
            text = f"the server fails with {reply.status}: {reply.body[:200]!r}"
            self._found(Fault("crash", "MZ-ERR-003", text, {}))
        self._or_gone(self._alive)

    def _stream(self, spec: Mapping[str, Any]) -> None:
        request = self.stage.request(spec)
        self.sent.append(request)
        self.steps.append({"request": dict(spec), "expect": {}})
        try:
            reply = event_stream(self.server.site, request.target, request.headers)
        except Silence as silence:
            self._silent(silence)
        self.stage.replies.append(reply)
        self.steps[-1]["expect"] = {"status": reply.status}
        shown = Shown(self.server, request, reply, right_of(self.server, request))
        fault = stream_fault(reply) if reply.status == 200 else fault_of(shown)
        if fault:
            self._found(fault)

    def _resolved(self, move: Move) -> dict[str, Any]:
        """Put in what earlier replies said."""
        spec = dict(move.spec)
        if move.learn and "args" in spec:
            spec["args"] = {
                name: self._other(name, value, move.learn) for name, value in spec["args"].items()
            }
        if move.learn and "ctx" in spec:
            spec["ctx"] = self._other_query(spec["ctx"], move.learn)
        if move.holds and self.memory.instances:
            spec["held"] = format_held(self.memory.instances[-8:])
        read = next((each for each in reversed(self.stage.replies) if _is_read(each)), None)
        if move.again and read is not None and "text" not in spec:
            spec = {"method": "GET", "path": read.target, **_who_of(spec)}
        if move.tagged:
            target = self.stage.request(spec).target
            for number, reply in enumerate(self.stage.replies):
                if reply.target == target and reply.header("ETag"):
                    tag = {"If-None-Match": {"$reply": [number, "ETag"]}}
                    spec["headers"] = {**spec.get("headers", {}), **tag}
        return spec

    def _other(self, name: str, value: Any, learn: int) -> Any:
        """Return a value that was seen under the name, of the same type; else the drawn one."""
        names = (name, "id") if name.endswith("_id") else (name,)
        seen = [each for one in names for each in self._seen[one] if type(each) is type(value)]
        return seen[-1 - learn % len(seen)] if seen else value

    def _other_query(self, ctx: str, learn: int) -> str:
        context, mark, query = ctx.partition("?")
        pieces = []
        for piece in query.split("&") if query else ():
            name, equals, _ = piece.partition("=")
            seen = self._seen[name] or (self._seen["id"] if name.endswith("_id") else [])
            new = percent_encode(canonical_string(seen[-1 - learn % len(seen)])) if seen else ""
            pieces.append(f"{name}={new}" if seen and equals else piece)
        return f"{context}{mark}{'&'.join(pieces)}"

    def _learn(self, reply: Reply) -> None:
        if reply.status != 200 or not reply.body:
            return
        try:
            document = json_of(reply)
        except MizanError:
            return
        for name, value in _members(document):
            if value not in self._seen[name]:
                self._seen[name].append(value)

    def _who(self, spec: Mapping[str, Any]) -> str:
        """Return who asks, as far as a reply may differ by it."""
        headers = {k: v for k, v in spec.get("headers", {}).items() if k != "If-None-Match"}
        return repr((spec.get("as"), sorted(self.stage.cookies.items()), sorted(headers.items())))


def _who_of(spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a request that say who asks, and with which headers."""
    return {name: spec[name] for name in ("as", "headers") if name in spec}


def _is_read(reply: Reply) -> bool:
    return reply.method == "GET" and reply.header("ETag") is not None


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the names and values of all members that are texts or integers."""
    if isinstance(value, list):
        for each in value[:20]:
            yield from _members(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            if isinstance(each, (str, int)) and not isinstance(each, bool):
                yield name, each
            else:
                yield from _members(each)
