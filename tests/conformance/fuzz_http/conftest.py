"""What the tests of the fuzzer of servers share: what is known of a server, and its replies."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from mizan.protocol.canonical import canonical_json
from mizan.protocol.policy import etag
from mizan.resources import app_dir
from mizan_conformance.fuzz_http.right import right_of
from mizan_conformance.fuzz_http.rules import Shown
from mizan_conformance.fuzz_http.server import Server
from mizan_conformance.http.app import load_app
from mizan_conformance.http.site import Reply, Site
from mizan_conformance.http.stage import Request, Stage

JSON = "application/json"


@pytest.fixture
def server() -> Server:
    """A server of the conformance app, with some of it selected; nobody is asked."""
    schema = json.loads((app_dir() / "client-schema.json").read_bytes())
    site = Site("http://127.0.0.1:9/")
    auth = frozenset({"session", "token"})
    people = ({}, {"as": "ada"})
    contexts = {name: schema["contexts"][name] for name in ("board", "label", "types")}
    functions = {name: schema["functions"][name] for name in ("add_note", "edit_note", "whoami")}
    return Server(
        site,
        load_app(),
        schema,
        contexts,
        functions,
        people,
        {},
        auth,
        ("types_seen",),
        True,
        False,
    )


@pytest.fixture
def ask(server: Server) -> Callable[..., Request]:
    """Make a request from a step's members."""
    return lambda **spec: Stage(server.site, server.app).request(spec)


@pytest.fixture
def reply(server: Server) -> Callable[..., Reply]:
    """Make a right reply to a request; the arguments replace its parts."""

    def make(request: Request, value: Any = None, status: int = 200, **headers: str) -> Reply:
        body = value if isinstance(value, bytes) else canonical_json(value).encode()
        found = {"content-type": JSON, "x-mizan-schema": server.app.digest}
        found["cache-control"] = "no-store"
        if status >= 400:
            found["content-type"] = "application/problem+json"
        elif request.method == "GET":
            found |= {"cache-control": "public, no-cache", "etag": etag(body)}
        given = {name.lower().replace("_", "-"): each for name, each in headers.items()}
        whole = {name: each for name, each in {**found, **given}.items() if each}
        return Reply(request.method, request.target, status, whole, body)

    return make


@pytest.fixture
def problem() -> Callable[..., dict[str, Any]]:
    """Make a problem document; the arguments are its members."""

    def make(code: str, status: int, **members: Any) -> dict[str, Any]:
        kind = f"https://w3id.org/mizan/v1/errors/{code}"
        return {"type": kind, "title": "T", "status": status, "code": code, **members}

    return make


@pytest.fixture
def shown(server: Server) -> Callable[..., Shown]:
    """Put a request and its reply together."""

    def make(request: Request, reply: Reply, known: Any = None) -> Shown:
        return Shown(server, request, reply, right_of(server, request), known)

    return make
