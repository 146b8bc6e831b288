"""The dialect of schema/README.md, which generators and validators read alike."""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "schema" / "v1"
SCHEMAS = {path.name: json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.schema.json")}
MAX = 2**53 - 1
ANNOTATIONS = {"title", "description"}
ROOT_ONLY = {"$schema", "$id", "$comment", "$defs"}
KEYWORDS = {
    "object": {
        "properties", "required", "additionalProperties", "propertyNames", "minProperties",
    },
    "array": {"items", "minItems", "maxItems"},
    "string": {"enum", "pattern", "minLength", "maxLength"},
    "integer": {"minimum", "maximum"},
    "number": set(),
    "boolean": set(),
    "null": set(),
}  # fmt: skip
REF = re.compile(r"([a-z-]+\.schema\.json)?(#/\$defs/[A-Za-z]+)?")

Found = Iterator[str]


def faults(name: str, schemas: dict[str, Any]) -> list[str]:
    """Return where the schema of a file leaves the dialect."""
    schema = schemas[name]
    kind = name.removesuffix(".schema.json")
    found = []
    if schema.get("$id") != f"https://w3id.org/mizan/v1/{name}":
        found.append("$id: not the file's")
    if schema.get("$schema") != "https://json-schema.org/draft/2020-12/schema":
        found.append("$schema: not 2020-12")
    for key, body in schema.get("$defs", {}).items():
        where = f"#/$defs/{key}"
        if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", key):
            found.append(f"{where}: key not in camel case")
        if not body.keys() >= ANNOTATIONS:
            found.append(f"{where}: no title or description")
        found.extend(_faults(body, where, schemas, name))
    own = {key: value for key, value in schema.items() if key not in ROOT_ONLY}
    if not own.keys() >= ANNOTATIONS:
        found.append("#: no title or description")
    if kind != "common":
        found.extend(_faults(own, "#", schemas, name))
    return found


def _faults(schema: Any, where: str, schemas: dict[str, Any], name: str) -> Found:
    if not isinstance(schema, dict):
        yield f"{where}: a boolean schema"
        return
    rest = schema.keys() - ANNOTATIONS
    if "$ref" in schema:
        yield from _reference(schema, where, schemas, name)
    elif "anyOf" in schema:
        if rest != {"anyOf"}:
            yield f"{where}: siblings of anyOf"
        for number, branch in enumerate(schema["anyOf"]):
            yield from _faults(branch, f"{where}/anyOf/{number}", schemas, name)
    elif "const" in schema:
        if rest != {"const"} or not isinstance(schema["const"], str):
            yield f"{where}: const is no string, or has siblings"
    elif rest:
        yield from _typed(schema, where, schemas, name)


def _reference(schema: Any, where: str, schemas: dict[str, Any], name: str) -> Found:
    if schema.keys() - {"$ref", "description"}:
        yield f"{where}: siblings of $ref"
    match = REF.fullmatch(schema["$ref"])
    target = schemas.get((match[1] or name) if match and schema["$ref"] else "", {})
    if match and match[2]:
        target = target.get("$defs", {}).get(match[2].removeprefix("#/$defs/"))
    if not match or not target:
        yield f"{where}: $ref {schema['$ref']} leads nowhere"


def _typed(schema: Any, where: str, schemas: dict[str, Any], name: str) -> Found:
    kind = schema.get("type")
    if not isinstance(kind, str) or kind not in KEYWORDS:
        yield f"{where}: no single type"
        return
    for keyword in sorted(schema.keys() - ANNOTATIONS - {"type"} - KEYWORDS[kind]):
        yield f"{where}: {keyword} is not of the dialect for {kind}"
    if kind == "integer" and not -MAX <= schema.get("minimum", -MAX - 1) <= MAX:
        yield f"{where}: integer without a safe minimum"
    if kind == "integer" and not -MAX <= schema.get("maximum", MAX + 1) <= MAX:
        yield f"{where}: integer without a safe maximum"
    if not all(isinstance(value, str) for value in schema.get("enum", ())):
        yield f"{where}: enum holds more than strings"
    if "enum" in schema and schema.keys() - ANNOTATIONS != {"type", "enum"}:
        yield f"{where}: siblings of enum"
    yield from (f"{where}: {fault}" for fault in pattern_faults(schema.get("pattern", "^$")))
    if "items" in schema:
        yield from _faults(schema["items"], f"{where}/items", schemas, name)
    if kind == "object":
        yield from _object(schema, where, schemas, name)


def _object(schema: Any, where: str, schemas: dict[str, Any], name: str) -> Found:
    members = schema.get("properties", {})
    if ("properties" in schema) != (schema.get("additionalProperties") is False):
        yield f"{where}: neither closed with members nor an open map"
    if set(schema.get("required", ())) - members.keys():
        yield f"{where}: requires what it does not have"
    if members and schema.keys() & {"propertyNames", "minProperties"}:
        yield f"{where}: closed, and says more of its members"
    for member, body in members.items():
        if isinstance(body, dict) and not body.keys() & {"description", "$ref"}:
            yield f"{where}/properties/{member}: no description"
        yield from _faults(body, f"{where}/properties/{member}", schemas, name)
    for keyword in ("additionalProperties", "propertyNames"):
        if schema.get(keyword, False) is not False:
            yield from _faults(schema[keyword], f"{where}/{keyword}", schemas, name)


def pattern_faults(pattern: str) -> Found:
    """Yield what of a pattern not every engine reads alike."""
    if not pattern.isascii():
        yield "pattern is not ASCII"
    if not (pattern.startswith("^") and pattern.endswith("$")):
        yield "pattern is not anchored at both ends"
    inner = re.sub(r"\\[][\\.*+?^$|(){}/-]", "x", pattern[1:-1])
    if "\\" in inner:
        yield "pattern has a class or assertion with a backslash"
    inner = re.sub(r"\[[^]]+\]", "x", inner)
    if re.search(r"[\^$]", inner):
        yield "pattern has an anchor within"
    if "." in inner:
        yield "pattern has an unescaped dot"
    if "(?" in inner:
        yield "pattern has group syntax"
    if re.search(r"[*+?}][*+?]", inner):
        yield "pattern has a lazy or possessive quantifier"
    while (flat := re.sub(r"\([^()]*\)", "x", inner)) != inner:
        inner = flat
    if "|" in inner:
        yield "pattern has an alternative beside its anchors"


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_schemas_keep_to_the_dialect(name: str) -> None:
    assert faults(name, SCHEMAS) == []


def test_no_two_files_share_a_definition() -> None:
    keys = [key for schema in SCHEMAS.values() for key in schema.get("$defs", ())]
    assert len(keys) == len(set(keys))


CALL = "call.schema.json"
PLANTED = [
    (("properties", "function"), {"description": "d", "type": "string", "format": "uri"}, "format"),
    (("properties", "args"), {"description": "d", "type": ["string", "null"]}, "no single type"),
    (("properties", "args"), {"description": "d", "type": "integer"}, "safe minimum"),
    (
        ("properties", "args"),
        {"description": "d", "type": "integer", "minimum": 0, "maximum": 2**53},
        "safe maximum",
    ),
    (("properties", "args"), {"description": "d", "const": 1}, "const is no string"),
    (("properties", "args"), {"description": "d", "type": "string", "enum": [1]}, "more than"),
    (
        ("properties", "args"),
        {"description": "d", "type": "string", "enum": ["a"], "maxLength": 1},
        "siblings of enum",
    ),
    (("minProperties",), 1, "says more of its members"),
    (("properties", "args"), {"type": "string"}, "no description"),
    (("properties", "args"), True, "a boolean schema"),
    (("properties", "args"), {"$ref": "common.schema.json#/$defs/Nobody"}, "leads nowhere"),
    (("properties", "args"), {"$ref": "https://example.org/x"}, "leads nowhere"),
    (
        ("properties", "args"),
        {"$ref": "common.schema.json#/$defs/Name", "minLength": 3},
        "siblings of $ref",
    ),
    (("properties", "args"), {"description": "d", "oneOf": [{"type": "string"}]}, "no single type"),
    (("properties", "args"), {"description": "d", "not": {"type": "null"}}, "no single type"),
    (
        ("properties", "args"),
        {"description": "d", "type": "string", "anyOf": [{"type": "string"}]},
        "siblings of anyOf",
    ),
    (
        ("properties", "args"),
        {"description": "d", "type": "number", "multipleOf": 0.1},
        "multipleOf",
    ),
    *(
        (
            ("properties", "args"),
            {"description": "d", "type": "array", "items": {"type": "string"}, keyword: value},
            keyword,
        )
        for keyword, value in [
            ("uniqueItems", True),
            ("prefixItems", [{}]),
            ("contains", {}),
            ("default", []),
        ]
    ),
    (("dependentRequired",), {"args": ["function"]}, "dependentRequired"),
    (("additionalProperties",), True, "neither closed"),
    (("required",), ["nothing"], "requires what it does not have"),
    (("title",), None, "no title"),
    (("$id",), "https://example.org/call", "$id"),
    (("$schema",), "http://json-schema.org/draft-07/schema#", "$schema"),
    (("$defs",), {"lower": {"title": "t", "description": "d"}}, "camel case"),
    (("$defs",), {"Untitled": {"type": "string"}}, "no title or description"),
]


@pytest.mark.parametrize(("path", "value", "complaint"), PLANTED)
def test_a_planted_fault_is_found(path: tuple[str, ...], value: Any, complaint: str) -> None:
    schemas = copy.deepcopy(SCHEMAS)
    node = schemas[CALL]
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    if value is None:
        del node[path[-1]]
    assert complaint in "\n".join(faults(CALL, schemas))


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ("[a-z]+", "anchored"),
        ("^[a-z]+", "anchored"),
        (r"^\d+$", "backslash"),
        (r"^\w$", "backslash"),
        (r"^a\s$", "backslash"),
        (r"^a\b$", "backslash"),
        (r"^(a)\1$", "backslash"),
        ("^(?=a)a$", "group syntax"),
        ("^(?:a)$", "group syntax"),
        ("^a.b$", "dot"),
        ("^a+?$", "lazy"),
        ("^a|b$", "beside its anchors"),
        ("^a$b$", "anchor within"),
        ("^é$", "ASCII"),
    ],
)
def test_a_planted_pattern_is_found(pattern: str, complaint: str) -> None:
    assert complaint in "\n".join(pattern_faults(pattern))


@pytest.mark.parametrize("pattern", [r"^[._-]+\.(a|b)*$", r"^\[[^/~]{2}\]?$", "^$"])
def test_a_right_pattern_passes(pattern: str) -> None:
    assert list(pattern_faults(pattern)) == []
