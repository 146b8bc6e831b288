"""Effective parameters and the canonical URL of a context (SPEC.md, section 6.2).

Invariant: an instance has one URL; parsing it gives the parameters that it was built from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import quote, unquote_to_bytes

from mizan.errors import ParamError, UrlError, WireError, show
from mizan.pointer import step
from mizan.protocol.canonical import canonical_string
from mizan.protocol.coerce import coerce
from mizan.protocol.values import JsonValue

URL_LIMIT: Final = 4096
"""The most characters of a canonical URL, from its path on; a longer one is sent as POST."""

QUERY_LIMIT: Final = 65_536
"""The most bytes of a query string that is read."""

_is_unreserved: Final = re.compile("[A-Za-z0-9._~-]*").fullmatch
_not_visible: Final = re.compile("[^!-~]").search
_origin: Final = re.compile("https?://[^/]*")
_not_encoding: Final = re.compile("%(?![0-9A-Fa-f]{2})").search


class ContextRequest(NamedTuple):
    """How to ask for an instance: method, URL, and for a POST the parameters as its body."""

    method: str
    url: str
    body: dict[str, JsonValue] | None = None


class ParsedQuery(NamedTuple):
    """The parameters of a query by name, whether it was spelled canonically, the canonical URL."""

    params: dict[str, JsonValue]
    canonical: bool
    url: str


def percent_encode(text: str) -> str:
    """Return text in UTF-8 with every byte outside RFC 3986 *unreserved* as %XX (MZ-URL-002).

    Raises JsonError (``json.surrogate``).
    """
    return text if _is_unreserved(text) else quote(canonical_string(text), safe="")


def effective_params(
    parameters: Iterable[Mapping[str, Any]], args: Mapping[str, object]
) -> dict[str, JsonValue]:
    """Return the effective parameters of an instance by name, sorted, as canonical values.

    `parameters` are ``Parameter`` objects of the schema, `args` what is given. Raises ParamError
    (``param.unknown``, ``param.missing``), CoerceError or JsonError, each with a pointer; unknown
    names come first, then the others, each in name order (MZ-URL-001).
    """
    declared = {each["name"]: each for each in parameters}
    unknown = sorted(name for name in args if name not in declared)
    if unknown:
        known = ", ".join(sorted(declared)) or "none"
        message = f"There is no parameter {show(unknown[0])}; the context has: {known}."
        raise ParamError("param.unknown", message, pointer=step(unknown[0]))
    found: dict[str, JsonValue] = {}
    for name in sorted(declared):
        value = _effective(declared[name], args)
        if value is not None:
            found[name] = value
    return found


def _effective(parameter: Mapping[str, Any], args: Mapping[str, object]) -> JsonValue:
    name = parameter["name"]
    if name in args:
        given = args[name]
    elif parameter["required"]:
        message = f"The parameter {name} is missing; it is required."
        raise ParamError("param.missing", message, pointer=step(name))
    else:
        given = parameter.get("default")
    try:
        return coerce(given, parameter["type"], nullable=parameter.get("nullable", False))
    except WireError as error:
        pointer = step(name) + (error.pointer or "")
        raise error.__class__(error.code, error.message, pointer=pointer) from None


def canonical_url(base_url: str, context: str, params: Mapping[str, JsonValue]) -> str:
    """Return the canonical URL of effective parameters, from its path on (MZ-URL-002)."""
    query = "&".join(
        f"{name}={percent_encode(canonical_string(params[name]))}" for name in sorted(params)
    )
    return f"{base_url}ctx/{context}/{'?' if query else ''}{query}"


def build(
    base_url: str,
    context: str,
    parameters: Iterable[Mapping[str, Any]],
    args: Mapping[str, object],
) -> ContextRequest:
    """Return how to ask for an instance: GET, or POST where the URL is too long (MZ-URL-003).

    Raises as `effective_params`.
    """
    params = effective_params(parameters, args)
    url = canonical_url(base_url, context, params)
    if len(_origin.sub("", url, count=1)) > URL_LIMIT:
        return ContextRequest("POST", f"{base_url}ctx/{context}/", params)
    return ContextRequest("GET", url)


def parse_query(
    base_url: str,
    context: str,
    parameters: Sequence[Mapping[str, Any]],
    query: str | bytes,
) -> ParsedQuery:
    """Return what a raw query string (without its ``?``) asks for (MZ-URL-004).

    Raises UrlError (``url.size``, ``.character``, ``.percent``, ``.utf8``), ParamError
    (``param.repeated``), and as `effective_params`.
    """
    text = query if isinstance(query, str) else query.decode("latin-1")
    size = len(query if isinstance(query, bytes) else query.encode("utf-8", "surrogatepass"))
    if size > QUERY_LIMIT:
        message = f"The query has {size} bytes; at most {QUERY_LIMIT} are read."
        raise UrlError("url.size", message)
    params = effective_params(parameters, _pairs(text))
    url = canonical_url(base_url, context, params)
    return ParsedQuery(params, url.partition("?")[2] == text, url)


def _pairs(query: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for piece in query.split("&"):
        if not piece:
            continue
        raw_name, _, raw_value = piece.partition("=")
        name, value = _decoded(raw_name), _decoded(raw_value)
        if name in pairs:
            message = f"The parameter {show(name)} is there twice; each is given once."
            raise ParamError("param.repeated", message, pointer=step(name))
        pairs[name] = value
    return pairs


def _decoded(raw: str) -> str:
    """Return a name or value of a query, percent-decoded."""
    if _is_unreserved(raw):
        return raw
    odd = _not_visible(raw)
    if odd:
        message = f"The query has {show(odd[0])}, which is not visible ASCII; percent-encode it."
        raise UrlError("url.character", message)
    if _not_encoding(raw):
        message = f"A % stands for itself in {show(raw)}; write %25, or two hex digits behind it."
        raise UrlError("url.percent", message)
    try:
        return unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        message = f"{show(raw)} is not UTF-8 once it is decoded; percent-encode the bytes of UTF-8."
        raise UrlError("url.utf8", message) from None
