"""mizan/openapi/parameters.py: what a parameter's schema says is what the server takes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from mizan.errors import MizanError
from mizan.openapi.parameters import in_body, in_query, schema_of
from mizan.protocol.coerce import coerce
from mizan.resources import schema_dir
from mizan.testing import accepted_values

TYPES = [
    {"type": row["type"]}
    for row in json.loads((schema_dir() / "v1" / "coercion.json").read_text("utf-8"))["types"]
    if row["type"] not in ("choice", "list")
]
CHOICE = {"type": "choice", "choices": ["a", 7, True]}
LIST = {"type": "list", "items": CHOICE}


def accepts(type_: dict[str, Any], value: object) -> bool:
    checks = Draft202012Validator.FORMAT_CHECKER
    return Draft202012Validator(schema_of(type_), format_checker=checks).is_valid(value)


@pytest.mark.parametrize("type_", [*TYPES, CHOICE, LIST], ids=lambda type_: type_["type"])
def test_a_canonical_value_fits_its_schema(type_: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema_of(type_))

    @given(accepted_values(type_))
    def run(value: Any) -> None:
        assert accepts(type_, coerce(value, type_))

    run()


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ({"type": "boolean"}, "maybe"),
        ({"type": "integer"}, 2**53),
        ({"type": "integer"}, 1.5),
        ({"type": "number"}, "x"),
        ({"type": "string"}, 5),
        ({"type": "uuid"}, "0" * 32),
        ({"type": "date"}, "2024-2-3"),
        ({"type": "datetime"}, "2024-02-03 04:05:06Z"),
        ({"type": "decimal"}, "1e5"),
        (CHOICE, "b"),
        (LIST, ["a", "b"]),
        (LIST, "a"),
    ],
)
def test_what_the_server_refuses_its_schema_refuses(type_: dict[str, Any], value: object) -> None:
    assert not accepts(type_, value)
    with pytest.raises(MizanError):
        coerce(value, type_)


def test_a_parameter_of_the_query() -> None:
    required = {"name": "n", "type": {"type": "boolean"}, "required": True}
    assert in_query(required) == {
        "name": "n",
        "in": "query",
        "required": True,
        "schema": {"type": "boolean"},
    }
    optional = {"name": "n", "type": {"type": "boolean"}, "required": False, "default": False}
    assert in_query(optional)["schema"] == {"type": "boolean", "default": False}
    nothing = {**optional, "nullable": True, "default": None}
    assert in_query(nothing)["schema"] == {"type": "boolean"}


def test_a_list_of_the_query_is_json() -> None:
    listed = in_query({"name": "n", "type": LIST, "required": False, "default": []})
    assert "schema" not in listed
    schema = {"type": "array", "items": {"enum": ["a", 7, True]}, "default": []}
    assert listed["content"] == {"application/json": {"schema": schema}}


def test_the_body_of_a_long_read() -> None:
    name = {"name": "name", "type": {"type": "string"}, "required": True}
    flag = {"name": "flag", "type": {"type": "boolean"}, "required": False, "nullable": True}
    assert in_body([flag, name]) == {
        "type": "object",
        "properties": {
            "flag": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
            "name": {"type": "string"},
        },
        "required": ["name"],
        "additionalProperties": False,
    }
    assert in_body([]) == {"type": "object", "properties": {}, "additionalProperties": False}
