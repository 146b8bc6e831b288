"""The replies of operations as OpenAPI describes them: header fields, problems, what an application
declares (SPEC.md, sections 8, 10 and 16).

Invariant: each status has the codes that a reply of it may have, and no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

from mizan.openapi.components import Components

Schema = dict[str, Any]
JSON: Final = "application/json"
_PROBLEM: Final = "application/problem+json"

# status -> (when, the codes of the protocol)
PROBLEMS: Final[dict[int, tuple[str, tuple[str, ...]]]] = {
    400: ("The request cannot be read.", ("malformed",)),
    401: (
        "Nobody is known to ask, where somebody must be.",
        ("identity_mismatch", "token_invalid", "unauthenticated"),
    ),
    403: ("Who asks may not.", ("csrf", "forbidden", "private")),
    404: ("There is no such thing.", ("not_found",)),
    405: ("The method is not answered here.", ("method_not_allowed",)),
    413: ("The body is too large.", ("too_large",)),
    414: ("The query is too long.", ("uri_too_long",)),
    415: ("The body is of another type.", ("unsupported_media_type",)),
    422: ("Arguments or parameters are not valid; `errors` says where.", ("validation",)),
    429: ("Too many of one user or address.", ("too_many_requests",)),
    500: ("The server failed.", ("internal",)),
    501: ("The server cannot hold streams.", ("events.unavailable",)),
    503: ("The server cannot do it now.", ("unavailable",)),
}
# status -> the header fields of its problems besides those of all.
_ALSO: Final = {
    401: ("WWW-Authenticate",),
    405: ("Allow",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}
ALWAYS: Final = ("Cache-Control", "X-Mizan-Schema")

_TEXTS: Final = {
    "Allow": "The methods that are answered.",
    "Cache-Control": "Who may keep the reply, and how long.",
    "Cache-Group-Invalidation": "With an edge that purges: the tags of what became stale.",
    "Cache-Groups": "With an edge that purges: the tags by which it does.",
    "Cache-Status": "What the server's own cache did (RFC 9211).",
    "Content-Location": "The canonical URL, where the query is spelled otherwise.",
    "ETag": "A strong validator of the body, for If-None-Match.",
    "Retry-After": "After how many seconds to try again.",
    "Vary": "The request's header fields on which the reply depends.",
    "WWW-Authenticate": "How to say who asks.",
    "X-Mizan-Event": "A position: the data are not older than this event.",
}
_FIELDS: Final = {
    "X-Mizan-Invalidate": ("headers", "InvalidateField", "What the call made stale."),
    "X-Mizan-Schema": ("common", "Digest", "The digest of the client schema."),
}
_NAMES: Final = {413: "Content Too Large", 414: "URI Too Long", 422: "Unprocessable Content"}

# An error that a function declares: its code, and what the client schema says of it.
Declared = tuple[str, Mapping[str, Any]]


def headers(components: Components) -> dict[str, Schema]:
    """Return the header fields of replies, by name."""
    found: dict[str, Schema] = {
        name: {"description": text, "schema": {"type": "string"}} for name, text in _TEXTS.items()
    }
    for name, (kind, definition, text) in _FIELDS.items():
        found[name] = {"description": text, "schema": components.protocol(kind, definition)}
    return dict(sorted(found.items()))


def with_headers(*names: str) -> dict[str, Schema]:
    """Return references to header fields."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in sorted(names)}


def ok(description: str, schema: Schema, names: Iterable[str], media: str = JSON) -> Schema:
    """Return a reply with a body and these header fields besides those of all."""
    return {
        "description": description,
        "headers": with_headers(*ALWAYS, *names),
        "content": {media: {"schema": schema}},
    }


def responses(components: Components) -> dict[str, Schema]:
    """Return the replies that operations share, by name: a problem for each status."""
    return {_name(status): _problem(components, status, []) for status in PROBLEMS}


def problems(
    components: Components, statuses: Iterable[int], declared: Iterable[Declared] = ()
) -> dict[str, Schema]:
    """Return the replies by status that tell of a problem: of the protocol, or declared ones."""
    own: dict[int, list[Declared]] = {}
    for code, error in declared:
        listed = own.setdefault(error["status"], [])
        if (code, error) not in listed:
            listed.append((code, error))
    return {
        str(status): _problem(components, status, own[status])
        if status in own
        else {"$ref": f"#/components/responses/{_name(status)}"}
        for status in sorted({*statuses, *own})
    }


def _problem(components: Components, status: int, declared: list[Declared]) -> Schema:
    when, codes = PROBLEMS.get(status, ("", ()))
    listed = [
        f"- `{code}`: {each.get('description', 'no description.')}" for code, each in declared
    ]
    schemas = [_declared(components, *each) for each in sorted(declared, key=lambda each: each[0])]
    if codes:
        problem = components.protocol("error")
        schemas.insert(0, _narrowed(problem, status, {"enum": list(codes)}))
    return {
        "description": "\n".join(filter(None, [when, *sorted(listed)])),
        "headers": with_headers(*ALWAYS, *_ALSO.get(status, ())),
        "content": {_PROBLEM: {"schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas}}},
    }


def _declared(components: Components, code: str, error: Mapping[str, Any]) -> Schema:
    problem = components.protocol("error")
    schema = _narrowed(problem, error["status"], {"const": code})
    if "schema" in error:
        schema["allOf"][1]["properties"]["data"] = components.own(error["schema"])
        schema["allOf"][1]["required"].append("data")
    if "description" in error:
        schema["description"] = error["description"]
    return components.add(code, schema)


def _narrowed(problem: Schema, status: int, code: Schema) -> Schema:
    """Return the schema of problems of one status, with certain codes."""
    members = {"status": {"const": status}, "code": code}
    return {"allOf": [problem, {"properties": members, "required": ["status", "code"]}]}


def _name(status: int) -> str:
    return _NAMES.get(status, HTTPStatus(status).phrase).replace(" ", "").replace("-", "")
