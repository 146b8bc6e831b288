"""An OpenAPI 3.1 document of a client schema (SPEC.md, sections 12.3 and 16).

Invariant: the same client schema gives the same document. Nothing is in it that the client schema
and the protocol do not say: no views, no private functions, no pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mizan.openapi.calls import call_path
from mizan.openapi.components import Components
from mizan.openapi.reading import context_path, events_path
from mizan.openapi.replies import headers, responses

_VERSION: Final = "3.1.0"
_DESCRIPTION: Final = (
    "Made from the client schema of a server that speaks Mizan. A reply to a call says in "
    "`invalidate`, and in `X-Mizan-Invalidate`, which data are stale now."
)


@dataclass(frozen=True, slots=True)
class Access:
    """How a server learns who asks: the names of the session's cookie and of the header field that
    proves that no other site asks; whether it takes identity tokens."""

    cookie: str = "sessionid"
    csrf_header: str = "X-CSRFToken"
    tokens: bool = False


def openapi(
    document: Mapping[str, Any],
    *,
    title: str = "Mizan",
    version: str = "1",
    access: Access | None = None,
    events: bool = False,
) -> dict[str, Any]:
    """Return the OpenAPI document of a client schema (`client-schema.schema.json`).

    `title` and `version` are what the document says of itself; `events`: the server has `events/`.
    The names of schemas are `call.F`, `result.F` and `ctx.C` for functions F and contexts C, the
    codes of declared errors, `Mizan…`, and as the client schema names its own.
    """
    access = access or Access()
    components = Components(document.get("$defs", {}))
    who = _schemes(access)
    paths: dict[str, Any] = {}
    if document["functions"]:
        paths["/call/"] = _for(call_path(document, components), _choices(access, unsafe=True))
    for name in sorted(document["contexts"]):
        item = context_path(document, name, components)
        paths[f"/ctx/{name}/"] = _for(item, _choices(access))
    if events:
        paths["/events/"] = _for(events_path(components), _choices(access))
    shared = {"headers": headers(components), "responses": responses(components)}
    return {
        "openapi": _VERSION,
        "info": {"title": title, "version": version, "description": _DESCRIPTION},
        "servers": [{"url": document["base_url"].rstrip("/") or "/"}],
        "paths": paths,
        "components": {"schemas": components.all(), **shared, "securitySchemes": who},
    }


def _for(item: dict[str, Any], choices: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a path item whose operations say how to tell who asks."""
    return {method: {**operation, "security": choices} for method, operation in item.items()}


def _choices(access: Access, *, unsafe: bool = False) -> list[dict[str, Any]]:
    """Return the ways to ask: as nobody, with a session, with a token."""
    session: dict[str, Any] = {"session": [], "csrf": []} if unsafe else {"session": []}
    tokens: list[dict[str, Any]] = [{"token": []}, {"bearer": []}] if access.tokens else []
    return [{}, session, *tokens]


def _schemes(access: Access) -> dict[str, Any]:
    schemes: dict[str, Any] = {
        "csrf": {
            "type": "apiKey",
            "in": "header",
            "name": access.csrf_header,
            "description": "The value of the CSRF cookie, on calls with a session.",
        },
        "session": {"type": "apiKey", "in": "cookie", "name": access.cookie},
    }
    if access.tokens:
        schemes["bearer"] = {"type": "http", "scheme": "bearer", "bearerFormat": "MWT"}
        schemes["token"] = {"type": "apiKey", "in": "header", "name": "X-Mizan-Token"}
    return schemes
