"""Parameters of contexts as OpenAPI describes them: in the query, and in the body of a long read.

Invariant: what a parameter's schema accepts has a form that the server accepts (SPEC.md, sections
5.3 and 6): the patterns are those of `schema/v1/coercion.json`. Ranges, such as days of a month,
are not in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from mizan.resources import schema_dir

Schema = dict[str, Any]
# type -> (JSON type, format); only those of text have patterns: others are JSON values.
_TYPES: Final[dict[str, tuple[str, str]]] = {
    "boolean": ("boolean", ""),
    "integer": ("integer", ""),
    "number": ("number", ""),
    "string": ("string", ""),
    "uuid": ("string", "uuid"),
    "date": ("string", "date"),
    "datetime": ("string", "date-time"),
    "decimal": ("string", ""),
}


def schema_of(type_: Mapping[str, Any]) -> Schema:
    """Return the JSON Schema of a ParameterType (`common.schema.json`)."""
    name = type_["type"]
    if name == "choice":
        return {"enum": list(type_["choices"])}
    if name == "list":
        return {"type": "array", "items": schema_of(type_["items"])}
    json_type, format_ = _TYPES[name]
    row = _rows()[name]
    schema: Schema = {"type": json_type}
    if format_:
        schema["format"] = format_
    if json_type == "string" and "pattern" in row:
        schema["pattern"] = f"^{row['pattern']}$"
    if json_type == "integer":
        schema |= {"minimum": row["minimum"], "maximum": row["maximum"]}
    return schema


def in_query(parameter: Mapping[str, Any]) -> Schema:
    """Return the OpenAPI parameter of a context's parameter. A list is JSON text in the query."""
    schema = _with_default(parameter, schema_of(parameter["type"]))
    described = {"name": parameter["name"], "in": "query", "required": parameter["required"]}
    if parameter["type"]["type"] == "list":
        return described | {"content": {"application/json": {"schema": schema}}}
    return described | {"schema": schema}


def in_body(parameters: list[Mapping[str, Any]]) -> Schema:
    """Return the schema of the object by which a read that is too long for a URL is asked for."""
    schema: Schema = {
        "type": "object",
        "properties": {each["name"]: _in_body(each) for each in parameters},
        "additionalProperties": False,
    }
    required = [each["name"] for each in parameters if each["required"]]
    return schema | ({"required": required} if required else {})


def _in_body(parameter: Mapping[str, Any]) -> Schema:
    schema = schema_of(parameter["type"])
    if parameter.get("nullable"):
        schema = {"anyOf": [schema, {"type": "null"}]}
    return _with_default(parameter, schema)


def _with_default(parameter: Mapping[str, Any], schema: Schema) -> Schema:
    default = parameter.get("default")
    return schema if default is None else {**schema, "default": default}


@cache
def _rows() -> dict[str, Schema]:
    table = json.loads((schema_dir() / "v1" / "coercion.json").read_text("utf-8"))
    return {row["type"]: row for row in table["types"]}
