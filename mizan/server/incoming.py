"""What a request says: its method, its body, its parameters (SPEC.md, sections 5, 6 and 16).

Invariant: nothing of a body reaches a function before its size and its JSON are checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mizan.errors import WireError
from mizan.protocol.decode import decode
from mizan.protocol.url import canonical_url, effective_params, parse_query
from mizan.server.host import Host, Incoming
from mizan.server.problems import Problem, of_wire_error, reading

if TYPE_CHECKING:
    from mizan.server.catalog import ReadContext


def check_method(incoming: Incoming, allowed: tuple[str, ...]) -> None:
    """Raise Problem (405) for another method; where there is GET there is HEAD."""
    if incoming.method in allowed or (incoming.method == "HEAD" and "GET" in allowed):
        return
    listed = ", ".join(allowed)
    detail = f"{incoming.method} is not answered here; use {listed}."
    raise Problem("method_not_allowed", detail, headers={"Allow": listed})


def read_call(
    host: Host, incoming: Incoming
) -> tuple[str, dict[str, Any], Mapping[str, list[Any]]]:
    """Return (function, arguments, uploaded files) of a call's body."""
    files: Mapping[str, list[Any]] = {}
    if incoming.content_type == "multipart/form-data":
        text, files = host.form(incoming.native)
    else:
        text = read_body(host, incoming)
    try:
        document = decode(text, limit=host.body_limit)
    except WireError as error:
        raise of_wire_error(error) from error
    name = document.get("function") if isinstance(document, dict) else None
    given = document.get("args", {}) if isinstance(document, dict) else None
    if not isinstance(name, str) or not isinstance(given, dict):
        raise Problem("malformed", 'Expected {"function": name, "args": {…}}.')
    return name, given, files


def read_body(host: Host, incoming: Incoming) -> bytes:
    """Return the body of a request with JSON. Raises Problem (413, 415)."""
    if incoming.content_type not in ("application/json", ""):
        detail = f"Send application/json, not {incoming.content_type}."
        raise Problem("unsupported_media_type", detail)
    return host.body(incoming.native)


@reading
def read_params(
    host: Host, incoming: Incoming, context: ReadContext
) -> tuple[dict[str, Any], bool, str]:
    """Return (effective parameters, whether the request spells them canonically, canonical URL)."""
    if incoming.method != "POST":
        return parse_query(host.base_url, context.name, context.parameters, incoming.query)
    given = decode(read_body(host, incoming), limit=host.body_limit)
    if not isinstance(given, dict):
        raise Problem("malformed", "Expected a JSON object of parameters.")
    params: dict[str, Any] = effective_params(context.parameters, given)
    return params, False, canonical_url(host.base_url, context.name, params)
