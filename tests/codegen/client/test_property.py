"""Generated types against JSON Schema's own judge, on schemas that Hypothesis draws."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mizan_codegen.client.names import Names
from mizan_codegen.client.schema import Types

DOCUMENTS, FAULTS, DEPTH = 3, 8, 3

NAMES = st.sampled_from(
    [
        *(
            "a",
            "b",
            "id",
            "b-c",
            "größe",
            'say "hi"',
            "1",
            "class",
            "名前",
            "\U0001d518",
            "",
            "it's",
        ),
        *("a\nb", "ǅ", "a_member_with_a_name_that_is_rather_long_for_a_member_of_an_object"),
    ]
)
TEXTS = st.one_of(
    st.sampled_from(["", "*/", '"', "'", "\\", "placed", "a longer enumerator, of several words"]),
    st.text(max_size=8).filter(lambda text: text.isprintable()),
)
NUMBERS = st.one_of(st.integers(-(2**53) + 1, 2**53 - 1), st.floats(-1e30, 1e30))
SCALARS = {
    "string": TEXTS,
    "integer": st.integers(-1000, 1000),
    "number": NUMBERS,
    "boolean": st.booleans(),
    "null": st.none(),
}
ANY = st.one_of(*SCALARS.values(), st.just([]), st.just({}), st.just([1, "a"]))
WRONG = {
    "string": "text", "number": 5, "boolean": True, "null": None, "array": [], "object": {},
}  # fmt: skip


def kind_of(value: Any) -> str:
    """Return the JSON type of a value; an integer is a number, as in TypeScript."""
    names = {str: "string", bool: "boolean", list: "array", dict: "object", type(None): "null"}
    return names.get(type(value), "number")


@st.composite
def scalars(draw: Any) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(SCALARS)))
    described = draw(st.one_of(st.just({}), st.fixed_dictionaries({"description": TEXTS})))
    return {"type": kind, **described}


@st.composite
def enums(draw: Any) -> dict[str, Any]:
    values = st.one_of(TEXTS, NUMBERS, st.booleans(), st.none())
    many = draw(st.lists(values, min_size=1, max_size=draw(st.sampled_from([1, 3, 12]))))
    once = list({json.dumps(each): each for each in many}.values())
    return {"const": once[0]} if len(once) == 1 else {"enum": once}


@st.composite
def records(draw: Any, children: Any, tag: str | None = None, more: Any = None) -> dict[str, Any]:
    properties = draw(st.dictionaries(NAMES, children, min_size=1, max_size=4))
    required = [name for name in properties if draw(st.booleans())]
    if tag is not None:
        properties = {"kind": {"const": tag}, **properties}
        required = ["kind", *required]
    more = draw(st.sampled_from([None, False, True])) if more is None else more
    closed = {} if more is None else {"additionalProperties": more}
    return {"type": "object", "properties": properties, "required": required, **closed}


@st.composite
def tuples(draw: Any, children: Any) -> dict[str, Any]:
    items = draw(st.lists(children, min_size=1, max_size=4))
    return {
        "type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items),
    }  # fmt: skip


@st.composite
def maps(draw: Any, children: Any) -> dict[str, Any]:
    names = draw(st.lists(NAMES, min_size=2, max_size=3, unique=True))
    value = {"type": "object", "additionalProperties": draw(children)}
    return {**value, "propertyNames": {"enum": names}} if draw(st.booleans()) else value


@st.composite
def unions(draw: Any, children: Any) -> dict[str, Any]:
    """Draw what pydantic makes of unions: with a tag, of closed objects, of several JSON types."""
    shape = draw(st.sampled_from(["tagged", "closed", "mixed", "nullable"]))
    if shape == "nullable":
        return {"anyOf": [draw(children), {"type": "null"}]}
    if shape == "tagged":
        branches = [draw(records(children, tag)) for tag in ("cat", "dog", "it's a fish")]
        return {"oneOf": branches, "discriminator": {"propertyName": "kind"}}
    if shape == "closed":
        return {"anyOf": [draw(records(children, more=False)) for _ in range(2)]}
    branches = draw(
        st.lists(
            st.one_of(
                st.sampled_from([{"type": kind} for kind in ("string", "integer", "boolean")]),
                st.builds(lambda item: {"type": "array", "items": item}, children),
            ),
            min_size=2,
            max_size=3,
            unique_by=lambda branch: branch["type"],
        )
    )
    return {"anyOf": branches}


def nested(children: Any) -> Any:
    return st.one_of(
        st.builds(lambda item: {"type": "array", "items": item}, children),
        st.builds(lambda item: {"allOf": [item], "description": "One of all."}, children),
        tuples(children),
        maps(children),
        records(children),
        unions(children),
    )


@st.composite
def schemas(draw: Any) -> dict[str, Any]:
    """Draw definitions, of which Root refers to the others, and Node to itself."""
    leaves = st.one_of(scalars(), enums(), st.just({}), st.just({"$ref": "#/$defs/Node"}))
    tree = st.recursive(leaves, nested, max_leaves=8)
    node = draw(records(tree.filter(lambda each: "$ref" not in json.dumps(each))))
    node["properties"]["kids"] = {"type": "array", "items": {"$ref": "#/$defs/Node"}}
    node["properties"]["next"] = {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]}
    return {"Node": node, "Root": draw(nested(tree))}


@st.composite
def documents(draw: Any, schema: Any, definitions: Any, depth: int = 0) -> Any:  # noqa: C901 - one branch a keyword
    """Draw a document that the schema accepts, without members of which it says nothing."""

    def inner(part: Any) -> Any:
        return draw(documents(part, definitions, depth + 1))

    if "$ref" in schema:
        return inner(definitions[schema["$ref"].split("/")[-1]])
    if "allOf" in schema:
        return inner(schema["allOf"][0])
    if "const" in schema or "enum" in schema:
        return draw(st.sampled_from(schema.get("enum", [schema.get("const")])))
    branches = schema.get("anyOf", schema.get("oneOf"))
    if branches:
        return inner(branches[-1] if depth > DEPTH else draw(st.sampled_from(branches)))
    if "type" not in schema:
        return draw(ANY)
    if "prefixItems" in schema:
        return [inner(part) for part in schema["prefixItems"]]
    if schema["type"] == "array":
        return [
            inner(schema["items"]) for _ in range(0 if depth > DEPTH else draw(st.integers(0, 2)))
        ]
    if schema["type"] != "object":
        return draw(SCALARS[schema["type"]])
    found = {
        name: inner(part)
        for name, part in schema.get("properties", {}).items()
        if name in schema.get("required", ()) or (depth <= DEPTH and draw(st.booleans()))
    }
    more = schema.get("additionalProperties")
    names = st.sampled_from(schema.get("propertyNames", {}).get("enum", ["x", "y z"]))
    if more not in (None, False) and draw(st.booleans()):
        found[draw(names)] = inner({} if more is True else more)
    return found


def faults(schema: Any, value: Any, definitions: Any) -> Iterator[Any]:  # noqa: C901 - as above
    """Yield the document with one fault of structure each."""
    if "$ref" in schema:
        yield from faults(definitions[schema["$ref"].split("/")[-1]], value, definitions)
        return
    for part in schema.get("allOf", ()):
        yield from faults(part, value, definitions)
    for part in schema.get("anyOf", schema.get("oneOf", ())):
        if judge(part, definitions).is_valid(value):
            yield from faults(part, value, definitions)
    if "enum" in schema or "const" in schema:
        yield from ("no such enumerator", 987654, [], {})
    if "type" not in schema:
        return
    yield from (wrong for kind, wrong in WRONG.items() if kind != kind_of(value))
    if schema["type"] == "array":
        parts = schema.get("prefixItems") or [schema["items"]] * len(value)
        for place, (part, item) in enumerate(zip(parts, value, strict=True)):
            for wrong in faults(part, item, definitions):
                yield [*value[:place], wrong, *value[place + 1 :]]
    if schema["type"] == "object":
        yield from object_faults(schema, value, definitions)


def object_faults(schema: Any, value: Any, definitions: Any) -> Iterator[Any]:
    more = schema.get("additionalProperties")
    for name in schema.get("required", ()):
        yield {key: each for key, each in value.items() if key != name}
    if more is False or "propertyNames" in schema:
        yield {**value, "no such member": next(iter(value.values()), 1)}
    for name, each in value.items():
        part = schema.get("properties", {}).get(name, more if isinstance(more, dict) else {})
        for wrong in faults(part, each, definitions):
            yield {**value, name: wrong}


def judge(schema: Any, definitions: Any) -> Draft202012Validator:
    return Draft202012Validator({**schema, "$defs": definitions})


@dataclass
class Case:
    """Definitions, and documents that Root accepts and refuses."""

    definitions: dict[str, Any]
    valid: list[Any]
    broken: list[Any]


@st.composite
def cases(draw: Any) -> Case:
    definitions = draw(schemas())
    root = judge(definitions["Root"], definitions)
    case = Case(definitions, [], [])
    for _ in range(DOCUMENTS):
        valid = draw(documents(definitions["Root"], definitions))
        assert root.is_valid(valid)
        case.valid.append(valid)
        found = faults(definitions["Root"], valid, definitions)
        broken = {json.dumps(each): each for each in found if not root.is_valid(each)}
        some = draw(st.lists(st.sampled_from(sorted(broken)), max_size=FAULTS)) if broken else []
        case.broken += [broken[each] for each in sorted({*some, *sorted(broken)[:2]})]
    return case


@pytest.mark.parametrize("count", [60, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.filterwarnings("ignore:Generating overly large repr")
def test_types_accept_what_is_valid_and_refuse_each_fault(
    tmp_path: Path, tsc: Callable[[], Any], prettier: Callable[[], str], count: int
) -> None:
    right: dict[tuple[str, int], str] = {}
    wrong: dict[tuple[str, int], str] = {}

    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases())
    def draw(case: Case) -> None:
        number = len(list(tmp_path.glob("types*.ts")))
        made = Types(case.definitions, Names(["Absent"]))
        made.define()
        (tmp_path / f"types{number}.ts").write_text(made.text().lstrip("\n"), "utf-8")
        lines = [f'import type {{ Root }} from "./types{number}.js";\n']
        for kind, values in ((right, case.valid), (wrong, case.broken)):
            for value in values:
                line = f"export const v{len(lines)}: Root = {json.dumps(value)};\n"
                lines.append(line)
                kind[f"use{number}.ts", len(lines)] = line
        (tmp_path / f"use{number}.ts").write_text("".join(lines), "utf-8")

    draw()
    assert len(wrong) > len(right) >= count
    found = {(file, line) for file, line, _ in tsc()}
    refused = {place: right.get(place, "a type") for place in found - wrong.keys()}
    assert not refused, "refused, though valid"
    accepted = {place: wrong[place] for place in wrong.keys() - found}
    assert not accepted, "accepted, though not valid"
    for path in tmp_path.glob("use*.ts"):
        path.unlink()
    assert prettier() == ""
