"""Where a schema accepts less than another (mizan/compat/narrowing.py)."""

import copy
import json
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator
from referencing import Registry, Resource

from mizan.compat import compare_schemas
from mizan.compat.narrowing import Comparison
from mizan.compat.references import Side
from mizan.resources import schema_dir

V1 = {
    path.name: json.loads(path.read_text("utf-8"))
    for path in sorted((schema_dir() / "v1").glob("*.schema.json"))
}
EXAMPLES = [
    (f"{path.parts[-3]}.schema.json", json.loads(path.read_text("utf-8")))
    for path in sorted((schema_dir() / "v1" / "examples").glob("*/valid/*.json"))
]


def places(old: Any, new: Any, *, reads: bool = True) -> list[str]:
    """Return where a schema accepts less than another."""
    comparison = Comparison({"": old}, {"": new}, reads=reads)
    return [place for place, _ in comparison.narrowed(Side("", old), Side("", new), "")]


# ---- what a change of the project's own schemas breaks ----


def nodes(schema: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the path of every object within a schema."""
    children = schema.items() if isinstance(schema, dict) else enumerate(schema)
    deep = [
        found
        for key, child in children
        if isinstance(child, (dict, list))
        for found in nodes(child, (*path, key))
    ]
    return [path, *deep] if isinstance(schema, dict) else deep


# Not the tables of schemas by name.
NODES = [
    (file, path)
    for file, schema in V1.items()
    for path in nodes(schema)
    if not path or path[-1] not in ("properties", "$defs")
]
EDITS: list[dict[str, Any]] = [
    *({"type": name} for name in ("object", "string", "integer", "array", "null")),
    {"required": ["context", "later"]},
    {"required": ["function"]},
    {"enum": ["user"]},
    {"const": "news"},
    {"pattern": "^[a-m]+$"},
    {"maxLength": 3},
    {"minLength": 4},
    {"minimum": 1},
    {"maximum": 5},
    {"maxItems": 1},
    {"minItems": 2},
    {"minProperties": 2},
    {"additionalProperties": False},
    {"additionalProperties": {"type": "string"}},
    {"propertyNames": {"maxLength": 4}},
    {"items": {"type": "string"}},
    {"items": False},
    {"properties": {}},
    {"anyOf": [{"type": "string"}]},
    {"allOf": [{"maxProperties": 1}]},
    {"not": {"type": "object"}},
    {"uniqueItems": True, "dependentRequired": {"context": ["function"]}},
]


def validators(schemas: dict[str, Any]) -> dict[str, Validator]:
    registry = Registry().with_resources(
        [(each["$id"], Resource.from_contents(each)) for each in schemas.values()]
    )
    return {file: Draft202012Validator(each, registry=registry) for file, each in schemas.items()}


@settings(max_examples=60)
@given(st.sampled_from(NODES), st.sampled_from(EDITS))
def test_an_edit_that_an_example_does_not_survive_is_named(
    node: tuple[str, tuple[str | int, ...]], edit: dict[str, Any]
) -> None:
    file, path = node
    new = copy.deepcopy(V1)
    place = new[file]
    for step in path:
        place = place[step]
    place.update(edit)
    judges = validators(new)
    if not all(judges[kind].is_valid(document) for kind, document in EXAMPLES):
        changes = compare_schemas(V1, new)
        assert changes
        assert file in {change.file for change in changes}


def test_the_schemas_are_compatible_with_themselves() -> None:
    assert compare_schemas(V1, copy.deepcopy(V1)) == []


# ---- drawn schemas, and drawn documents as witnesses ----

VALUES = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "a", "bb", 0.5])
DOCUMENTS = st.recursive(
    VALUES,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
    ),
    max_leaves=4,
)
TYPES = ["null", "boolean", "integer", "number", "string", "array", "object"]
PLAIN = st.one_of(
    st.booleans(),
    st.just({}),
    st.builds(lambda name: {"type": name}, st.sampled_from(TYPES)),
    st.builds(lambda names: {"type": names}, st.lists(st.sampled_from(TYPES), min_size=1)),
    st.builds(lambda values: {"enum": values}, st.lists(DOCUMENTS, min_size=1, max_size=3)),
    st.builds(lambda value: {"const": value}, DOCUMENTS),
    st.builds(
        lambda low, high: {"type": "integer", "minimum": low, "maximum": high},
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    st.builds(
        lambda n, key: {key: n}, st.integers(0, 2), st.sampled_from(["minLength", "maxItems"])
    ),
    st.builds(lambda text: {"pattern": text}, st.sampled_from(["^a*$", "^b*$"])),
    st.sampled_from([{"not": {"type": "string"}}, {"multipleOf": 2}, {"$ref": "#/$defs/T"}]),
)


def larger(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    members = st.fixed_dictionaries({"a": inner, "b": inner})
    required = st.lists(st.sampled_from("ab"), unique=True)
    return st.one_of(
        st.builds(lambda item: {"type": "array", "items": item}, inner),
        st.builds(lambda names: {"propertyNames": names}, inner),
        # Closed, since members that are added are no change.
        st.builds(
            lambda each, names: {
                "properties": each,
                "required": names,
                "additionalProperties": False,
            },
            members,
            required,
        ),
        st.builds(lambda each: {"type": "object", "additionalProperties": each}, inner),
        st.builds(
            lambda each, name: {
                "type": "object",
                "properties": {name: each},
                "required": [name],
                "additionalProperties": False,
            },
            inner,
            st.sampled_from("ab"),
        ),
        st.builds(
            lambda union, each: {union: each},
            st.sampled_from(["anyOf", "allOf"]),
            st.lists(inner, min_size=1, max_size=2),
        ),
        st.builds(
            lambda each, low: {"anyOf": each, "minimum": low, "title": "T"},
            st.lists(inner, min_size=1, max_size=2),
            st.integers(0, 2),
        ),
    )


SCHEMAS = st.recursive(PLAIN, larger, max_leaves=5)


def rooted(schema: Any, tree: Any) -> Any:
    return {"$ref": "#/$defs/S", "$defs": {"S": schema, "T": tree}}


@settings(max_examples=400)
@given(SCHEMAS, SCHEMAS, SCHEMAS, SCHEMAS, st.lists(DOCUMENTS, min_size=1, max_size=8))
def test_no_place_is_found_only_if_no_document_is_lost(
    old: Any, old_tree: Any, new: Any, new_tree: Any, documents: list[Any]
) -> None:
    assume(old_tree != {"$ref": "#/$defs/T"} != new_tree)
    before, after = rooted(old, old_tree), rooted(new, new_tree)
    if places(before, after):
        return
    for document in documents:
        try:
            was = Draft202012Validator(before).is_valid(document)
            now = Draft202012Validator(after).is_valid(document)
        except RecursionError:
            continue  # a schema that refers to itself without end
        assert now or not was, document


@given(SCHEMAS, SCHEMAS)
def test_a_schema_accepts_all_that_it_accepts(schema: Any, tree: Any) -> None:
    assert places(rooted(schema, tree), rooted(schema, tree)) == []


# ---- single rules ----


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string", "format": "uuid"}, {"type": "string"}),
        ({"type": "string"}, {"type": "string", "x-widget": "area", "default": 5}),
        ({"type": ["string", "null"]}, {"anyOf": [{"type": "null"}, {"type": "string"}]}),
        ({"enum": ["a", 1]}, {"oneOf": [{"const": 1}, {"type": "string"}]}),
        (
            {"anyOf": [{"type": ["null", "string"]}]},
            {"anyOf": [{"type": "null"}, {"type": "string"}]},
        ),
        ({"anyOf": [{"enum": ["a", "b"]}]}, {"type": "string"}),
        (
            {"type": "integer"},
            {"type": "integer", "minLength": 5, "pattern": "^a$", "items": False},
        ),
        ({"minLength": 0}, {"minItems": 0, "minProperties": 0}),
        ({"allOf": [{"type": "string"}, {"maxLength": 3}]}, {"allOf": [{"maxLength": 4}]}),
        ({"type": "array", "items": False}, {"type": "array", "items": {"type": "null"}}),
        (False, {"type": "string"}),
        ({"$ref": "elsewhere.json#/$defs/X"}, {"$ref": "elsewhere.json#/$defs/X"}),
        ({"$ref": "#/$defs/X"}, {"$ref": "#/$defs/X"}),
        ({"$ref": "#"}, {"$ref": "#"}),
    ],
)
def test_what_accepts_as_much(old: Any, new: Any) -> None:
    assert places(old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ({"type": "string"}, {"type": "string", "format": "uuid"}, ""),
        ({"type": "string", "format": "uuid"}, {"type": "string", "format": "email"}, ""),
        ({"type": "array"}, {"type": "array", "items": {"type": "string"}}, "/items"),
        ({"type": "object"}, {"propertyNames": {"maxLength": 3}}, "/propertyNames"),
        ({"type": "object"}, {"additionalProperties": {"type": "null"}}, "/additionalProperties"),
        ({"additionalProperties": {"type": "string"}}, {"properties": {"a": False}}, "/a"),
        ({"anyOf": [{}], "minimum": 1}, {"anyOf": [{}], "minimum": 2}, ""),
        ({"type": "string"}, {"anyOf": [{"type": "string"}], "maxLength": 3}, ""),
        ({"type": "string"}, {"oneOf": [{"type": "null"}]}, ""),
        ({"type": "string"}, {"allOf": [{"maxLength": 3}]}, "/allOf/0"),
        ({}, {"$ref": "elsewhere.json"}, ""),
        ({"$ref": "elsewhere.json"}, {"$ref": "elsewhere.json#/$defs/X"}, ""),
        ({"$ref": "#/$defs/X"}, {"$ref": "#/$defs/Y"}, ""),
        ({"enum": [[1], {"a": 1}]}, {"enum": [[1], {"a": 2}]}, ""),
    ],
)
def test_what_accepts_less(old: Any, new: Any, place: str) -> None:
    assert places(old, new) == [place]


def test_of_what_is_given_out_members_may_be_added() -> None:
    old = {"type": "object", "properties": {"a": {}}, "additionalProperties": False}
    new = {"type": "object", "properties": {"a": {}, "b": {}}, "additionalProperties": False}
    assert places(new, old, reads=False) == []
    assert places(new, old) == ["/b"]


def test_beside_a_reference_keywords_count() -> None:
    definitions = {"$defs": {"X": {"type": "string", "maxLength": 5}}}
    old = {"items": {"$ref": "#/$defs/X"}, **definitions}
    new = {"items": {"$ref": "#/$defs/X", "minLength": 1}, **definitions}
    assert places(new, old) == []
    assert places(old, new) == ["/items"]


def test_a_failed_attempt_is_not_taken_for_right_later() -> None:
    def tree(leaf: str) -> Any:
        node = {
            "type": "object",
            "properties": {"next": {"anyOf": [{"$ref": "#/$defs/N"}, {"type": leaf}]}},
        }
        return {"anyOf": [{"$ref": "#/$defs/N"}, {"type": leaf}], "$defs": {"N": node}}

    assert places(tree("string"), tree("string")) == []
    assert places(tree("string"), tree("null")) == ["/anyOf/0", "/anyOf/1"]


def test_what_was_right_only_under_a_wrong_assumption_is_looked_at_again() -> None:
    def schema(leaf: str) -> Any:
        a = {"b": {"$ref": "#/$defs/B"}, "leaf": {"type": leaf}}
        b = {"a": {"$ref": "#/$defs/A"}}
        definitions = {
            name: {"type": "object", "properties": members, "additionalProperties": False}
            for name, members in (("A", a), ("B", b))
        }
        return {
            "anyOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/B"}],
            "$defs": definitions,
        }

    assert places(schema("string"), schema("string")) == []
    assert places(schema("string"), schema("null")) == ["/anyOf/0", "/anyOf/1"]


def test_what_fails_deep_down_is_not_tried_again_on_every_way_there() -> None:
    def schema(leaf: str) -> Any:
        definitions: dict[str, Any] = {"A40": {"type": leaf}, "B40": {"type": leaf}}
        for depth in range(40):
            branches = [{"$ref": f"#/$defs/{name}{depth + 1}"} for name in "AB"]
            for name in "AB":
                definitions[f"{name}{depth}"] = {"type": "array", "items": {"anyOf": branches}}
        return {"$ref": "#/$defs/A0", "$defs": definitions}

    assert places(schema("string"), schema("string")) == []
    assert places(schema("string"), schema("null")) == ["/items/anyOf/0", "/items/anyOf/1"]


def test_many_unions_that_refer_to_each_other_are_compared_at_once() -> None:
    names = [f"A{number}" for number in range(12)]
    branches = [{"$ref": f"#/$defs/{name}"} for name in names]

    def schema(leaf: str) -> Any:
        definitions = {
            name: {
                "type": "object",
                "required": [name],
                "properties": {name: {"anyOf": [*branches, {"type": leaf}]}},
            }
            for name in names
        }
        return {"anyOf": branches, "$defs": definitions}

    assert places(schema("string"), schema("string")) == []
    assert len(places(schema("string"), schema("null"))) == len(names)
