"""The operations that read: `GET ctx/NAME/`, `POST` where that is too long, and `GET events/`
(SPEC.md, sections 6, 10 and 17).

Invariant: each context is a path of its own, and its bundle a named schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mizan.openapi.components import Components
from mizan.openapi.parameters import in_body, in_query
from mizan.openapi.replies import ALWAYS, JSON, ok, problems, with_headers

Schema = dict[str, Any]
_GET: Final = (400, 401, 403, 404, 405, 414, 422, 500, 503)
_POST: Final = (400, 401, 403, 404, 405, 413, 415, 422, 500, 503)
_EVENTS: Final = (400, 401, 404, 405, 422, 429, 500, 501, 503)
_KEPT: Final = ("Cache-Groups", "Cache-Status", "Content-Location", "ETag", "Vary", "X-Mizan-Event")
_LONG: Final = "The parameters are the body: for a URL of more than 4,096 characters."


def context_path(document: Mapping[str, Any], name: str, components: Components) -> Schema:
    """Return the path item of a context of a client schema."""
    context = document["contexts"][name]
    functions = {each: document["functions"][each] for each in context["functions"]}
    declared = [pair for each in functions.values() for pair in each.get("errors", {}).items()]
    bundle = components.add(f"ctx.{name}", _bundle(components, name, functions))
    parameters = context["parameters"]
    description = "\n\n".join(filter(None, [context.get("description"), _deprecated(context)]))
    shared = {"deprecated": True} if "deprecated" in context else {}
    unchanged = {
        "description": "The data are those of `If-None-Match`.",
        "headers": with_headers(*ALWAYS, *_KEPT),
    }
    read = {
        "operationId": f"ctx.{name}",
        "summary": f"Read {name}",
        "description": description,
        "parameters": [*map(in_query, parameters), _IF_NONE_MATCH],
        "responses": {
            "200": ok("The result of each function.", bundle, _KEPT),
            "304": unchanged,
            **problems(components, _GET, declared),
        },
    }
    body = {"content": {JSON: {"schema": in_body(parameters)}}, "required": True}
    long = {
        "operationId": f"long.ctx.{name}",
        "summary": f"Read {name} by POST",
        "description": _LONG,
        "requestBody": body,
        "responses": {
            "200": ok("The result of each function.", bundle, ["X-Mizan-Event"]),
            **problems(components, _POST, declared),
        },
    }
    return {"get": read | shared, "post": long | shared}


def events_path(components: Components) -> Schema:
    """Return the path item of `events/`."""
    held = {
        "name": "held",
        "in": "query",
        "required": True,
        "description": "What the subscriber shows, as `X-Mizan-Held` has it but of any length: "
        "instances, such as `orders;user_id=5`.",
        "schema": {"type": "array", "items": {"type": "string"}, "minItems": 1},
    }
    stream = ok(
        "Server-Sent Events: `ready`, then `invalidate` whenever something became stale.",
        {"type": "string"},
        (),
        "text/event-stream",
    )
    operation = {
        "operationId": "events",
        "summary": "Hear what becomes stale",
        "description": "A stream that goes on until either side ends it.",
        "parameters": [held, _LAST, _LAST_EVENT_ID],
        "responses": {"200": stream, **problems(components, _EVENTS)},
    }
    return {"get": operation}


def _bundle(components: Components, name: str, functions: Mapping[str, Any]) -> Schema:
    return {
        "title": name,
        "type": "object",
        "properties": {
            each: components.own(function["output"]) for each, function in functions.items()
        },
        "required": list(functions),
        "additionalProperties": False,
    }


def _deprecated(context: Mapping[str, Any]) -> str:
    return f"Deprecated: {context['deprecated']}" if "deprecated" in context else ""


_IF_NONE_MATCH: Final = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The `ETag` of what the client has: 304 where it is the same still.",
    "schema": {"type": "string"},
}
_LAST: Final = {
    "name": "last",
    "in": "query",
    "description": "The id of the last event that was heard, where no header can be sent.",
    "schema": {"type": "string"},
}
_LAST_EVENT_ID: Final = {
    "name": "Last-Event-ID",
    "in": "header",
    "description": "The id of the last event that was heard.",
    "schema": {"type": "string"},
}
