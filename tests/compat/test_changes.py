"""What counts as breaking between two schemas (mizan/compat/changes.py; SPEC.md, MZ-DOC-003)."""

import copy
from typing import Any

import pytest

from mizan.compat import Change, SchemaError, compare_client_schemas, compare_schemas

BASE: dict[str, Any] = {
    "type": "object",
    "required": ["id"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "integer", "minimum": 1},
        "name": {"$ref": "#/$defs/Name"},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 8}, "maxItems": 3},
        "kind": {"enum": ["a", "b"]},
        "mark": {"const": "x"},
        "ratio": {"type": "number"},
        "value": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        "open": {"type": "object", "additionalProperties": {"type": "string"}},
        "any": True,
    },
    "$defs": {
        "Name": {"type": "string", "pattern": "^[a-z]+$"},
        "Tree": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Tree"}}},
    },
}


def changed(path: str, value: object) -> dict[str, Any]:
    """Return BASE with the member at the dotted path set to value, or dropped for `...`."""
    schema: Any = copy.deepcopy(BASE)
    *parents, last = path.split(".")
    place = schema
    for name in parents:
        place = place[name]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return schema


BREAKING = [
    ("required", ["id", "name"], "/name", "the member became required."),
    ("properties.kind", ..., "/kind", "the member was removed."),
    ("properties.id.minimum", 2, "/id", "minimum was tightened to 2."),
    ("properties.id.maximum", 9, "/id", "maximum was tightened to 9."),
    ("properties.id.type", "string", "/id", "integer is no longer accepted."),
    ("properties.ratio.type", "integer", "/ratio", "number is no longer accepted."),
    ("properties.kind.enum", ["a"], "/kind", 'the value "b" is no longer accepted.'),
    ("properties.mark.const", "y", "/mark", 'the value "x" is no longer accepted.'),
    ("$defs.Name.pattern", "^[a-y]+$", "/$defs/Name", "the pattern changed to ^[a-y]+$."),
    ("$defs.Tree", ..., "/$defs/Tree", "the definition was removed."),
    ("$defs.Name.enum", ["q"], "/$defs/Name", "only listed values are accepted now."),
    ("properties.tags.items.maxLength", 7, "/tags/items", "maxLength was tightened to 7."),
    ("properties.any", False, "/any", "nothing is accepted any more."),
    ("properties.any", {"type": "string"}, "/any", "everything was accepted"),
    (
        "properties.value.anyOf",
        [{"type": "string"}],
        "/value/anyOf/1",
        "no alternative accepts this any more.",
    ),
    (
        "properties.value",
        {"type": "string"},
        "/value/anyOf/1",
        "no alternative accepts this any more.",
    ),
    (
        "properties.open.additionalProperties",
        False,
        "/open",
        "members that are not listed are no longer accepted.",
    ),
    (
        "properties.open.additionalProperties.type",
        "integer",
        "/open/additionalProperties",
        "string is no longer accepted.",
    ),
]


@pytest.mark.parametrize(("path", "value", "pointer", "message"), BREAKING)
def test_a_narrower_schema_breaks(path: str, value: object, pointer: str, message: str) -> None:
    changes = compare_schemas({"f": BASE}, {"f": changed(path, value)})
    assert [change.pointer for change in changes] == [pointer]
    assert changes[0].message.startswith(message)


COMPATIBLE = [
    ("properties.extra", {"type": "string"}),
    ("required", []),
    ("properties.id.minimum", 0),
    ("properties.id.type", "number"),
    ("properties.kind.enum", ["a", "b", "c"]),
    ("properties.kind", {"type": "string"}),
    ("properties.mark", {"enum": ["x", "y"]}),
    ("properties.tags.maxItems", ...),
    ("properties.value.anyOf", [{"type": "string"}, {"type": "number"}, {"type": "null"}]),
    ("properties.id", {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
    ("additionalProperties", True),
    ("properties.name", {}),
    ("title", "Another title"),
]


@pytest.mark.parametrize(("path", "value"), COMPATIBLE)
def test_a_wider_schema_does_not_break(path: str, value: object) -> None:
    assert compare_schemas({"f": BASE}, {"f": changed(path, value)}) == []


def test_a_schema_is_compatible_with_itself_even_when_it_recurs() -> None:
    tree = {"$ref": "#/$defs/Tree", "$defs": BASE["$defs"]}
    assert compare_schemas({"f": tree}, {"f": tree}) == []


def test_references_lead_into_other_files() -> None:
    old = {"a": {"$ref": "b#/$defs/X"}, "b": {"$defs": {"X": {"type": ["string", "null"]}}}}
    new = {"a": {"$ref": "b#/$defs/X"}, "b": {"$defs": {"X": {"type": "string"}}}}
    assert [str(change) for change in compare_schemas(old, new)] == [
        "b#/$defs/X: null is no longer accepted."
    ]


def test_a_removed_schema_breaks() -> None:
    assert compare_schemas({"f": BASE}, {}) == [Change("f", "", "the schema was removed.")]


def test_only_the_named_files_are_compared_by_themselves() -> None:
    old = {"": {"$ref": "b#/$defs/X"}, "b": {"$defs": {"X": {"type": "string"}, "Y": {}}}}
    new = {"": {"$ref": "b#/$defs/X"}, "b": {"$defs": {"X": {"type": "null"}}}}
    assert [str(change) for change in compare_schemas(old, new, only=[""])] == [
        "#: string is no longer accepted."
    ]


@pytest.mark.parametrize("side", [0, 1])
def test_what_is_no_schema_is_refused(side: int) -> None:
    pair: list[dict[str, Any]] = [{"f": BASE}, {"f": BASE}]
    pair[side] = {"f": changed("properties.id.type", 5)}
    with pytest.raises(SchemaError, match=r"^f#/properties/id/type: expected the name of a type"):
        compare_schemas(pair[0], pair[1])


CLIENT: dict[str, Any] = {
    "mizan": "1.0",
    "functions": {
        "save": {
            "kind": "call",
            "methods": ["POST"],
            "input": {
                "type": "object",
                "required": ["id"],
                "properties": {"id": {"type": "integer"}},
            },
            "output": {
                "type": "object",
                "required": ["id"],
                "properties": {"id": {"type": "integer"}, "kind": {"enum": ["a"]}},
            },
        },
        "ping": {"kind": "call", "methods": ["GET", "POST"], "input": {}, "output": True},
    },
    "contexts": {
        "user": {
            "functions": ["user_profile"],
            "parameters": [
                {"name": "user_id", "type": {"type": "integer"}, "required": True},
                {
                    "name": "page",
                    "type": {"type": "integer"},
                    "required": False,
                    "nullable": True,
                    "default": None,
                },
                {
                    "name": "sort",
                    "type": {"type": "list", "items": {"type": "choice", "choices": ["a", "b"]}},
                    "required": False,
                },
            ],
        },
        "news": {"functions": ["latest"], "parameters": []},
    },
}


def edited(*path: str | int, value: object) -> dict[str, Any]:
    schema: Any = copy.deepcopy(CLIENT)
    place = schema
    for name in path[:-1]:
        place = place[name]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return schema


@pytest.mark.parametrize(
    ("new", "pointer", "message"),
    [
        (
            edited("functions", "save", value=...),
            "/functions/save",
            "the function was removed.",
        ),
        (
            edited("functions", "save", "input", "required", value=["id", "x"]),
            "/functions/save/input/x",
            "the member became required.",
        ),
        (
            edited("functions", "save", "output", "required", value=[]),
            "/functions/save/output/id",
            "the member may now be absent.",
        ),
        (
            edited("functions", "save", "output", "properties", "id", "type", value="number"),
            "/functions/save/output/id",
            "number may now come out.",
        ),
        (
            edited("functions", "save", "output", "properties", "kind", "enum", value=["a", "b"]),
            "/functions/save/output/kind",
            'the value "b" may now come out.',
        ),
        (
            edited("functions", "ping", "methods", value=["GET"]),
            "/functions/ping/methods",
            "POST is no longer answered.",
        ),
        (
            edited("functions", "ping", "input", value={"type": "object", "format": "x"}),
            "/functions/ping/input",
            "everything was accepted, and now not everything is.",
        ),
        (
            edited("functions", "save", "output", value=True),
            "/functions/save/output",
            "less is promised.",
        ),
        (
            edited("functions", "save", "output", "properties", "kind", "enum", value=...),
            "/functions/save/output/kind",
            "less is promised.",
        ),
        (
            edited(
                *("functions", "save", "output", "properties", "kind"), value={"type": "string"}
            ),
            "/functions/save/output/kind",
            "values outside the list may now come out.",
        ),
        (
            edited(
                *("functions", "save", "output", "properties", "id"),
                value={"anyOf": [{"type": "integer"}, {"type": "null"}]},
            ),
            "/functions/save/output/id/anyOf/1",
            "an alternative was added.",
        ),
        (
            edited(*("contexts", "user", "parameters", 2, "type", "items", "choices"), value=["a"]),
            "/contexts/user/parameters/sort",
            "the type of the parameter changed.",
        ),
        (
            edited("contexts", "news", value=...),
            "/contexts/news",
            "the context was removed.",
        ),
        (
            edited("contexts", "user", "functions", value=[]),
            "/contexts/user/functions",
            "user_profile is no longer part of the context.",
        ),
        (
            edited("contexts", "user", "parameters", 1, value=...),
            "/contexts/user/parameters/page",
            "the parameter was removed.",
        ),
        (
            edited("contexts", "user", "parameters", 0, "type", value={"type": "string"}),
            "/contexts/user/parameters/user_id",
            "the type of the parameter changed.",
        ),
        (
            edited("contexts", "user", "parameters", 1, "nullable", value=False),
            "/contexts/user/parameters/page",
            "null is no longer accepted.",
        ),
        (
            edited("contexts", "user", "parameters", 1, "required", value=True),
            "/contexts/user/parameters/page",
            "the parameter became required.",
        ),
        (
            edited(
                "contexts",
                "news",
                "parameters",
                value=[{"name": "q", "type": {"type": "string"}, "required": True}],
            ),
            "/contexts/news/parameters/q",
            "a required parameter was added.",
        ),
    ],
)
def test_a_client_made_before_breaks(new: dict[str, Any], pointer: str, message: str) -> None:
    assert [(c.pointer, c.message) for c in compare_client_schemas(CLIENT, new)] == [
        (pointer, message)
    ]


@pytest.mark.parametrize(
    "new",
    [
        CLIENT,
        edited("functions", "more", value=CLIENT["functions"]["ping"]),
        edited("functions", "ping", "methods", value=["GET", "POST", "PUT"]),
        edited("functions", "save", "description", value="It saves."),
        edited(
            *("contexts", "user", "parameters", 2, "type", "items", "choices"),
            value=["c", "b", "a"],
        ),
        edited("contexts", "user", "parameters", 0, "required", value=False),
        edited("functions", "save", "output", "properties", "x", value={"type": "string"}),
        edited("functions", "save", "input", "properties", "x", value={"type": "string"}),
        edited("contexts", "more", value={"functions": [], "parameters": []}),
        edited(
            "contexts",
            "news",
            "parameters",
            value=[{"name": "q", "type": {"type": "string"}, "required": False, "default": ""}],
        ),
    ],
)
def test_a_client_made_before_still_works(new: dict[str, Any]) -> None:
    assert compare_client_schemas(CLIENT, new) == []


def test_a_definition_may_widen_where_it_is_taken_and_narrow_where_it_is_given() -> None:
    old = edited("$defs", value={"Id": {"type": "integer", "minimum": 1}})
    for which in ("input", "output"):
        members = old["functions"]["save"][which]["properties"]
        members["id"] = {"$ref": "#/$defs/Id"}
    wider, narrower = copy.deepcopy(old), copy.deepcopy(old)
    wider["$defs"]["Id"]["minimum"] = 0
    narrower["$defs"]["Id"]["minimum"] = 2
    assert [str(change) for change in compare_client_schemas(old, wider)] == [
        "#/functions/save/output/id: minimum was loosened from 1."
    ]
    assert [str(change) for change in compare_client_schemas(old, narrower)] == [
        "#/functions/save/input/id: minimum was tightened to 2."
    ]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (edited("functions", "save", "input", value=[]), r"^#/functions/save/input: expected"),
        (edited("functions", "save", "output", value=5), r"^#/functions/save/output: expected"),
        (edited("$defs", value={"A/b": {"enum": []}}), r"^#/\$defs/A~1b/enum: expected a list"),
    ],
)
def test_a_client_schema_with_no_schema_in_it_is_refused(
    document: dict[str, Any], message: str
) -> None:
    for pair in ((CLIENT, document), (document, CLIENT)):
        with pytest.raises(SchemaError, match=message):
            compare_client_schemas(*pair)
