"""What is right for one request, by SPEC.md and the client schema alone.

Invariant: nothing is claimed that depends on the server's data: statuses are those that any server
with this schema may answer with.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from mizan.errors import MizanError, WireError
from mizan.protocol.decode import decode
from mizan.protocol.targets import is_name
from mizan.protocol.url import effective_params, parse_query
from mizan_conformance.http.stage import Request

from .server import Server
from .values import is_invalid, is_valid, referred

Statuses = frozenset[int]

FORM: Final[Statuses] = frozenset({400, 405, 413, 414, 415, 422})
"""A request is refused for its form with one of these."""

# May be said of any request, before it is looked at: who asks, how often, and no state to answer.
_BEFORE: Final[Statuses] = frozenset({401, 403, 429, 503})
_LONG_TARGET: Final = 2000  # characters: servers of HTTP have limits of their own
_LONG_BODY: Final = 32_768  # bytes: a server's own limit may be less than annex A's


class Right(NamedTuple):
    """What may be answered. `only`: these statuses, None for any; `never`: none of these.

    `why` says it in words, `requirement` whose rule it is. `error` is the (pointer, code) that a
    422 has to give, `args` what its pointers point into. `url`: the canonical URL of a read,
    `canonical`: whether the request has it. `name`: the function or context. `is_endpoint`: whether
    the path is one of the protocol's; of others, nothing is asked but that they do not fail.
    """

    why: str
    requirement: str
    only: Statuses | None = None
    never: Statuses = frozenset()
    error: tuple[str, str] | None = None
    args: Any = None
    url: str | None = None
    canonical: bool = False
    name: str | None = None
    is_endpoint: bool = True

    @property
    def is_refused(self) -> bool:
        """Whether every right answer is a refusal, before anything ran."""
        return self.only is not None and 200 not in self.only


_ANY: Final = Right("nothing is known of it", "MZ-ERR-003")


def right_of(server: Server, request: Request) -> Right:
    """Return what may be answered to a request."""
    path, _, query = request.target.partition("?")
    base = server.app.base_url
    if len(request.target) > _LONG_TARGET or len(request.body or b"") > _LONG_BODY:
        return _ANY._replace(name=_context_of(server, path))
    if path == f"{base}call/":
        return _of_call(server, request) if request.method == "POST" else _method()
    context = _context_of(server, path)
    if context is None:
        return _elsewhere(base, path)
    if request.method in ("GET", "HEAD"):
        return _of_query(server, context, query)
    if request.method == "POST":
        return _of_params(server, context, request)
    return _method()._replace(name=context)


def _context_of(server: Server, path: str) -> str | None:
    name = path.removeprefix(f"{server.app.base_url}ctx/").removesuffix("/")
    whole = path == f"{server.app.base_url}ctx/{name}/"
    return name if whole and name in server.schema["contexts"] else None


def _elsewhere(base: str, path: str) -> Right:
    """No context of the schema: unknown ones are 404, other paths the site's own."""
    if path == f"{base}events/":
        return _ANY
    name = path.removeprefix(f"{base}ctx/").removesuffix("/")
    if path == f"{base}ctx/{name}/" and is_name(name):
        return Right("there is no such context", "MZ-ERR-003", frozenset({404, 405}) | _BEFORE)
    return _ANY._replace(is_endpoint=False)


def _method() -> Right:
    return Right("another method is 405", "MZ-ERR-003", frozenset({405}) | _BEFORE)


def _refused(status: int, why: str, requirement: str, **more: Any) -> Right:
    return Right(why, requirement, frozenset({status}) | _BEFORE, **more)


def _of_error(error: WireError, requirement: str, args: Any = None) -> Right:
    """A request that a decoder refuses; its code has a status (annex B)."""
    place = (error.pointer or "", error.code) if error.status == 422 else None
    why = f"it is refused with {error.code}: {error.message}"
    return _refused(error.status, why, requirement, error=place, args=args)


def _of_query(server: Server, context: str, query: str) -> Right:
    parameters = server.schema["contexts"][context]["parameters"]
    try:
        parsed = parse_query(server.app.base_url, context, parameters, query)
    except WireError as error:
        return _of_error(error, "MZ-URL-004")._replace(name=context)
    found = _of_read(server, context, parsed.params)
    return found._replace(url=parsed.url, canonical=parsed.canonical)


def _of_params(server: Server, context: str, request: Request) -> Right:
    body = _document(request)
    if isinstance(body, Right):
        return body._replace(name=context)
    if not isinstance(body, dict):
        return _refused(400, "parameters are an object", "MZ-URL-003", name=context)
    try:
        params = effective_params(server.schema["contexts"][context]["parameters"], body)
    except WireError as error:
        return _of_error(error, "MZ-URL-001", body)._replace(name=context)
    return _of_read(server, context, params)


def _of_read(server: Server, context: str, params: Mapping[str, Any]) -> Right:
    """A read whose parameters are right; its functions may take less."""
    functions = server.schema["contexts"][context]["functions"]
    whole, fits = server.schema, True
    for name in functions:
        schema = whole["functions"][name]["input"]
        known = referred(schema, whole).get("properties", {})
        given = {each: value for each, value in params.items() if each in known}
        if is_invalid(given, schema, whole):
            why = f"its function {name} does not take these parameters"
            return Right(why, "MZ-ERR-003", never=frozenset({200, 304}), name=context)
        fits = fits and is_valid(given, schema, whole) and not server.is_lenient(name)
    never = FORM if fits else FORM - {422}
    return Right("its form is right", "MZ-URL-001", never=never, name=context)


def _document(request: Request) -> Any:
    """Return the JSON value of a body, or what is right for one that is none."""
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind not in ("application/json", ""):
        return Right("its media type is not JSON", "MZ-ERR-003", frozenset({400, 415}) | _BEFORE)
    try:
        return decode(request.body or b"")
    except WireError as error:
        return _of_error(error, "MZ-DEC-001")
    except MizanError:
        return _ANY


def _of_call(server: Server, request: Request) -> Right:
    document = _document(request)
    if isinstance(document, Right):
        return document
    members = document if isinstance(document, dict) else {}
    name, args = members.get("function"), members.get("args", {})
    if not isinstance(name, str) or not isinstance(args, dict):
        why = 'a call is {"function": name, "args": {…}}'
        return Right(why, "MZ-ERR-003", frozenset({400, 422}) | _BEFORE)
    function = server.schema["functions"].get(name)
    if function is None:
        return _refused(404, f"there is no function {name[:80]!r}", "MZ-ERR-003")
    if function.get("upload"):
        return _ANY._replace(name=name)
    return _of_args(server, name, function, args)


def _of_args(server: Server, name: str, function: Mapping[str, Any], args: Any) -> Right:
    if is_invalid(args, function["input"], server.schema):
        why = f"{name} does not take these arguments by its schema"
        return _refused(422, why, "MZ-ERR-001", args=args, name=name)
    is_right = is_valid(args, function["input"], server.schema) and not server.is_lenient(name)
    never = FORM if is_right else FORM - {422}
    why = f"{name} takes these arguments by its schema"
    return Right(why, "MZ-CLI-001", never=never, args=args, name=name)
