"""mizan/protocol/declarations.py: every fault, their order, and what follows from declarations."""

from typing import Any

import pytest

from mizan.errors import DeclarationError
from mizan.protocol.declarations import read_declarations

INTEGER = {"type": "integer"}
STRING = {"type": "string"}
AMBIGUOUS = {"type": "choice", "choices": [1, "1"]}


def declare(
    contexts: list[dict[str, Any]], functions: list[dict[str, Any]], **more: Any
) -> dict[str, Any]:
    return {
        "mizan": "1.0",
        "base_url": "/m/",
        "contexts": contexts,
        "functions": functions,
        **more,
    }


def parameter(
    name: str, kind: dict[str, Any] = INTEGER, *, required: bool = True, **more: Any
) -> dict[str, Any]:
    return {"name": name, "type": kind, "required": required, **more}


def reader(name: str, *parameters: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "context": "c", "parameters": list(parameters), **more}


def mutation(*affects: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "m", "affects": list(affects), **more}


C = {"name": "c"}
BOUND = {"name": "c", "bind": [{"name": "me", "type": INTEGER}]}
R = reader("r")
VIEW = {"path": "view", "route": "/x/"}

# Each declares one fault, in the order in which faults are found.
FAULTS = [
    ("name", [{"name": "C"}], []),
    ("duplicate", [C, C], []),
    ("name", [{**C, "bind": [{"name": "a.b", "type": INTEGER}]}], []),
    ("duplicate", [{**C, "bind": [*BOUND["bind"], *BOUND["bind"]]}], []),
    ("ambiguous", [{**C, "bind": [{"name": "me", "type": AMBIGUOUS}]}], []),
    ("name", [C], [{"name": ""}]),
    ("name", [C], [{"name": 5}]),
    ("duplicate", [C], [{"name": "f"}, {"name": "f"}]),
    ("both", [C], [{**R, "affects": [{"context": "c"}]}]),
    ("both", [C], [{**R, "private": True}]),
    ("route", [C], [{**R, "route": "/x/"}]),
    ("route", [C], [{**R, "path": "rpc", "route": "/x/"}]),
    ("route", [C], [{**R, "path": "view"}]),
    ("unknown_target", [C], [{**R, "context": "d"}]),
    ("name", [C], [reader("r", parameter("A"))]),
    ("duplicate", [C], [reader("r", parameter("a"), parameter("a"))]),
    ("ambiguous", [C], [reader("r", parameter("a", AMBIGUOUS))]),
    ("ambiguous", [C], [reader("r", parameter("a", {"type": "list", "items": AMBIGUOUS}))]),
    ("default", [C], [reader("r", parameter("a", required=False))]),
    ("default", [C], [reader("r", parameter("a", required=False, default=None))]),
    ("default", [C], [reader("r", parameter("a", required=False, default="x"))]),
    ("default", [C], [reader("r", parameter("a", default="x"))]),
    ("default", [C], [reader("r", parameter("a", nullable=True))]),
    ("default", [C], [reader("r", parameter("a", required=False, nullable=True, default=5))]),
    ("name", [C], [{"name": "f", "arguments": ["a", "B"]}]),
    ("duplicate", [C], [{"name": "f", "arguments": ["a", "a"]}]),
    ("parameter_type", [C], [reader("r", parameter("a")), reader("s", parameter("a", STRING))]),
    (
        "parameter_type",
        [C],
        [
            reader("r", parameter("a", required=False, default=1)),
            reader("s", parameter("a", required=False, nullable=True)),
        ],
    ),
    ("parameter_type", [BOUND], [reader("r", parameter("me", STRING))]),
    (
        "default",
        [C],
        [
            reader("r", parameter("a", required=False, default=1)),
            reader("s", parameter("a")),
            reader("t", parameter("a", required=False, default=2)),
        ],
    ),
    ("scope", [C], [reader("r", *map(parameter, "abde"))]),
    ("scope", [{**BOUND, "scope_by": ["me", "a"]}], [R]),
    ("scope", [{**C, "scope_by": ["a"]}], [reader("r", parameter("a")), reader("s")]),
    ("user_scoped", [{**BOUND, "user_scoped": False}], []),
    ("user_scoped", [{**C, "user_scoped": False}], [R, reader("s", guarded=True)]),
    ("unknown_target", [C], [mutation({"context": "d"})]),
    ("unknown_target", [C], [R, mutation({"context": "c", "function": "s"})]),
    ("unknown_target", [C], [R, mutation({"context": "c", "function": "m"})]),
    ("by", [C], [reader("r", parameter("a")), mutation({"context": "c", "by": ["a"]})]),
    ("by", [C], [R, mutation({"context": "c", "by": ["a"]}, arguments=["a"])]),
    ("by", [BOUND], [R, mutation({"context": "c", "by": ["me", "a"]})]),
]


@pytest.mark.parametrize(("code", "contexts", "functions"), FAULTS)
def test_faults(code: str, contexts: list[Any], functions: list[Any]) -> None:
    with pytest.raises(DeclarationError) as caught:
        read_declarations(declare(contexts, functions))
    assert caught.value.code == f"declaration.{code}"


# Two faults in one document each; the code is that of the one that annex C.5 has first.
A, B = parameter("a"), parameter("b", AMBIGUOUS)
ORDER = [
    ("name", [{"name": "C"}, {"name": "C"}], []),
    ("name", [{**C, "bind": [{"name": "A", "type": AMBIGUOUS}]}, C], []),
    ("duplicate", [C, C], [{"name": "F"}]),
    ("both", [], [{**R, "private": True, "route": "/x/"}]),
    ("route", [], [{**R, "route": "/x/"}]),
    ("unknown_target", [], [reader("r", parameter("A"))]),
    ("duplicate", [C], [reader("r", A, parameter("a", AMBIGUOUS))]),
    ("ambiguous", [C], [reader("r", parameter("a", AMBIGUOUS, required=False, default=5))]),
    ("ambiguous", [C], [reader("r", A), reader("s", parameter("a", STRING)), reader("t", B)]),
    (
        "parameter_type",
        [C],
        [
            reader("r", *map(parameter, "abde"), guarded=True),
            reader("s", parameter("e", STRING)),
        ],
    ),
    ("scope", [{**C, "user_scoped": False}], [reader("r", *map(parameter, "abde"), guarded=True)]),
    ("user_scoped", [{**BOUND, "user_scoped": False}], [mutation({"context": "d"})]),
    ("unknown_target", [C], [R, mutation({"context": "c", "function": "s", "by": ["a"]})]),
    ("by", [C], [R, mutation({"context": "c", "by": ["a"]}, {"context": "d"})]),
]


@pytest.mark.parametrize(("code", "contexts", "functions"), ORDER)
def test_the_first_of_several_faults(code: str, contexts: list[Any], functions: list[Any]) -> None:
    test_faults(code, contexts, functions)


@pytest.mark.parametrize(
    ("contexts", "functions"),
    [
        ([], []),
        ([C], [R, mutation({"context": "c", "by": []})]),
        ([C], [reader("r", **VIEW)]),
        ([], [{"name": "m", "path": "view", "private": True}]),
        ([], [{"name": "m", "path": "view", "private": True, "route": "/x/"}]),
        ([C], [reader("r", parameter("a", default=5))]),
        ([C], [reader("r", parameter("a", required=False, nullable=True, default=None))]),
        (
            [C],
            [
                reader("r", parameter("a", required=False, default="5")),
                reader("s", parameter("a", required=False, default=5.0)),
            ],
        ),
        ([{**C, "scope_by": ["a"]}], [reader("r", *map(parameter, "abde"))]),
        ([{**C, "scope_by": []}], [reader("r", *map(parameter, "abde"))]),
        ([BOUND], [reader("r", parameter("me")), mutation({"context": "c", "by": ["me"]})]),
        ([{**C, "user_scoped": False}], [reader("r", parameter("user_id"))]),
    ],
)
def test_no_fault(contexts: list[Any], functions: list[Any]) -> None:
    read_declarations(declare(contexts, functions, identity_params=["user_id"]))


def test_the_union_of_the_parameters() -> None:
    declarations = declare(
        [BOUND],
        [
            reader("r", parameter("z", required=False, default="5"), parameter("a")),
            reader("s", parameter("b", STRING, required=False, nullable=True), parameter("me")),
            reader("t", parameter("z"), parameter("a", required=False, default=1)),
        ],
    )
    assert read_declarations(declarations).contexts["c"].parameters == (
        {"name": "a", "type": INTEGER, "required": True, "nullable": False},
        {"name": "b", "type": STRING, "required": False, "nullable": True, "default": None},
        {"name": "z", "type": INTEGER, "required": True, "nullable": False},
    )
    assert (*read_declarations(declarations).contexts["c"].scope,) == ("me",)


def test_defaults_are_canonical() -> None:
    declarations = declare([C], [reader("r", parameter("a", required=False, default="5"))])
    assert read_declarations(declarations).contexts["c"].parameters[0]["default"] == 5


@pytest.mark.parametrize(
    ("context", "functions", "expected"),
    [
        (C, [], ()),
        (C, [reader("r", parameter("b"), parameter("a"))], ("a", "b")),
        (C, [reader("r", parameter("a"), parameter("b")), reader("s", parameter("b"))], ("b",)),
        (C, [reader("r", parameter("a", required=False, default=1))], ()),
        (BOUND, [R], ("me",)),
        (BOUND, [reader("r", parameter("a"))], ("a", "me")),
        ({**C, "scope_by": ["b", "b"]}, [reader("r", *map(parameter, "abde"))], ("b",)),
    ],
)
def test_scope_parameters(
    context: dict[str, Any], functions: list[Any], expected: tuple[str, ...]
) -> None:
    catalog = read_declarations(declare([context], functions))
    assert (*catalog.contexts["c"].scope,) == expected


@pytest.mark.parametrize(
    ("context", "function", "expected"),
    [
        (C, R, False),
        (C, reader("r", parameter("user_id")), True),
        (C, reader("r", guarded=True), True),
        (C, reader("r", guarded=False), False),
        (BOUND, R, True),
        ({**C, "user_scoped": True}, R, True),
        ({**C, "user_scoped": False}, reader("r", parameter("user_id")), False),
    ],
)
def test_who_is_user_scoped(
    context: dict[str, Any], function: dict[str, Any], expected: bool
) -> None:
    catalog = read_declarations(declare([context], [function], identity_params=["user_id"]))
    assert catalog.contexts["c"].user_scoped is expected


def test_effects_are_scoped_by_what_the_mutation_takes_or_the_request_gives() -> None:
    functions = [
        reader("r", parameter("b"), parameter("a")),
        mutation({"context": "c"}, {"context": "c", "by": ["a"]}, arguments=["a", "x"]),
    ]
    catalog = read_declarations(declare([BOUND], functions))
    assert [list(effect.scope) for effect in catalog.functions["m"].effects] == [["a", "me"], ["a"]]
    assert catalog.functions["m"].arguments == {"a", "x"}
    assert catalog.functions["r"].effects == ()
