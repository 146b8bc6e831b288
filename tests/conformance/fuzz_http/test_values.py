"""Values for a schema, and what can be said of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mizan_conformance.fuzz_http.values import (
    HOSTILE,
    is_invalid,
    is_readable,
    is_valid,
    referred,
    right_values,
    wrong_in_one_place,
)

WHOLE: dict[str, Any] = {
    "$defs": {
        "Tree": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "minLength": 2, "maxLength": 5},
                "size": {"type": "integer", "minimum": 3, "exclusiveMaximum": 9},
                "kind": {"enum": ["a", 7]},
                "code": {"type": "string", "pattern": "^[a-c]{2}$"},
                "tags": {"type": "array", "items": {"type": "boolean"}, "minItems": 1},
                "child": {"anyOf": [{"$ref": "#/$defs/Tree"}, {"type": "null"}]},
                "more": {"type": "object", "additionalProperties": {"type": "number"}},
                "pair": {"type": "array", "prefixItems": [{"const": 1}, {"type": "null"}]},
                "both": {"allOf": [{"type": "integer"}, {"minimum": 5}]},
                "either": {"type": ["integer", "null"]},
                "any": {},
            },
            "required": ["name", "size"],
            "additionalProperties": False,
        }
    }
}
TREE = {"$ref": "#/$defs/Tree"}
TREES = right_values(TREE, WHOLE)


@settings(max_examples=60, deadline=None)
@given(TREES)
def test_what_is_drawn_fits(value: Any) -> None:
    assert not is_invalid(value, TREE, WHOLE)


@settings(max_examples=60, deadline=None)
@given(wrong_in_one_place(TREES) | HOSTILE)
def test_nothing_is_both_valid_and_invalid(value: Any) -> None:
    assert not (is_valid(value, TREE, WHOLE) and is_invalid(value, TREE, WHOLE))


@pytest.mark.parametrize(
    ("value", "schema", "verdict"),
    [
        (5, {"type": "integer"}, "valid"),
        (1e308, {"type": "integer"}, "unknown"),  # `decode` reads a double
        ("5", {"type": "integer"}, "unknown"),  # a lax reader takes it
        ("x", {"type": "integer", "minimum": 1}, "unknown"),
        (True, {"type": "string", "minLength": 9}, "unknown"),
        ([], {"type": "integer"}, "invalid"),
        (None, {"type": "string"}, "invalid"),
        (0, {"type": "integer", "minimum": 1}, "invalid"),
        ("1", {"enum": [1]}, "unknown"),
        ("b", {"enum": ["a"]}, "invalid"),
        ("x", {"type": "string", "format": "date"}, "unknown"),
        ({"a": 1}, {"type": "object", "additionalProperties": False}, "invalid"),
    ],
)
def test_what_is_claimed(value: Any, schema: Any, verdict: str) -> None:
    says = {(True, False): "valid", (False, True): "invalid", (False, False): "unknown"}
    assert says[is_valid(value, schema, {}), is_invalid(value, schema, {})] == verdict


def test_numbers_that_strict_readers_refuse_are_known() -> None:
    assert is_readable(1e21)
    assert is_readable(2**53)
    assert not is_readable(1e20)


def test_references_are_followed() -> None:
    assert referred(TREE, WHOLE)["type"] == "object"
    assert referred({"type": "null"}, WHOLE) == {"type": "null"}


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["uuid", "date", "date-time", "decimal", "time", "email", "uri"]).flatmap(
    lambda name: right_values({"type": "string", "format": name}, {})
))  # fmt: skip
def test_formats_have_texts(value: Any) -> None:
    assert isinstance(value, str)
    assert value
