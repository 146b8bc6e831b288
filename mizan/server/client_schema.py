"""The client schema: what generated clients are made from (SPEC.md, section 12.3).

Invariant: nothing of a private function or a view is in it, and the same declarations give the same
bytes.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, get_type_hints

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode
from typing_extensions import TypedDict

from mizan.protocol.canonical import canonical_json

if TYPE_CHECKING:
    from mizan.server.catalog import Function, ReadContext

_Key = tuple[str, str]


def client_schema(
    base_url: str, functions: Iterable[Function], contexts: Iterable[ReadContext]
) -> dict[str, Any]:
    """Return the client schema of public functions that return data, and of their contexts."""
    public = [each for each in functions if each.is_public]
    schemas, definitions = _json_schemas(public)
    document: dict[str, Any] = {
        "mizan": "1.0",
        "base_url": base_url,
        "functions": {each.name: _function(each, schemas) for each in public},
        "contexts": {each.name: _context(each) for each in contexts if each.is_public},
    }
    return document | ({"$defs": definitions} if definitions else {})


def digest(document: Mapping[str, Any]) -> str:
    """Return the digest of a client schema: hex SHA-256 of its canonical text (MZ-CLI-002)."""
    return hashlib.sha256(canonical_json(document).encode()).hexdigest()


def context_digest(document: Mapping[str, Any], name: str) -> str:
    """Return the digest of one context's part of a client schema, with all it refers to."""
    context = document["contexts"].get(name, {})
    functions = {each: document["functions"][each] for each in context.get("functions", ())}
    used: dict[str, Any] = {}
    _collect(functions, document.get("$defs", {}), used)
    return digest({"context": context, "functions": functions, "$defs": used})


def _collect(place: object, definitions: Mapping[str, Any], used: dict[str, Any]) -> None:
    """Gather the definitions that a schema refers to, and those that these refer to."""
    if isinstance(place, Mapping):
        name = str(place.get("$ref", "")).removeprefix("#/$defs/")
        if name in definitions and name not in used:
            used[name] = definitions[name]
            _collect(definitions[name], definitions, used)
        for each in place.values():
            _collect(each, definitions, used)
    elif isinstance(place, list):
        for each in place:
            _collect(each, definitions, used)


def _json_schemas(functions: Iterable[Function]) -> tuple[dict[_Key, Any], dict[str, Any]]:
    """Return (schema by (function, part), shared definitions) of all functions at once, so that two
    models of one name get two definitions."""
    wanted: list[tuple[_Key, JsonSchemaMode, TypeAdapter[Any]]] = []
    for each in functions:
        wanted.append(((each.name, "input"), "validation", each.arguments.adapter))
        wanted.append(((each.name, "output"), "serialization", each.result.adapter))
        for error in each.options.errors:
            fields = get_type_hints(error)
            own = {name: hint for name, hint in fields.items() if name not in ("code", "status")}
            if own:
                shape = TypeAdapter(TypedDict(error.__name__, own))  # type: ignore[operator] # made at run time
                wanted.append(((each.name, error.code), "serialization", shape))
    found, shared = TypeAdapter.json_schemas(wanted)
    return {key: schema for (key, _), schema in found.items()}, shared.get("$defs", {})


def _function(function: Function, schemas: Mapping[_Key, Any]) -> dict[str, Any]:
    options = function.options
    members = {
        "kind": function.kind,
        "context": function.context,
        "affects": function.affects,
        "methods": list(function.methods),
        "input": schemas[function.name, "input"],
        "output": schemas[function.name, "output"],
        "errors": {each.code: _error(function, each, schemas) for each in options.errors},
        "description": inspect.getdoc(function.fn),
        "deprecated": options.deprecated,
        "upload": bool(function.arguments.uploads),
    }
    return {name: value for name, value in members.items() if value}


def _error(function: Function, error: Any, schemas: Mapping[_Key, Any]) -> dict[str, Any]:
    members = {
        "status": error.status,
        "schema": schemas.get((function.name, error.code)),
        "description": inspect.cleandoc(error.__doc__) if error.__doc__ else None,
    }
    return {name: value for name, value in members.items() if value}


def _context(context: ReadContext) -> dict[str, Any]:
    members = {
        "parameters": list(context.parameters),
        "functions": [each.name for each in context.functions if each.is_public],
        "description": context.description,
    }
    return {name: value for name, value in members.items() if value or name == "parameters"}
