"""The client schema: what generated clients are made from (SPEC.md, section 12.3).

Invariant: nothing of a private function or a view is in it, and the same declarations give the same
bytes, in whatever order they were made.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import JsonSchemaMode
from pydantic_core import CoreSchema

from mizan.protocol.canonical import canonical_json
from mizan.server.app_errors import AppError, shape_of
from mizan.server.described import DEFINITIONS, Wanted, described

if TYPE_CHECKING:
    from mizan.protocol.declarations import Effect
    from mizan.server.catalog import Function, ReadContext

_Key = tuple[str, str]
_INPUT, _OUTPUT = "-Input", "-Output"  # what pydantic adds to a name where the directions differ


class Undescribed(Exception):  # noqa: N818 (a state: something is not described)
    """A type has no JSON Schema, which may be a fault of a declaration."""


def client_schema(
    base_url: str,
    functions: Iterable[Function],
    contexts: Iterable[ReadContext],
    *,
    strict: bool = False,
) -> dict[str, Any]:
    """Return the client schema of public functions that return data, and of their contexts.

    Raises Undescribed, if `strict`, where a part of a type has no JSON Schema, though the rest has.
    """
    public = sorted((each for each in functions if each.is_public), key=lambda each: each.name)
    shown = sorted((each for each in contexts if each.functions), key=lambda each: each.name)
    bound = {each.name: each.bound.keys() for each in shown}
    schemas, definitions = _json_schemas(public, bound, strict=strict)
    document: dict[str, Any] = {
        "mizan": "1.0",
        "base_url": base_url,
        "functions": {each.name: _function(each, schemas) for each in public},
        "contexts": {each.name: _context(each) for each in shown},
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
        name = str(place.get("$ref", "")).removeprefix(DEFINITIONS)
        if name in definitions and name not in used:
            used[name] = definitions[name]
            _collect(definitions[name], definitions, used)
        for each in place.values():
            _collect(each, definitions, used)
    elif isinstance(place, list):
        for each in place:
            _collect(each, definitions, used)


def _json_schemas(
    functions: Iterable[Function], bound: Mapping[str, Iterable[str]], *, strict: bool
) -> tuple[dict[_Key, Any], dict[str, Any]]:
    """Return (schema by (function, part), shared definitions) of all functions at once, so that two
    models of one name get two definitions. What the server fills in is no input."""
    inputs: dict[_Key, Wanted] = {}
    outputs: dict[_Key, Wanted] = {}
    for each in functions:
        filled = frozenset(bound.get(each.context or "", ()))
        inputs[each.name, "input"] = _wanted(each.arguments.without(filled), "validation")
        outputs[each.name, "output"] = _wanted(each.result.schema, "serialization")
        for error in each.options.errors:
            shape = shape_of(error)
            if shape is not None:
                outputs[each.name, error.code] = _wanted(shape.schema, "serialization")
    # What several functions return is described once.
    distinct = {each[0]: each for each in outputs.values()}
    found = described(inputs.values(), distinct.values())
    if strict and found.refused:
        raise Undescribed
    names = _merged(found.definitions)
    said = _referring(found.schemas, names)
    renamed = {names.get(name, name): each for name, each in found.definitions.items()}
    schemas = {key: said[each[0]] for key, each in (inputs | outputs).items()}
    return schemas, _referring(renamed, names)


def _wanted(schema: CoreSchema, mode: JsonSchemaMode) -> Wanted:
    return f"{mode} {id(schema)}", mode, schema


def _merged(definitions: Mapping[str, Any]) -> dict[str, str]:
    """Return other names for models that are described twice, once per direction, though the two
    say the same: pydantic takes the references of a model to itself for a difference."""
    stems = {name.removesuffix(_INPUT) for name in definitions if name.endswith(_INPUT)}
    same = {stem for stem in stems if f"{stem}{_OUTPUT}" in definitions and stem not in definitions}
    while True:  # all are alike until one is seen to differ; then what refers to it differs, too
        names = {f"{stem}{end}": stem for stem in same for end in (_INPUT, _OUTPUT)}
        said = {name: canonical_json(_referring(definitions[name], names)) for name in names}
        differ = {stem for stem in same if said[f"{stem}{_INPUT}"] != said[f"{stem}{_OUTPUT}"]}
        if not differ:
            return names
        same -= differ


def _referring(place: Any, names: Mapping[str, str]) -> Any:
    """Return a schema that refers to definitions by other names."""
    if isinstance(place, Mapping):
        return {name: _referring(each, names) for name, each in place.items()}
    if isinstance(place, list):
        return [_referring(each, names) for each in place]
    if isinstance(place, str) and place.startswith(DEFINITIONS):
        name = place.removeprefix(DEFINITIONS)
        return DEFINITIONS + names.get(name, name)
    return place


def _function(function: Function, schemas: Mapping[_Key, Any]) -> dict[str, Any]:
    options = function.options
    members = {
        "context": function.context,
        "affects": [_affects(function, each) for each in function.effects],
        "errors": {each.code: _error(function, each, schemas) for each in options.errors},
        "description": inspect.getdoc(function.fn),
        "deprecated": options.deprecated,
        "upload": function.arguments.takes_files,
    }
    return {
        "kind": function.kind,
        "methods": list(function.methods),
        "input": schemas[function.name, "input"],
        "output": schemas[function.name, "output"],
    } | _said(members)


def _affects(function: Function, effect: Effect) -> dict[str, Any]:
    """Return an item of `affects` with the arguments that scope its target, so that a client need
    not know what scopes a context. What the server binds is unknown to clients."""
    arguments = {each.name for each in function.arguments.arguments}
    by = [name for name in effect.scope if name in arguments]
    declared = effect.declaration
    return {**declared, "by": by} if by or "by" in declared else dict(declared)


def _error(
    function: Function, error: type[AppError], schemas: Mapping[_Key, Any]
) -> dict[str, Any]:
    members = {
        "schema": schemas.get((function.name, error.code)),
        "description": inspect.cleandoc(error.__doc__ or ""),
    }
    return {"status": error.status} | _said(members)


def _context(context: ReadContext) -> dict[str, Any]:
    return {
        "parameters": list(context.parameters),
        "functions": [each.name for each in context.functions],
    } | _said({"description": context.description})


def _said(members: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members that say something."""
    return {name: value for name, value in members.items() if value}
