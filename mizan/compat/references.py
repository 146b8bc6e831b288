"""What a schema says once its references are followed.

Invariant: following ends, and a reference that leads nowhere stays what it is: a keyword that is
compared by its text.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from mizan.compat.forms import check_schema

Schema = Mapping[str, Any] | bool

# What holds no document to anything.
_NOTES = {
    *("$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default"),
    *("examples", "deprecated", "readOnly", "writeOnly", "contentEncoding", "contentMediaType"),
    "discriminator",
}
_BESIDE = "the keywords beside a reference"


class Side(NamedTuple):
    """A schema, and the file by whose name its references are read."""

    file: str
    schema: Schema


def follow(side: Side, files: Mapping[str, Any]) -> Side:
    """Return what references lead to, without notes; True for what holds nothing to anything.

    Raises SchemaError where a reference leads to what is no schema.
    """
    passed = set()
    while (name := name_of(side)) and name not in passed:
        passed.add(name)
        file, pointer = name
        target = resolve(files.get(file), pointer)
        if target is None:
            break
        check_schema(target, f"{file}#{pointer}")
        side = Side(file, _beside(side.schema, target))
    if isinstance(side.schema, bool):
        return side
    bare = {key: value for key, value in side.schema.items() if not _is_note(key)}
    return Side(side.file, bare or True)


def name_of(side: Side) -> tuple[str, str] | None:
    """Return the file and pointer that a reference leads to, None for what is no reference."""
    if isinstance(side.schema, bool) or "$ref" not in side.schema:
        return None
    file, _, pointer = side.schema["$ref"].partition("#")
    return file or side.file, pointer


def identity(side: Side) -> tuple[str, str]:
    """Return what tells a schema from others: where a mere reference leads, or file and text."""
    name = name_of(side)
    if name and not _own_keywords(side.schema):
        return name
    return side.file, text_of(side.schema)


def _own_keywords(schema: Any) -> dict[str, Any]:
    """Return the keywords beside a reference that hold documents to something."""
    return {key: value for key, value in schema.items() if key != "$ref" and not _is_note(key)}


def _beside(schema: Schema, target: Schema) -> Schema:
    """Return what a reference and the keywords beside it say together."""
    rest = _own_keywords(schema)
    if not rest or target is False:
        return target
    base = target if isinstance(target, Mapping) else {}
    # Two values of one keyword cannot be joined: they are compared as a keyword of its own.
    return {**base, _BESIDE: rest} if base.keys() & rest.keys() else {**base, **rest}


def resolve(document: Any, pointer: str) -> Any:
    """Return the schema at a pointer, None if there is none."""
    for token in pointer.split("/")[1:]:
        name = token.replace("~1", "/").replace("~0", "~")
        document = document.get(name) if isinstance(document, dict) else None
    return document if isinstance(document, (bool, dict)) else None


def text_of(value: Any) -> str:
    """Return what two values share only if they are equal."""
    return json.dumps(value, sort_keys=True)


def _is_note(keyword: str) -> bool:
    return keyword in _NOTES or keyword.startswith("x-")
