"""A case being played: its requests, the cookies that it was given, the replies so far.

Invariant: a case sees nothing of another but the server, which is reset before it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Any, Final, NamedTuple

from mizan_conformance.tagged import untag

from .app import App
from .cases import Wrong
from .judge import judge, raw_fault
from .site import Reply, Site

JSON: Final = "application/json"
_FORM: Final = "application/x-www-form-urlencoded"


class Request(NamedTuple):
    """A request as it is sent."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes | None


class Stage:
    """Plays one case. `replies` are those of its steps."""

    def __init__(self, site: Site, app: App) -> None:
        self.site = site
        self.app = app
        self.replies: list[Reply] = []
        self.cookies: dict[str, str] = {}

    def take(self, step: Mapping[str, Any]) -> None:
        """Take one step of a case. Raises Wrong, and Silence."""
        if "raw" in step:
            self._take_raw(step)
            return
        reply = self.send(step["request"])
        self.replies.append(reply)
        if fault := judge(step["expect"], reply, self.replies):
            raise Wrong(f"{self._where()}{reply.asked}: {fault}")

    def send(self, spec: Mapping[str, Any]) -> Reply:
        """Send the request of a step, and keep the cookies that come back. Raises Silence."""
        reply = self.site.ask(*self.request(spec))
        for text in reply.cookies:
            self._keep(text)
        return reply

    def call(self, function: str, user: str | None = None, **args: Any) -> Reply:
        """Call a function, as a user or as nobody."""
        return self.send({"call": function, "args": args} | ({"as": user} if user else {}))

    def read(self, context: str, **members: Any) -> Reply:
        """Read a context: its name, and a query."""
        return self.send({"ctx": context, **members})

    def request(self, spec: Mapping[str, Any]) -> Request:
        """Return the request that a step describes."""
        method, target, kind, body = self._what(spec)
        headers = {"Content-Type": kind} if kind else {}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        if "as" in spec:
            headers["X-Mizan-Token"] = self.app.token(spec["as"])
        if "held" in spec:
            headers["X-Mizan-Held"] = spec["held"]
        for name, value in spec.get("headers", {}).items():
            if value is None:
                headers.pop(name, None)
            else:
                headers[name] = self._value(value)
        return Request(spec.get("method", method), target, headers, body)

    def _what(self, spec: Mapping[str, Any]) -> tuple[str, str, str | None, bytes | None]:
        """Return (method, target, content type, body) of a request, before it says otherwise."""
        target = spec.get("path", "")
        method, kind, body = "GET", None, None
        if "ctx" in spec:
            name, mark, query = spec["ctx"].partition("?")
            target = f"{self.app.base_url}ctx/{name}/{mark}{query}"
        if "call" in spec:
            method, target = "POST", f"{self.app.base_url}call/"
            document = {"function": spec["call"]}
            kind, body = JSON, _text(document | ({"args": spec["args"]} if "args" in spec else {}))
        if "json" in spec:
            method, kind, body = "POST", JSON, _text(untag(spec["json"]))
        if "text" in spec:
            method, kind, body = "POST", JSON, joined(spec["text"])
        if "form" in spec:
            method, kind, body = "POST", _FORM, spec["form"].encode()
        return method, target, kind, body

    def _value(self, value: Any) -> str:
        """Return the value of a request's header; tags stand for what is known only now."""
        if isinstance(value, str):
            return value
        (tag, of), *_ = value.items()
        if tag == "$reply":  # [number of the step, name of a header, prefix?]
            found = self.replies[of[0]].header(of[1]) or ""
            return "".join(of[2:]) + found
        if tag == "$bearer":
            return f"Bearer {self.app.token(of)}"
        if tag == "$token":
            return self.app.token(of)
        if tag == "$cookie":
            return self.cookies.get(of, "")
        if tag == "$origin":
            return self.site.origin
        return str(untag(value))

    def _take_raw(self, step: Mapping[str, Any]) -> None:
        data = joined(step["raw"]).replace(b"{host}", self.site.host.encode())
        reply = self.site.ask_raw(data, must_answer=not step["expect"].get("closed"))
        what = data.split(b"\r\n", 1)[0][:60]
        if fault := raw_fault(step["expect"], reply):
            raise Wrong(f"{what!r}: {fault}")

    def _keep(self, text: str) -> None:
        found = SimpleCookie(text)
        if not found:
            raise Wrong(f"a cookie that cannot be read: {text[:80]!r}")
        for name, morsel in found.items():
            if morsel["max-age"] == "0" or not morsel.value:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value

    def _where(self) -> str:
        return f"step {len(self.replies)}, "


def joined(parts: Any) -> bytes:
    """Return text, a tag, or a list of these, as bytes."""
    if isinstance(parts, list):
        return b"".join(map(joined, parts))
    found = untag(parts)
    return found.encode() if isinstance(found, str) else bytes(found)


def _text(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
