"""The generated models and the schemas accept the same documents, as writers and as readers.

So does what tells `mizan validate` quickly what is right, as a writer.

Documents are drawn from each schema and each of its definitions, and damaged. They are what
`decode` gives: a double that is integral and safe is an integer by then (schema/README.md).
"""

import copy
import importlib
import json
import math
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from mizan.cli.acceptance import acceptance
from mizan.resources import schema_dir
from mizan.schemas import kinds, validator

MAX = 2**53 - 1
BASE = "https://w3id.org/mizan/v1/"
SCHEMAS = {
    path.name: json.loads(path.read_text("utf-8"))
    for path in sorted((schema_dir() / "v1").glob("*.schema.json"))
}
DEFINITIONS = [(file, name) for file, schema in SCHEMAS.items() for name in schema.get("$defs", ())]

Place = tuple[str | int, ...]


def normal(value: Any) -> Any:
    """Return the value as `decode` would have read its text."""
    if isinstance(value, dict):
        return {name: normal(item) for name, item in value.items()}
    if isinstance(value, list):
        return [normal(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) <= MAX:
        return int(value)
    return value


def resolve(ref: str, file: str) -> tuple[Any, str]:
    """Return what a reference of a file leads to, and the file that it stands in."""
    name, _, pointer = ref.partition("#")
    target: Any = SCHEMAS[name or file]
    for step in filter(None, pointer.split("/")):
        target = target[step]
    return target, name or file


def places(document: Any, place: Place = ()) -> list[Place]:
    """Return the path of every value of a document."""
    children = document.items() if isinstance(document, dict) else ()
    children = enumerate(document) if isinstance(document, list) else children
    return [place, *(deep for step, child in children for deep in places(child, (*place, step)))]


def at(document: Any, place: Place) -> Any:
    """Return the value at a path."""
    for step in place:
        document = document[step]
    return document


EXAMPLES = [
    (f"{path.parts[-3]}.schema.json", json.loads(path.read_text("utf-8")))
    for path in sorted((schema_dir() / "v1" / "examples").glob("*/valid/*.json"))
]
# Every text of the examples, names of members included: much faster to draw from than a pattern.
TEXTS = sorted(
    {
        text
        for _, document in EXAMPLES
        for place in places(document)
        for text in (*place, at(document, place))
        if isinstance(text, str)
    }
)

# ---- drawing documents ----

SCALARS = st.none() | st.booleans() | st.integers(-MAX, MAX) | st.text(max_size=5)
SCALARS |= st.floats(allow_nan=False, allow_infinity=False)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


def drawn(schema: Any, file: str) -> st.SearchStrategy[Any]:
    """Return a strategy for documents that the schema accepts."""
    if "$ref" in schema:
        return _drawn_reference(schema["$ref"], file)
    if "anyOf" in schema:
        return st.one_of([drawn(branch, file) for branch in schema["anyOf"]])
    if "const" in schema:
        return st.just(schema["const"])
    if "type" not in schema:
        return ANYTHING
    return DRAWERS[schema["type"]](schema, file)


@cache
def _drawn_reference(ref: str, file: str) -> st.SearchStrategy[Any]:
    return drawn(*resolve(ref, file))


def _string(schema: Any, _: str) -> st.SearchStrategy[Any]:
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    low, high = schema.get("minLength", 0), schema.get("maxLength", 5000)
    if "pattern" not in schema:
        return st.text(min_size=low, max_size=min(high, 20))
    pattern = re.compile(schema["pattern"].removesuffix("$") + r"\Z")
    texts = [text for text in TEXTS if pattern.search(text) and low <= len(text) <= high]
    return st.sampled_from(texts) if texts else st.from_regex(pattern)


def _object(schema: Any, file: str) -> st.SearchStrategy[Any]:
    if "properties" in schema:
        members = {name: drawn(body, file) for name, body in schema["properties"].items()}
        required = {name: members.pop(name) for name in schema.get("required", ())}
        return st.fixed_dictionaries(required, optional=members)
    names = drawn(schema.get("propertyNames", {"type": "string"}), file)
    values = drawn(schema["additionalProperties"], file)
    return st.dictionaries(names, values, min_size=schema.get("minProperties", 0), max_size=2)


def _array(schema: Any, file: str) -> st.SearchStrategy[Any]:
    low = schema.get("minItems", 0)
    high = min(schema.get("maxItems", low + 2), low + 2)
    return st.lists(drawn(schema["items"], file), min_size=low, max_size=high)


DRAWERS = {
    "string": _string,
    "object": _object,
    "array": _array,
    "integer": lambda schema, _: st.integers(schema["minimum"], schema["maximum"]),
    "number": lambda _, __: st.floats(allow_nan=False, allow_infinity=False),
    "boolean": lambda _, __: st.booleans(),
    "null": lambda _, __: st.none(),
}

# ---- damaging them ----

ODD = [
    1.0, -0.0, 0.5, 1e30, 0, 1, -1, 600, MAX, -MAX, True, False, None, "", "abc", "abc\n", "\n",
    "\u0661", "A", "a" * 65, "*", "h-" + "a" * 26, "1.0", [], {}, [[]], ["a"], {"a": 1}, {"": 1},
]  # fmt: skip
NAMES = ["abc", "abc\n", "\u0661", "", "A", "$schema", "type", "context", "a" * 65]


@st.composite
def damaged(draw: st.DrawFn, documents: st.SearchStrategy[Any]) -> Any:
    """Draw a document and change it in one to three places."""
    document = draw(documents)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(places(document)))
        document = _changed(draw, copy.deepcopy(document), place)
    return document


def _changed(draw: st.DrawFn, document: Any, place: Place) -> Any:
    if not place:
        holder, step, value = [document], 0, document
    else:
        holder, step = at(document, place[:-1]), place[-1]
        value = holder[step]
    match draw(st.sampled_from(["replace", "drop", "add", "repeat", "rename"])):
        case "drop" if place:
            del holder[step]
        case "add" if isinstance(value, dict):
            value[draw(st.sampled_from(NAMES))] = draw(st.sampled_from(ODD))
        case "add" | "repeat" if isinstance(value, list):
            value.append(copy.deepcopy(value[0]) if value else draw(st.sampled_from(ODD)))
        case "rename" if place and isinstance(holder, dict):
            holder[draw(st.sampled_from(NAMES))] = holder.pop(step)
        case _:
            holder[step] = copy.deepcopy(draw(st.sampled_from(ODD)))
    return document if place else holder[0] if holder else None


# ---- judging them ----


def opened(schema: Any) -> Any:
    """Return the schema as readers see it: unknown members are let through (MZ-DOC-002)."""
    if isinstance(schema, list):
        return [opened(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: opened(item)
        for key, item in schema.items()
        if not (key == "additionalProperties" and item is False)
    }


@cache
def judges(file: str, name: str | None, reader: bool) -> tuple[Any, Any]:
    """Return two validators, of two libraries, of a schema or one of its definitions."""
    known = {each: opened(schema) if reader else schema for each, schema in SCHEMAS.items()}
    root = {"$ref": f"{BASE}{file}" + (f"#/$defs/{name}" if name else "")}
    # With `$schema` a reference would be followed by the library's class, not by this one.
    bare = [{key: each[key] for key in each if key != "$schema"} for each in known.values()]
    registry = Registry().with_resources(
        [(each["$id"], DRAFT202012.create_resource(each)) for each in bare]
    )
    cls = type(validator("call"))
    others = jsonschema_rs.Registry([(each["$id"], each) for each in known.values()])
    referee = jsonschema_rs.Draft202012Validator(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", **root}, registry=others
    )
    return cls(root, registry=registry), referee


@cache
def adapter(file: str, name: str | None) -> TypeAdapter[Any]:
    """Return the generated model of a schema or one of its definitions."""
    kind = file.removesuffix(".schema.json")
    module = "coercion_table" if kind == "coercion" else kind.replace("-", "_")
    title = "".join(word[0].upper() + word[1:] for word in SCHEMAS[file]["title"].split())
    model = getattr(importlib.import_module(f"mizan.models.{module}"), name or title)
    return TypeAdapter(model)


def accepts(file: str, name: str | None) -> Callable[[Any], bool]:
    """Return what accepts documents of a schema or one of its definitions."""
    return acceptance(f"{file}#/$defs/{name}" if name else file)


def read(model: TypeAdapter[Any], document: Any, reader: bool) -> tuple[bool, Any]:
    """Return whether the model accepts the document, and what it read."""
    try:
        read = model.validate_python(document, extra="ignore" if reader else None)
    except ValidationError:
        return False, None
    return True, read


def agree(file: str, name: str | None, document: Any) -> bool:
    """Hold model and schema to one answer, as writer and as reader; return the writer's."""
    document = normal(document)
    answers = []
    for reader in (False, True):
        judge, referee = judges(file, name, reader)
        answers.append(judge.is_valid(document))
        assert referee.is_valid(document) == answers[-1], ("referees differ", reader, document)
        accepted, model = read(adapter(file, name), document, reader)
        assert accepted == answers[-1], ("model and schema differ", reader, document)
        if not reader:
            assert accepts(file, name)(document) == accepted, ("acceptance differs", document)
        if accepted and not reader:
            dumped = adapter(file, name).dump_python(model, by_alias=True)
            assert json.dumps(dumped, sort_keys=True) == json.dumps(document, sort_keys=True)
    assert answers[1] or not answers[0]
    return answers[0]


ROOTS = [(f"{kind}.schema.json", None) for kind in kinds()]


@pytest.mark.parametrize(("file", "name"), ROOTS, ids=lambda each: each)
def test_drawn_documents(file: str, name: None) -> None:
    @given(drawn(SCHEMAS[file], file))
    def check(document: Any) -> None:
        assert agree(file, name, document)

    check()


@pytest.mark.parametrize(("file", "name"), ROOTS, ids=lambda each: each)
def test_damaged_documents(file: str, name: None) -> None:
    @given(damaged(drawn(SCHEMAS[file], file)))
    def check(document: Any) -> None:
        assume(not isinstance(document, float) or math.isfinite(document))
        agree(file, name, document)

    check()


@pytest.mark.parametrize(("file", "name"), DEFINITIONS, ids=lambda each: each)
def test_definitions(file: str, name: str) -> None:
    schema = SCHEMAS[file]["$defs"][name]
    documents = drawn(schema, file)
    if "pattern" in schema:
        documents |= st.from_regex(schema["pattern"].removesuffix("$") + r"\Z")

    @settings(max_examples=20)
    @given(st.one_of(documents, damaged(documents)))
    @example(document="abc\n")
    def check(document: Any) -> None:
        agree(file, name, document)

    check()


@pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=lambda number: EXAMPLES[number][0])
def test_each_value_of_an_example_replaced_by_each_odd_value(number: int) -> None:
    file, document = EXAMPLES[number]
    referee, model = judges(file, None, False)[1], adapter(file, None)
    for place in places(document):
        for odd in map(normal, ODD):
            changed = copy.deepcopy(document)
            if place:
                at(changed, place[:-1])[place[-1]] = odd
            else:
                changed = odd
            valid = referee.is_valid(changed)
            assert read(model, changed, False)[0] == valid, (place, odd)
            assert accepts(file, None)(changed) == valid, (place, odd)


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_odd_values_everywhere(odd: Any) -> None:
    for file, name in [*ROOTS, *DEFINITIONS]:
        agree(file, name, odd)
