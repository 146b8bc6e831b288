"""What a schema says of objects and of itself (codegen/mizan_codegen/client/objects.py)."""

from typing import Any

from mizan_codegen.client.objects import absent, exactly, follow, implied, is_plain, keys, remarks


def record(*names: str, closed: bool = True, **tags: Any) -> dict[str, Any]:
    properties = {**{name: {"type": "integer"} for name in names}, **tags}
    more = {"additionalProperties": False} if closed else {}
    return {"type": "object", "properties": properties, "required": list(properties), **more}


def test_plain_objects() -> None:
    assert is_plain(record("a"))
    assert is_plain({"required": ["a"]})
    assert not is_plain({"type": "object"})
    assert not is_plain({**record("a"), "allOf": [{}]})
    assert not is_plain({**record("a"), "type": ["object", "null"]})


def test_implied_types() -> None:
    assert implied({"properties": {}}, ["properties"], ["items"]) == "object"
    assert implied({"items": {}}, ["properties"], ["items"]) == "array"
    assert implied({"description": "Any."}, ["properties"], ["items"]) is None


def test_references_are_followed_but_not_in_circles() -> None:
    definitions = {"A": {"$ref": "#/$defs/B"}, "B": {"type": "null"}, "C": {"$ref": "#/$defs/C"}}
    assert follow({"$ref": "#/$defs/A"}, definitions) == {"type": "null"}
    assert follow({"$ref": "#/$defs/C"}, definitions) == {}
    assert follow({"$ref": "#/$defs/D"}, definitions) == {}
    assert follow(True, definitions) == {}


def test_closed_objects_of_a_union_lack_what_the_others_have() -> None:
    open_ = record("c", closed=False)
    assert absent([record("a"), record("a", "b"), open_, {"type": "null"}], {}) == [
        *(["b", "c"], ["c"], [], []),
    ]
    assert absent([record("a"), {"type": "null"}], {}) == [[], []]


def test_a_tag_tells_objects_apart() -> None:
    cat, dog = record("a", kind={"const": "cat"}), record("b", kind={"enum": ["dog", "wolf"]})
    assert absent([cat, dog], {}) == [[], []]
    assert absent([cat, {**dog, "required": ["b"]}], {}) == [["b"], ["a"]]
    assert absent([cat, record("b", kind={"const": "cat"})], {}) == [["b"], ["a"]]
    assert absent([cat, record("b", kind=True)], {}) == [["b"], ["a"]]


def test_names_of_members() -> None:
    assert keys({"enum": ["a"]}, {}) == {"enum": ["a"]}
    assert keys({"$ref": "#/$defs/A"}, {"A": {"const": "a"}}) == {"$ref": "#/$defs/A"}
    assert keys({"type": "string"}, {}) is None
    assert keys(None, {}) is None
    assert keys({"enum": ["a", 1]}, {}) is None


def test_schemas_of_one_value() -> None:
    assert exactly([1])["prefixItems"] == [{"const": 1}]
    assert exactly({"a": 1})["required"] == ["a"]


def test_remarks() -> None:
    assert remarks({}) == ("", [])
    said = {"description": "D.", "default": 1, "format": "date", "deprecated": True}
    assert remarks(said) == ("D.", ["@format date", "@default 1", "@deprecated"])
    assert remarks({"deprecated": "Use b."}) == ("", ["@deprecated Use b."])
    assert remarks({"default": ["a long default"] * 9}) == ("", [])
