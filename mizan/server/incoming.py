"""What a request says: its method, its body, its parameters (SPEC.md, sections 5, 6 and 16).

Invariant: nothing of a body reaches a function before its size and its JSON are checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from mizan.errors import WireError
from mizan.protocol.canonical import canonical_string
from mizan.protocol.decode import decode
from mizan.protocol.url import canonical_url, effective_params, parse_query
from mizan.server.host import Host, Incoming
from mizan.server.problems import Problem, of_wire_error, reading

if TYPE_CHECKING:
    from mizan.server.catalog import Catalog, ReadContext

# What the latest queries say is remembered: so many, each of so many characters at most.
_REMEMBERED = 4096
_LONGEST = 256


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


class Asked(NamedTuple):
    """The instance that a read asks for. `params`: effective parameters, not to be changed, and
    `strings` their canonical strings in order of name; `canonical`: the request spells them so;
    `url`: its canonical URL."""

    params: Mapping[str, Any]
    strings: tuple[tuple[str, str], ...]
    canonical: bool
    url: str

    def bound(self, found: Mapping[str, Any]) -> Asked:
        """Return it with what the server took from the request."""
        params = {**self.params, **found}
        return Asked(params, strings_of(params), self.canonical, self.url)


def strings_of(params: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return (name, canonical string) of parameters in order of name."""
    return tuple((name, canonical_string(params[name])) for name in sorted(params))


class Queries:
    """Reads query strings. What the latest ones say is remembered, since reads repeat."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._read)

    def read(self, context: ReadContext, query: str) -> Asked:
        """Return what a query asks of a context. Raises Problem (400, 422)."""
        return (self._remembered if len(query) <= _LONGEST else self._read)(context, query)

    @reading
    def _read(self, context: ReadContext, query: str) -> Asked:
        parsed = parse_query(self._base_url, context.name, context.parameters, query)
        return Asked(parsed.params, strings_of(parsed.params), parsed.canonical, parsed.url)


def read_params(catalog: Catalog, incoming: Incoming, context: ReadContext) -> Asked:
    """Return what a request asks of a context, in its query or its body. Raises Problem."""
    if incoming.method == "POST":
        return _read_params(catalog.host, incoming, context)
    return catalog.queries.read(context, incoming.query)


@reading
def _read_params(host: Host, incoming: Incoming, context: ReadContext) -> Asked:
    given = decode(read_body(host, incoming), limit=host.body_limit)
    if not isinstance(given, dict):
        raise Problem("malformed", "Expected a JSON object of parameters.")
    return asked_for(host, context, given)._replace(canonical=False)


@reading
def asked_for(host: Host, context: ReadContext, given: Mapping[str, Any]) -> Asked:
    """Return the instance of parameters, as JSON values. Raises Problem (422)."""
    params = effective_params(context.parameters, given)
    url = canonical_url(host.base_url, context.name, params)
    return Asked(params, strings_of(params), True, url)
