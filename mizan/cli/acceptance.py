"""Whether a document is right, told quickly: its schema compiled for the core of pydantic.

Invariant: what is accepted here has no problem by its schema (tests/models holds the two to one
answer); what is not accepted may have none either, so the schema has the last word.

The generated models would tell the same, but take four times as long to load, jsonschema three
times, and they keep what they read. What is compiled here is the dialect of schema/README.md, and
no more.
"""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from pydantic_core import CoreSchema, SchemaValidator, core_schema

from mizan.resources import schema_dir

Schema = dict[str, Any]


@cache
def acceptance(ref: str) -> Callable[[Any], bool]:
    """Return what tells whether a document is known to be right; false: nothing is known.

    `ref` is a reference to a schema as schemas have them: `call.schema.json`, `…#/$defs/Name`.
    """
    compiler = _Compiler()
    root = compiler.reference(ref, "")
    definitions = list(compiler.definitions.values())
    return SchemaValidator(core_schema.definitions_schema(root, definitions)).isinstance_python


class _Compiler:
    """Compiles schemas, and collects what they refer to."""

    def __init__(self) -> None:
        self.definitions: dict[str, CoreSchema] = {}

    def reference(self, ref: str, file: str) -> CoreSchema:
        """Return what stands for a reference that a file has."""
        name, _, pointer = ref.partition("#")
        key = f"{name or file}#{pointer}"
        if key not in self.definitions:
            self.definitions[key] = core_schema.any_schema()  # it may refer to itself
            schema = _read(name or file)
            for step in pointer.split("/")[1:]:
                schema = schema[step]
            self.definitions[key] = {**self.schema(schema, name or file), "ref": key}
        return core_schema.definition_reference_schema(key)

    def schema(self, schema: Schema, file: str) -> CoreSchema:
        """Return a schema of a file, compiled."""
        if "$ref" in schema:
            return self.reference(schema["$ref"], file)
        if "anyOf" in schema:
            branches: list[Any] = [self.schema(branch, file) for branch in schema["anyOf"]]
            return core_schema.union_schema(branches, mode="left_to_right")
        if "const" in schema:
            return core_schema.literal_schema([schema["const"]])
        if "enum" in schema:
            return core_schema.literal_schema(schema["enum"])
        if schema.get("type") == "array":
            return self._array(schema, file)
        if schema.get("type") == "object":
            return self._object(schema, file)
        return _scalar(schema)

    def _array(self, schema: Schema, file: str) -> CoreSchema:
        return core_schema.list_schema(
            self.schema(schema.get("items", {}), file),
            min_length=schema.get("minItems"),
            max_length=schema.get("maxItems"),
            strict=True,
        )

    def _object(self, schema: Schema, file: str) -> CoreSchema:
        if "properties" not in schema:
            return core_schema.dict_schema(
                self.schema(schema.get("propertyNames", {}), file),
                self.schema(schema.get("additionalProperties") or {}, file),
                min_length=schema.get("minProperties"),
                strict=True,
            )
        required = schema.get("required", ())
        fields = {
            name: core_schema.typed_dict_field(self.schema(each, file), required=name in required)
            for name, each in schema["properties"].items()
        }
        return core_schema.typed_dict_schema(fields, extra_behavior="forbid", strict=True)


def _scalar(schema: Schema) -> CoreSchema:
    kind = schema.get("type")
    if kind == "string":
        return core_schema.str_schema(
            pattern=schema.get("pattern"),
            min_length=schema.get("minLength"),
            max_length=schema.get("maxLength"),
            strict=True,
        )
    if kind == "integer":
        return core_schema.int_schema(ge=schema["minimum"], le=schema["maximum"], strict=True)
    if kind == "number":
        return core_schema.float_schema(strict=True)
    if kind == "boolean":
        return core_schema.bool_schema(strict=True)
    return core_schema.none_schema() if kind == "null" else core_schema.any_schema()


@cache
def _read(file: str) -> Schema:
    schema: Schema = json.loads((schema_dir() / "v1" / file).read_bytes())
    return schema
