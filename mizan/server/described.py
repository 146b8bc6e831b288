"""JSON Schemas of all arguments and results of a server at once.

pydantic describes the arguments of every function anew, and then compares each description with all
others of its name. Here a member that many functions have (`item_id: int`) is described once, and
what pydantic would make of the functions' arguments is put together of members.

Invariant: what comes out is, to the byte, what pydantic's generator makes of the whole, but for the
numbers by which it tells apart types that share module and name (classes made in a function).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

DEFINITIONS = "#/$defs/"
Wanted = tuple[str, JsonSchemaMode, CoreSchema]
"""A key, and whether the schema of what comes in (validation) or of what goes out is wanted."""


class Described(NamedTuple):
    """Schemas by key, and the definitions that they refer to by name.

    `refused` says whether a part of a type has no JSON Schema, which pydantic leaves out where
    something else is left.
    """

    schemas: dict[str, Any]
    definitions: dict[str, Any]
    refused: bool


class _Generator(GenerateJsonSchema):
    """As pydantic's, but what the server returns has the members with defaults, too."""

    refused = False

    def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> JsonSchemaValue:
        """Refuse a type, and note so."""
        self.refused = True
        return super().handle_invalid_for_json_schema(schema, error_info)

    def field_is_required(self, field: Any, total: bool) -> bool:
        """Tell whether a member is always there."""
        if self.mode == "serialization" and field["type"] != "typed-dict-field":
            return field.get("serialization_exclude_if") is None
        return super().field_is_required(field, total)


def described(inputs: Iterable[Wanted], others: Iterable[Wanted]) -> Described:
    """Return the schemas of all. `inputs` are arguments of functions. Raises what pydantic raises
    for what it cannot describe."""
    inputs, others = [*inputs], [*others]
    sets: dict[str, Any] = {key: schema for key, _, schema in inputs if _is_set(schema)}
    titles = {schema["cls"].__name__ for schema in sets.values()}
    whole = [each for each in (*inputs, *others) if each[0] not in sets]
    generator, members = _Generator(), _members(sets.values())
    schemas, definitions = _generated(generator, [*members.values(), *whole])
    # Of two types of one name pydantic calls neither so; it has to see them together.
    if len(titles) < len(sets) or not titles.isdisjoint(_words(generator.core_to_defs_refs)):
        return _together([*inputs, *others])
    parts = {
        key: generator.sort(schemas.pop(each[0])["properties"], "properties")
        for key, each in members.items()
    }
    for key, schema in sets.items():
        title = schema["cls"].__name__
        definitions[title] = _set(title, schema["fields"], parts)
        schemas[key] = {"$ref": DEFINITIONS + title}
    return Described(schemas, dict(sorted(definitions.items())), generator.refused)


def _together(wanted: Sequence[Wanted]) -> Described:
    generator = _Generator()
    schemas, definitions = _generated(generator, wanted)
    return Described(schemas, definitions, generator.refused)


def _generated(
    generator: _Generator, wanted: Sequence[Wanted]
) -> tuple[dict[str, Any], dict[str, Any]]:
    found, definitions = generator.generate_definitions(wanted)
    schemas = {key: each for (key, _), each in found.items()}
    return schemas, {str(name): each for name, each in definitions.items()}


def _is_set(schema: Any) -> bool:
    """Whether the core schema of arguments stands by itself, without definitions beside it."""
    return bool(schema["type"] == "typed-dict")


_Key = tuple[str, int]


def _members(sets: Iterable[Any]) -> dict[_Key, Wanted]:
    """Return each member of sets once, in a set of its own, by its name and what is said of it."""
    members: dict[_Key, Wanted] = {}
    for name, field in (each for schema in sets for each in schema["fields"].items()):
        if (name, id(field)) not in members:
            alone = core_schema.typed_dict_schema({name: field})
            members[name, id(field)] = f"member {len(members)}", "validation", alone
    return members


def _set(title: str, fields: Mapping[str, Any], parts: Mapping[_Key, Any]) -> dict[str, Any]:
    """Return the JSON Schema of arguments."""
    shown = [name for name, field in fields.items() if name in parts[name, id(field)]]
    required = [name for name in shown if fields[name].get("required", True)]
    return {
        "additionalProperties": False,
        "properties": {name: parts[name, id(fields[name])][name] for name in shown},
        **({"required": required} if required else {}),
        "title": title,
        "type": "object",
    }


def _words(refs: Iterable[tuple[str, str]]) -> set[str]:
    """Return the words in the names that pydantic gave to types."""
    return {word for name, _ in refs for word in re.findall(r"\w+", name)}
