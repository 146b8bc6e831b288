"""Which documents can be compared as JSON Schemas (mizan/compat/forms.py)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan.compat.forms import SchemaError, check_schema
from mizan.compat.narrowing import Comparison
from mizan.compat.references import Side
from mizan.schemas import kinds, load

KEYWORDS = [
    *("type", "enum", "const", "pattern", "required", "properties", "$defs", "$ref", "items"),
    *("additionalProperties", "propertyNames", "anyOf", "oneOf", "allOf", "minimum", "maxLength"),
    *("not", "format", "title"),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["object", "#", "#/$defs/a"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", *KEYWORDS]), inner, max_size=3)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("kind", kinds())
def test_the_schemas_of_the_protocol_are_schemas(kind: str) -> None:
    check_schema(load(kind), "")


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (5, "#: expected a JSON Schema: an object or a boolean."),
        ({"type": "text"}, "/type: expected the name of a type, or a list of them."),
        ({"type": []}, "/type: expected the name of a type, or a list of them."),
        ({"type": ["string", 5]}, "/type: expected the name of a type, or a list of them."),
        ({"required": "a"}, "/required: expected a list of names."),
        ({"enum": []}, "/enum: expected a list that is not empty."),
        ({"$ref": 5}, "/$ref: expected a string."),
        ({"pattern": None}, "/pattern: expected a string."),
        ({"minimum": True}, "/minimum: expected a number."),
        ({"maxItems": "3"}, "/maxItems: expected a number."),
        ({"properties": []}, "/properties: expected an object."),
        ({"properties": {"a/b": 5}}, "/properties/a~1b: expected a JSON Schema"),
        ({"$defs": {"X": {"items": []}}}, "/$defs/X/items: expected a JSON Schema"),
        ({"anyOf": {}}, "/anyOf: expected a list that is not empty."),
        ({"oneOf": [True, "x"]}, "/oneOf/1: expected a JSON Schema"),
        ({"allOf": [{"additionalProperties": None}]}, "/allOf/0/additionalProperties: expected"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(schema: Any, message: str) -> None:
    with pytest.raises(SchemaError) as error:
        check_schema(schema, "#")
    assert str(error.value).startswith(message if message.startswith("#") else f"#{message}")


def test_a_place_is_told_from_where_the_schema_stands() -> None:
    with pytest.raises(SchemaError, match=r"^call\.json#/items: expected a JSON Schema"):
        check_schema({"items": 1}, "call.json#")


@given(JSON, JSON)
def test_whatever_is_accepted_can_be_compared(old: Any, new: Any) -> None:
    try:
        check_schema(old, "")
        check_schema(new, "")
        list(
            Comparison({"": old}, {"": new}, reads=True).narrowed(Side("", old), Side("", new), "")
        )
    except SchemaError as error:
        assert "expected" in str(error)  # noqa: PT017 (it may also be accepted)
