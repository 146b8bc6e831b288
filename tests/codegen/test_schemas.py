"""Reading and preparing schemas (codegen/mizan_codegen/schemas.py)."""

from pathlib import Path
from typing import Any

import pytest

from mizan_codegen.schemas import (
    CodegenError,
    discriminator,
    load,
    load_coercion,
    objects,
    without_titles,
)


def branch(tag: object, **members: Any) -> dict[str, Any]:
    properties = {"type": {"const": tag}, **members}
    return {"type": "object", "properties": properties, "required": ["type"]}


def test_schemas_are_read_by_kind(tmp_path: Path) -> None:
    (tmp_path / "b-c.schema.json").write_text('{"title": "B"}')
    (tmp_path / "a.schema.json").write_text('{"title": "A"}')
    (tmp_path / "coercion.json").write_text('{"types": [{"type": "date"}]}')
    assert list(load(tmp_path).items()) == [("a", {"title": "A"}), ("b-c", {"title": "B"})]
    assert load_coercion(tmp_path) == [{"type": "date"}]


def test_what_is_missing_or_no_json_is_named(tmp_path: Path) -> None:
    with pytest.raises(CodegenError, match="run this in a checkout"):
        load(tmp_path)
    with pytest.raises(CodegenError, match=r"coercion\.json cannot be read"):
        load_coercion(tmp_path)
    (tmp_path / "a.schema.json").write_text("{")
    with pytest.raises(CodegenError, match=r"a\.schema\.json cannot be read"):
        load(tmp_path)


def test_objects_come_outermost_first() -> None:
    assert list(objects([{"a": {"b": [1, {"c": 2}]}}])) == [
        {"a": {"b": [1, {"c": 2}]}},
        {"b": [1, {"c": 2}]},
        {"c": 2},
    ]


def test_only_definitions_lose_their_titles() -> None:
    inner = {"title": "T", "properties": {"title": {"type": "string"}}}
    schema = {"title": "Root", "$defs": {"D": inner}}
    assert without_titles(schema) == {
        "title": "Root",
        "$defs": {"D": {"properties": {"title": {"type": "string"}}}},
    }
    assert without_titles({"title": "Root"}) == {"title": "Root"}


@pytest.mark.parametrize(
    ("branches", "member"),
    [
        ([{"$ref": "#/$defs/A"}, {"$ref": "b.schema.json#/$defs/B"}], "type"),
        ([{"$ref": "#/$defs/A"}, {"$ref": "b.schema.json"}], None),
        ([{"$ref": "#/$defs/A"}, {"type": "null"}], None),
        ([{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/Optional"}], None),
        ([], None),
    ],
)
def test_the_member_that_tells_branches_apart(branches: list[Any], member: str | None) -> None:
    schemas = {
        "a": {"$defs": {"A": branch("a", mizan={"const": "1"}), "Optional": branch("o")}},
        "b": {"type": "object", "properties": {}, "$defs": {"B": branch("b")}},
    }
    schemas["a"]["$defs"]["Optional"]["required"] = []
    assert discriminator({"anyOf": branches}, schemas, "a") == member
