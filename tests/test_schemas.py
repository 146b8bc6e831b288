"""Documents held to the schemas (mizan/schemas.py)."""

from typing import Any

import pytest

from mizan import schemas
from mizan.errors import DocumentError
from mizan.schemas import Problem, guess_kind, kinds, load, problems, validator

PARAMETER = {"name": "id", "type": {"type": "integer"}, "required": True}


def declared(**function: Any) -> dict[str, Any]:
    functions = [{"name": "f", **function}]
    return {"mizan": "1.0", "base_url": "/", "contexts": [], "functions": functions}


def test_the_kinds_are_sorted_and_leave_the_shared_definitions_out() -> None:
    assert list(kinds()) == sorted(kinds())
    assert {"call", "manifest", "client-schema"} <= set(kinds())
    assert "common" not in kinds()


@pytest.mark.parametrize("kind", ["", "common", "calls", "../call", "call\n"])
def test_an_unknown_kind_is_refused(kind: str) -> None:
    for use in (load, validator, lambda name: problems(name, {})):
        with pytest.raises(
            DocumentError, match="is no kind of document: one of cache-key"
        ) as error:
            use(kind)
        assert error.value.code == "document.kind"


def test_a_loaded_schema_is_the_callers_own() -> None:
    load("call")["title"] = "changed"
    assert load("call")["title"] == "Call request"


def test_a_right_document_has_no_problems() -> None:
    assert problems("call", {"function": "ping", "args": {"x": None}}) == []
    assert validator("call").is_valid({"function": "ping"})


@pytest.mark.parametrize(
    ("kind", "document", "pointer", "keyword", "expected", "found"),
    [
        ("call", [], "", "type", "a value of type object", "[]"),
        ("call", {}, "", "required", 'the member "function"', "an empty object"),
        ("call", {"args": {}}, "", "required", 'the member "function"', 'only the members "args"'),
        (
            "call",
            {"function": "f", "x": 1, "b": 2},
            "",
            "additionalProperties",
            'only the members "args", "function"',
            'the members "b", "x"',
        ),
        (
            "call",
            {"function": "a\n"},
            "/function",
            "pattern",
            r"text that matches ^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$",
            r'"a\n"',
        ),
        (
            "call",
            {"function": "é" * 65},
            "/function",
            "maxLength",
            "at most 64 characters",
            '"' + "\\u00e9" * 9 + "\\u00e...",
        ),
        ("context-bundle", {}, "", "minProperties", "at least 1 members", "{}"),
        (
            "invalidation",
            [{"context": "a", "params": {"X": 1}}],
            "/0/params",
            "propertyNames",
            "a member name that is text that matches ^[a-z][a-z0-9_]*$",
            'the member "X"',
        ),
        (
            "headers",
            {"field": "A", "targets": []},
            "/field",
            "pattern",
            'what "Invalidate field" describes',
            '"A"',
        ),
        (
            "mwt",
            {"header": {"alg": "none", "typ": "mwt+jwt", "kid": "k"}, "claims": {}},
            "/header/alg",
            "enum",
            'one of "HS256", "EdDSA"',
            '"none"',
        ),
        ("declarations", declared(mizan=1), "/functions/0", "additionalProperties", None, None),
        ("declarations", declared(rev=-1), "/functions/0/rev", "minimum", None, "-1"),
        (
            "declarations",
            {**declared(), "mizan": "2"},
            "/mizan",
            "const",
            '"1.0"',
            '"2"',
        ),
    ],
)
def test_a_problem_says_where_and_what(
    kind: str, document: Any, pointer: str, keyword: str, expected: str | None, found: str | None
) -> None:
    each = next(each for each in problems(kind, document) if each.pointer == pointer)
    assert each.keyword == keyword
    assert expected in (None, each.expected)
    assert found in (None, each.found)
    assert each.message == f"expected {each.expected}, found {each.found}."


@pytest.mark.parametrize("name", ["abc\n", "\u0661", "A"])
def test_a_pattern_behind_a_reference_to_a_whole_schema_holds(name: str) -> None:
    fresh = [{"context": "a", "params": {}, "data": {name: 1}}]
    [each] = problems("result", {"result": 1, "invalidate": ["a"], "fresh": fresh})
    assert (each.pointer, each.keyword) == ("/fresh/0/data", "propertyNames")


def test_every_problem_is_listed_in_order() -> None:
    found = problems("call", {"function": 5, "args": [], "x": 1})
    assert [(each.pointer, each.keyword) for each in found] == [
        ("", "additionalProperties"),
        ("/args", "type"),
        ("/function", "type"),
    ]
    assert isinstance(found[0], Problem)


def test_a_pointer_escapes_names() -> None:
    document = {
        "mizan": "1.0",
        "base_url": "/",
        "functions": {},
        "contexts": {},
        "$defs": {"a~b/c": 1},
    }
    assert [each.pointer for each in problems("client-schema", document)] == [
        "/$defs",
        "/$defs/a~0b~1c",
    ]


@pytest.mark.parametrize(
    ("kind", "document", "pointer", "keyword"),
    [
        # The branch of the right type is meant.
        ("invalidation", ["User"], "/0", "pattern"),
        ("invalidation", [{"params": {}}], "/0", "required"),
        ("invalidation", [5], "/0", "anyOf"),
        # The branch with the right constant is meant.
        (
            "declarations",
            declared(parameters=[{**PARAMETER, "type": {"type": "choice", "choices": 1}}]),
            "/functions/0/parameters/0/type/choices",
            "type",
        ),
        (
            "declarations",
            declared(parameters=[{**PARAMETER, "type": {"type": "text"}}]),
            "/functions/0/parameters/0/type",
            "anyOf",
        ),
        # The branch with the fewest faults of its own members is meant; of two as good, none.
        ("port", {"id": 1, "error": {"message": "m"}}, "/error", "required"),
        ("port", {"id": 1}, "", "anyOf"),
        # Branches within branches.
        ("invalidation", [{"context": "a", "params": {"x": [None]}}], "/0/params/x/0", "anyOf"),
    ],
)
def test_a_union_tells_what_was_meant(kind: str, document: Any, pointer: str, keyword: str) -> None:
    assert [(each.pointer, each.keyword) for each in problems(kind, document)] == [
        (pointer, keyword)
    ]


def test_the_branches_of_a_union_are_named() -> None:
    [each] = problems("invalidation", [None])
    assert each.expected == "one of: TargetName, TargetObject"
    [each] = problems(
        "result", {"result": 1, "invalidate": [{"context": "a", "params": {"x": None}}]}
    )
    assert each.expected == "one of: string, SafeInteger, number, boolean, Scalars"


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        ("manifest", {"$schema": "https://w3id.org/mizan/v1/manifest.schema.json"}),
        (None, {"$schema": "https://w3id.org/mizan/v1/common.schema.json"}),
        (None, {"$schema": "https://w3id.org/mizan/v2/manifest.schema.json"}),
        (None, {"$schema": "manifest"}),
        (None, {"$schema": 5, "mizan": "1.0", "contexts": {}, "mutations": {}}),
        ("invalidation", []),
        ("invalidation", ["*", {"context": "a"}]),
        (None, ["*", 5]),
        (None, "call"),
        (None, None),
        (None, {}),
        ("declarations", {"mizan": "1.0", "functions": [], "contexts": []}),
        ("client-schema", {"mizan": "1.0", "functions": {}, "contexts": {}}),
        ("call", {"function": "f", "extra": 1}),
        ("result", {"result": None}),
        ("result", {"invalidate": ["*"]}),
        ("context-bundle", {"user_profile": {"id": 5}, "banner": None}),
        (None, {"user_profile": {"id": 5}, "banner": "text"}),
        (None, {"userProfile": {"id": 5}}),
        ("port", {"id": 1, "ok": {}}),
        ("error", {"type": "about:blank", "status": 404, "code": "not_found"}),
    ],
)
def test_the_kind_of_a_document_is_guessed(kind: str | None, document: Any) -> None:
    assert guess_kind(document) == kind


def test_every_keyword_of_the_schemas_has_a_phrase() -> None:
    def keywords(node: Any) -> set[str]:
        if isinstance(node, list):
            return set().union(*map(keywords, node))
        return set(node).union(*map(keywords, node.values())) if isinstance(node, dict) else set()

    used = set().union(*(keywords(load(kind)) for kind in kinds()))
    refusing = {"minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum", "pattern"}
    refusing |= {"type", "enum", "minProperties"}
    assert refusing <= used
    assert schemas._EXPECTED.keys() == refusing
