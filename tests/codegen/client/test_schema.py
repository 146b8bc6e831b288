"""JSON Schema to types, a construct at a time (codegen/mizan_codegen/client/schema.py)."""

from typing import Any

import pytest

from mizan_codegen.client.names import Names
from mizan_codegen.client.schema import Types
from mizan_codegen.schemas import CodegenError

DEFINITIONS = {
    "Colour": {"enum": ["red", "green"], "description": "A colour."},
    "Node": {
        "type": "object",
        "properties": {"next": {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]}},
    },
}
INTEGER, TEXT = {"type": "integer"}, {"type": "string"}


def declared(schema: Any, **more: Any) -> str:
    """Return what is declared for a schema called T."""
    made = Types(DEFINITIONS, Names(["Absent"]))
    made.declare("T", schema, "/t", **more)
    return made.text().lstrip("\n")


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({}, "unknown"),
        ({"title": "Anything"}, "unknown"),
        ({"type": "string", "format": "date-time"}, "string"),
        ({"type": "integer"}, "number"),
        ({"type": ["number", "null"]}, "number | null"),
        ({"anyOf": [INTEGER, {"type": "null"}, TEXT]}, "number | string | null"),
        ({"anyOf": [INTEGER, {}]}, "unknown"),
        ({"const": "a"}, '"a"'),
        ({"const": None}, "null"),
        ({"const": [1, "a"]}, '[1, "a"]'),
        ({"enum": ["a", 1, True, None]}, '"a" | 1 | true | null'),
        ({"type": "array"}, "unknown[]"),
        ({"items": {"enum": [1, 2]}}, "(1 | 2)[]"),
        ({"type": "array", "prefixItems": [INTEGER, TEXT], "minItems": 2, "maxItems": 2},
         "[number, string]"),
        ({"type": "array", "prefixItems": [INTEGER, TEXT], "minItems": 1, "items": False},
         "[number, string?]"),
        ({"type": "array", "prefixItems": [INTEGER], "minItems": 1}, "[number, ...unknown[]]"),
        ({"type": "object"}, "{ [key: string]: unknown }"),
        ({"type": "object", "additionalProperties": True}, "{ [key: string]: unknown }"),
        ({"type": "object", "additionalProperties": INTEGER}, "{ [key: string]: number }"),
        ({"type": "object", "properties": {}, "additionalProperties": False},
         "{ [key: string]: never }"),
        ({"type": "object", "patternProperties": {"^a": INTEGER}}, "{ [key: string]: number }"),
        ({"additionalProperties": INTEGER, "propertyNames": {"$ref": "#/$defs/Colour"}},
         "{ [Key in Colour]?: number }"),
        ({"$ref": "#/$defs/Node", "description": ""}, "Node"),
        ({"allOf": [{"$ref": "#/$defs/Node"}]}, "Node"),
        ({"type": "string", "anyOf": [{"format": "date"}, {"format": "time"}]}, "string"),
        ({"not": {}}, "unknown"),
        ({"type": "string", "format": "binary"}, "string"),
    ],
)  # fmt: skip
def test_types(schema: Any, text: str) -> None:
    assert declared(schema).rpartition("*/\n")[2] == f"export type T = {text};\n"


def test_files_of_uploads() -> None:
    file = {"type": "string", "format": "binary"}
    assert "Blob[]" in declared({"type": "array", "items": file}, files=True)
    assert declared(INTEGER) == "export type T = number;\n"


def test_objects() -> None:
    schema = {
        "description": "A pet.",
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "Its name.", "title": "Name"},
            "b-c": {"type": "integer", "default": 1, "deprecated": True},
            "born": {"type": "object", "properties": {"year": INTEGER}, "required": ["year"]},
        },
        "required": ["name", "born", "more"],
    }
    assert declared(schema) == (
        "/** A pet. */\n"
        "export interface T {\n"
        "  /** Its name. */\n"
        "  name: string;\n"
        "  /**\n   * @default 1\n   * @deprecated\n   */\n"
        '  "b-c"?: number;\n'
        "  born: TBorn;\n"
        "  more: unknown;\n"
        "}\n\n"
        "export interface TBorn {\n  year: number;\n}\n"
    )


def test_members_beyond_the_declared_ones() -> None:
    schema = {"type": "object", "properties": {"a": INTEGER}}
    assert "[key" not in declared(schema)
    assert "[key" not in declared({**schema, "additionalProperties": False})
    assert "  [key: string]: unknown;\n" in declared({**schema, "additionalProperties": True})
    # TypeScript wants an index to be as wide as the members.
    typed = declared({**schema, "additionalProperties": TEXT})
    assert "  [key: string]: string | number | undefined;\n" in typed


def test_closed_objects_without_a_tag_are_told_apart_by_their_members() -> None:
    closed = {"type": "object", "additionalProperties": False}
    text = declared(
        {
            "anyOf": [
                {**closed, "properties": {"a": INTEGER}},
                {**closed, "properties": {"b": INTEGER}},
            ]
        }
    )
    assert '(TOption & Absent<"b">) | (TOption2 & Absent<"a">)' in text
    assert text.count("export type Absent<") == 1


def test_all_of_several_is_an_intersection_of_names() -> None:
    text = declared({"allOf": [{"$ref": "#/$defs/Node"}, {"properties": {"a": INTEGER}}]})
    assert text.startswith("export type T = Node & TPart;\n")


def test_long_types_of_members_get_a_name() -> None:
    many = {"enum": [f"the {number}th enumerator" for number in range(9)]}
    text = declared({"type": "object", "properties": {"a": many}, "required": ["a"]})
    assert "  a: TA;\n" in text
    assert 'export type TA =\n  | "the 0th enumerator"\n' in text


def test_definitions_are_declared_by_name() -> None:
    made = Types(DEFINITIONS, Names())
    made.define()
    assert made.text() == (
        '\n/** A colour. */\nexport type Colour = "red" | "green";\n'
        "\nexport interface Node {\n  next?: Node | null;\n}\n"
    )
    assert made.declare("Node", {"$ref": "#/$defs/Node"}, "/t") == "Node"
    assert made.declare("T", {"$ref": "#/$defs/Node"}, "/t") == "T"


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"items": {"$ref": "#/$defs/Nobody"}}, r"/t/items/\$ref: '#/\$defs/Nobody' is not there"),
        ({"$ref": "other.json"}, "refer to a member of \\$defs as #/\\$defs/NAME"),
        ({"anyOf": [5]}, "/t/anyOf/0: 5 is no JSON Schema"),
        ({"type": "text"}, "/t/type: 'text' is no type of JSON Schema"),
        ({"properties": {"a": {"type": 5}}}, "/t/properties/a/type: 5 is no type"),
    ],
)
def test_what_is_no_schema_is_named(schema: Any, message: str) -> None:
    with pytest.raises(CodegenError, match=message):
        declared(schema)
