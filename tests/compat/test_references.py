"""What a schema says once its references are followed (mizan/compat/references.py)."""

from typing import Any

import pytest

from mizan.compat.forms import SchemaError
from mizan.compat.references import Side, follow, identity, name_of, resolve

FILES: dict[str, Any] = {
    "a": {
        "$defs": {
            "Text": {"type": "string", "title": "Text"},
            "Again": {"$ref": "#/$defs/Text", "description": "The same."},
            "Short": {"$ref": "#/$defs/Text", "maxLength": 3},
            "Both": {"$ref": "#/$defs/Text", "type": "null"},
            "Loop": {"$ref": "#/$defs/Loop"},
            "a/b~c": True,
            "Never": False,
            "Wrong": {"type": 5},
        }
    },
    "b": {"$ref": "a#/$defs/Text"},
}


@pytest.mark.parametrize(
    ("schema", "file", "found"),
    [
        (True, "b", True),
        ({"title": "Nothing", "x-note": 1}, "b", True),
        ({"$ref": "#/$defs/Text"}, "a", {"type": "string"}),
        ({"$ref": "#/$defs/Again"}, "a", {"type": "string"}),
        ({"$ref": "#/$defs/Short"}, "a", {"type": "string", "maxLength": 3}),
        ({"$ref": "#/$defs/a~1b~0c"}, "a", True),
        ({"$ref": "#/$defs/a~1b~0c", "maxLength": 3}, "a", {"maxLength": 3}),
        ({"$ref": "#/$defs/Never", "maxLength": 3}, "a", False),
        (
            {"$ref": "#/$defs/Both"},
            "a",
            {"type": "string", "the keywords beside a reference": {"type": "null"}},
        ),
    ],
)
def test_a_reference_is_followed_to_what_it_says(schema: Any, file: str, found: Any) -> None:
    assert follow(Side(file, schema), FILES).schema == found


def test_a_reference_leads_into_another_file() -> None:
    assert follow(Side("", {"$ref": "b"}), FILES) == Side("a", {"type": "string"})


@pytest.mark.parametrize(
    "reference", ["elsewhere", "#/$defs/Loop", "#/$defs/None", "#/$defs/Text/type", "#/$defs/x/y"]
)
def test_a_reference_that_leads_nowhere_stays(reference: str) -> None:
    schema = {"$ref": reference, "maxLength": 5}
    assert follow(Side("a", schema), FILES).schema["$ref"]  # type: ignore[index]


def test_a_reference_to_what_is_no_schema_is_refused() -> None:
    with pytest.raises(SchemaError, match=r"^a#/\$defs/Wrong/type: expected"):
        follow(Side("a", {"$ref": "#/$defs/Wrong"}), FILES)


def test_a_mere_reference_is_told_by_where_it_leads() -> None:
    here, there = Side("a", {"$ref": "#/$defs/Text"}), Side("b", {"$ref": "a#/$defs/Text"})
    assert name_of(here) == name_of(there) == identity(here) == ("a", "/$defs/Text")
    assert identity(there) == identity(Side("b", {**there.schema, "title": "T"}))  # type: ignore[dict-item]
    assert identity(Side("a", {"$ref": "#/$defs/Text", "maxLength": 3})) != identity(here)
    assert name_of(Side("a", True)) is None is name_of(Side("a", {}))
    assert identity(Side("a", {"b": 1, "a": 2})) == identity(Side("a", {"a": 2, "b": 1}))


def test_a_pointer_leads_only_to_schemas() -> None:
    assert resolve(FILES["a"], "") is FILES["a"]
    assert resolve(FILES["a"], "/$defs/Text/title") is None
    assert resolve(None, "/x") is None
