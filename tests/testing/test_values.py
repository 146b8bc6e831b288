"""Values drawn are JSON, and those drawn for a type are coerced to it."""

import json
from typing import Any

import pytest
from hypothesis import find, given
from hypothesis import strategies as st

from mizan.protocol.canonical import canonical_json, canonical_string
from mizan.protocol.coerce import check_type, coerce
from mizan.protocol.decode import decode
from mizan.schemas import problems
from mizan.testing import accepted_values, json_values, param_values, parameter_types


@given(json_values())
def test_json_values_are_read_as_they_are_written(value: Any) -> None:
    assert canonical_json(decode(json.dumps(value))) == canonical_json(value)


@given(param_values())
def test_param_values(value: Any) -> None:
    canonical_string(value)
    assert isinstance(value, (str, int, float, list))


@given(parameter_types())
def test_types_follow_the_schema_and_are_no_fault(type_: dict[str, Any]) -> None:
    check_type(type_)
    parameter = {"name": "a", "type": type_, "required": True}
    bundle = {
        "mizan": "1.0",
        "base_url": "/",
        "contexts": [{"name": "c"}],
        "functions": [{"name": "f", "context": "c", "parameters": [parameter]}],
    }
    assert problems("declarations", bundle) == []


@given(st.data())
def test_accepted_values_are_accepted_again_and_again(data: st.DataObject) -> None:
    type_ = data.draw(parameter_types())
    value = coerce(data.draw(accepted_values(type_)), type_)
    assert value is not None
    assert coerce(value, type_) == value
    assert coerce(canonical_string(value), type_) == value


@pytest.mark.parametrize("name", ["boolean", "integer", "number", "string", "uuid", "date"])
@pytest.mark.parametrize("lists", [False, True])
def test_every_plain_type_is_drawn(name: str, lists: bool) -> None:
    assert find(parameter_types(lists=lists), lambda type_: type_["type"] == name)


@pytest.mark.parametrize("name", ["datetime", "decimal", "choice", "list"])
def test_every_type_is_drawn(name: str) -> None:
    assert find(parameter_types(), lambda type_: type_["type"] == name)["type"] == name
