"""What a client sends to read a context or to call a function, right or wrong (SPEC.md, 2 and 6.2).

Invariant: a right request is spelled canonically; a wrong one is sent too, so that a test sees how
the server refuses it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from pydantic_core import to_jsonable_python

from mizan.errors import WireError
from mizan.protocol import header, url
from mizan.protocol.canonical import canonical_json, canonical_string
from mizan.protocol.targets import Instance, Target, target_from_json
from mizan.server.arguments import wire_value
from mizan.server.context import Context
from mizan.server.declare import ClientFunction
from mizan.server.registry import registry

_JSON = "application/json"
Declared = type[Context] | ClientFunction[..., Any] | str


def name_of(declared: Declared) -> str:
    """Return the name on the wire of a context, a function, or a name itself."""
    return declared if isinstance(declared, str) else declared.name


def read_request(context: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of Django's `generic` that read a context."""
    wire = {name: wire_value(value) for name, value in params.items()}
    request = _built(context, wire) or _spelled(context, wire)
    sent: dict[str, Any] = {"method": request.method, "path": request.url}
    if request.body is not None:
        sent |= {"data": canonical_json(request.body), "content_type": _JSON}
    return sent


def instance_of(context: str, params: Mapping[str, Any]) -> Instance:
    """Return the instance that a read shows. Raises WireError for wrong parameters."""
    wire = {name: wire_value(value) for name, value in params.items()}
    parameters = registry.catalog.contexts[context].parameters
    return Instance(context, tuple(url.effective_params(parameters, wire).items()))


def call_request(function: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of Django's `generic` that call a function.

    An argument that can be read, or a list of such ones, is sent as a file.
    """
    files = {name: value for name, value in args.items() if _is_file(value)}
    plain = {name: value for name, value in args.items() if name not in files}
    text = json.dumps({"function": function, "args": to_jsonable_python(plain)})
    sent = {"method": "POST", "path": f"{registry.catalog.host.base_url}call/"}
    if not files:
        return {**sent, "data": text, "content_type": _JSON}
    data = encode_multipart(BOUNDARY, {"call": text, **files})
    return {**sent, "data": data, "content_type": MULTIPART_CONTENT}


def stale(affected: Declared, /, **params: Any) -> Target:
    """Return a target, for `assert_invalidates`: `stale(UserContext, user_id=5)`.

    Raises DeclarationError for what is not declared.
    """
    catalog = registry.catalog
    if isinstance(affected, ClientFunction):
        return catalog.function_target(affected.name, params)
    return catalog.context_target(name_of(affected), params)


def targets_of(given: Any) -> tuple[Target, ...]:
    """Return the targets that a test names: a Target, a context, a function, a JSON object, or text
    as in the header (`user;user_id=5, notifications`)."""
    if isinstance(given, Target):
        return (given,)
    if isinstance(given, str):
        return header.parse(given)
    return (target_from_json(given) if isinstance(given, Mapping) else stale(given),)


def _built(context: str, wire: Mapping[str, Any]) -> url.ContextRequest | None:
    """Return the canonical request, None where there is none."""
    catalog = registry.catalog
    if context not in catalog.contexts:
        return None
    try:
        parameters = catalog.contexts[context].parameters
        return url.build(catalog.host.base_url, context, parameters, wire)
    except WireError:
        return None


def _spelled(context: str, wire: Mapping[str, Any]) -> url.ContextRequest:
    """Return a request for what is not right, as it stands; None is left out."""
    pairs = [
        f"{url.percent_encode(name)}={url.percent_encode(canonical_string(value))}"
        for name, value in sorted(wire.items())
        if value is not None
    ]
    path = f"{registry.catalog.host.base_url}ctx/{url.percent_encode(context)}/"
    return url.ContextRequest("GET", "?".join([path, *filter(None, ["&".join(pairs)])]))


def _is_file(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return bool(value) and all(map(_is_file, value))
    return hasattr(value, "read")
