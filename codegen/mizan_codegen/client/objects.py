"""What a JSON Schema says of objects and of itself, without types.

Invariant: nothing is written, and references are followed only within `$defs`.
"""

import json
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

Schema = Mapping[str, Any]
DEFINITIONS = "#/$defs/"
_COMBINED = ("$ref", "anyOf", "oneOf", "allOf", "const", "enum")
_LONGEST_DEFAULT = 60


def is_plain(schema: Schema) -> bool:
    """Tell whether a schema is an object with members by name and nothing else."""
    kinds = schema.get("type", "object")
    return (
        kinds in ("object", ["object"])
        and bool(schema.get("properties") or schema.get("required"))
        and not any(keyword in schema for keyword in _COMBINED)
    )


def implied(schema: Schema, for_objects: Sequence[str], for_arrays: Sequence[str]) -> str | None:
    """Return the type that the keywords of a schema without `type` are about."""
    if any(keyword in schema for keyword in for_objects):
        return "object"
    return "array" if any(keyword in schema for keyword in for_arrays) else None


def follow(schema: Any, definitions: Schema) -> Schema:
    """Return the schema that a reference leads to, or the schema itself; {} for a circle."""
    seen: set[str] = set()
    while isinstance(schema, Mapping) and "$ref" in schema:
        name = str(schema["$ref"]).removeprefix(DEFINITIONS)
        if name in seen or name not in definitions:
            return {}
        seen.add(name)
        schema = definitions[name]
    return schema if isinstance(schema, Mapping) else {}


def absent(branches: Sequence[Any], definitions: Schema) -> list[list[str]]:
    """Return, for each branch of a union, the members of others that it must not have.

    TypeScript lets a value have the members of any branch, unless a tag tells the branches apart.
    """
    found = [follow(branch, definitions) for branch in branches]
    names = [set(each.get("properties", ())) if is_plain(each) else set() for each in found]
    every = set().union(*names)
    if sum(map(bool, names)) < 2 or _has_tag([each for each in found if is_plain(each)]):
        return [[] for _ in branches]
    return [
        sorted(every - own) if own and each.get("additionalProperties") is False else []
        for own, each in zip(names, found, strict=True)
    ]


def _has_tag(found: Sequence[Schema]) -> bool:
    """Tell whether a required member has other enumerators in each object."""
    for name in found[0].get("required", ()):
        tags = [_enumerators(each.get("properties", {}).get(name)) for each in found]
        required = all(name in each.get("required", ()) for each in found)
        if required and all(tags) and len(set(chain(*tags))) == sum(map(len, tags)):
            return True
    return False


def _enumerators(schema: Any) -> list[str]:
    if not isinstance(schema, Mapping):
        return []
    values = [schema["const"]] if "const" in schema else schema.get("enum", ())
    return [json.dumps(each, sort_keys=True) for each in values]


def keys(schema: Any, definitions: Schema) -> Schema | None:
    """Return the schema of members' names if it names each of them."""
    named = follow(schema, definitions)
    values = [named["const"]] if "const" in named else named.get("enum", ())
    return schema if values and all(isinstance(each, str) for each in values) else None


def exactly(value: Any) -> Schema:
    """Return the schema of one array or object."""
    if isinstance(value, Mapping):
        properties = {name: {"const": each} for name, each in value.items()}
        closed = {"type": "object", "properties": properties, "additionalProperties": False}
        return {**closed, "required": list(properties)}
    items = [{"const": each} for each in value]
    return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}


def remarks(schema: Schema) -> tuple[str, list[str]]:
    """Return what a schema says to people: its description, and the tags of a doc comment."""
    tags = []
    if "format" in schema:
        tags.append(f"@format {schema['format']}")
    if "default" in schema:
        default = json.dumps(schema["default"], ensure_ascii=False)
        tags += [f"@default {default}"] if len(default) <= _LONGEST_DEFAULT else []
    if schema.get("deprecated"):
        why = schema["deprecated"]
        tags.append(f"@deprecated {why}" if isinstance(why, str) else "@deprecated")
    return str(schema.get("description", "")), tags
