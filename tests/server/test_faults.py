"""mizan/server/faults.py: every fault of a document, none for leaning on one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan.errors import DeclarationError
from mizan.protocol.declarations import read_declarations
from mizan.server.faults import Fault, faults_of

INTEGER = {"type": "integer"}
ID = {"name": "user_id", "type": INTEGER, "required": True}


def reader(name: str, context: str = "user", *parameters: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "context": context, "parameters": list(parameters) or [ID], **more}


def writer(name: str, *contexts: str, **more: Any) -> dict[str, Any]:
    affects = [{"context": context} for context in contexts]
    return {"name": name, "affects": affects, "arguments": ["user_id"], **more}


def found(
    functions: list[Any], contexts: list[Any] | None = None, tainted: tuple[str, ...] = ()
) -> list[tuple[str, str]]:
    """Return (code, place) of each fault; places are numbered."""
    document = {
        "mizan": "1.0",
        "base_url": "/",
        "functions": functions,
        "contexts": contexts if contexts is not None else [{"name": "user"}],
    }
    before = repr(document)
    faults = list(
        faults_of(
            document,
            [lambda n=n: f"f{n}" for n in range(len(functions))],
            [lambda n=n: f"c{n}" for n in range(len(document["contexts"]))],
            tainted,
        )
    )
    assert repr(document) == before
    return [(each.code.removeprefix("declaration."), each.where) for each in faults]


def test_a_fault_is_a_line() -> None:
    fault = Fault("declaration.name", "It is no name.", "shop/mizan.py:7")
    assert str(fault) == "shop/mizan.py:7: It is no name. [declaration.name]"


def test_nothing_wrong() -> None:
    assert found([reader("a"), writer("b", "user")]) == []


def test_independent_faults_are_all_found() -> None:
    nullable = {"name": "page", "type": INTEGER, "required": False, "nullable": True, "default": 1}
    functions = [
        reader("Bad"),
        reader("twice", "cart"),
        reader("twice", "cart"),
        reader("both", affects=[{"context": "cart"}]),
        reader("routed", route="/x/"),
        reader("page", "cart", nullable),
        reader("ok", "other"),
        writer("lost", "nowhere"),
        writer("by", "other", affects=[{"context": "other", "by": ["nothing"]}]),
        reader("strange", "nothing"),
    ]
    contexts = [{"name": "user"}, {"name": "cart"}, {"name": "other"}, {"name": "Wrong"}]
    assert sorted(found(functions, contexts)) == [
        ("both", "f3"),
        ("by", "f8"),
        ("default", "f5"),
        ("duplicate", "f2"),
        ("name", "c3"),
        ("name", "f0"),
        ("route", "f4"),
        ("unknown_target", "f7"),
        ("unknown_target", "f9"),
    ]


def test_a_context_that_is_out_takes_its_readers_along_in_silence() -> None:
    text = {"name": "user_id", "type": {"type": "string"}, "required": True}
    functions = [
        reader("a"),
        reader("b", "user", text),
        writer("w", "user", "cart"),
        writer("x", "user"),
        reader("c", "cart"),
        {"name": "plain"},
    ]
    assert found(functions, [{"name": "user"}, {"name": "cart"}]) == [("parameter_type", "c0")]


def test_a_second_context_of_one_name_leaves_the_first() -> None:
    contexts = [{"name": "user"}, {"name": "user"}]
    assert found([reader("a"), writer("w", "user"), reader("Bad")], contexts) == [
        ("duplicate", "c1"),
        ("name", "f2"),
    ]


def test_what_leans_on_a_function_that_is_out_is_no_fault() -> None:
    four = [{"name": f"p{n}", "type": INTEGER, "required": True} for n in range(4)]
    functions = [
        reader("few", "user", {**four[0], "required": False, "default": "x"}),
        reader("many", "user", *four),
        writer("w", affects=[{"context": "user", "function": "few"}]),
        writer("by", affects=[{"context": "user", "by": ["p0"]}]),
    ]
    # Of `many` alone the scope would have four parameters; with `few` it has none.
    assert found(functions) == [("default", "f0")]
    assert found(functions[1:], tainted=("user",)) == []
    assert found([reader("many", "user", *four)]) == [("scope", "c0")]


def test_the_other_of_two_is_named() -> None:
    document = {
        "mizan": "1.0",
        "base_url": "/",
        "contexts": [{"name": "user"}],
        "functions": [reader("same"), reader("same"), reader("args", "user", ID, ID)],
    }
    faults = list(faults_of(document, [lambda: "x:1", lambda: "x:2", lambda: "x:3"], [lambda: "c"]))
    assert [each.message for each in faults] == [
        "The function same is declared twice. The other is at x:1.",
        "The parameter user_id of args is declared twice.",
    ]


NAMES = st.sampled_from(["user", "cart", "Bad", "x"])
PARAMETERS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["a", "b", "c", "d", "E"]),
            "type": st.sampled_from([INTEGER, {"type": "string"}]),
            "required": st.booleans(),
        },
        optional={"nullable": st.booleans(), "default": st.sampled_from([1, "x", None])},
    ),
    max_size=5,
)
AFFECTS = st.lists(
    st.fixed_dictionaries(
        {"context": NAMES},
        optional={"function": NAMES, "by": st.lists(st.sampled_from(["a", "b"]), max_size=2)},
    ),
    min_size=1,
    max_size=2,
)
FUNCTIONS = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {"name": NAMES, "context": NAMES, "parameters": PARAMETERS},
            optional={"private": st.booleans(), "guarded": st.booleans(), "affects": AFFECTS},
        ),
        st.fixed_dictionaries(
            {"name": NAMES, "affects": AFFECTS},
            optional={"arguments": st.lists(st.sampled_from(["a", "b"])), "route": st.just("/")},
        ),
    ),
    max_size=6,
)
CONTEXTS = st.lists(
    st.fixed_dictionaries(
        {"name": NAMES},
        optional={
            "scope_by": st.lists(st.sampled_from(["a", "z"]), max_size=2),
            "user_scoped": st.booleans(),
        },
    ),
    max_size=4,
)


@given(FUNCTIONS, CONTEXTS)
def test_there_is_a_fault_where_the_protocol_finds_one(
    functions: list[Any], contexts: list[Any]
) -> None:
    document = {"mizan": "1.0", "base_url": "/", "functions": functions, "contexts": contexts}
    faults = found(functions, contexts)
    first = None
    try:
        read_declarations(document)
    except DeclarationError as error:
        first = error.code.removeprefix("declaration.")
    assert {first} <= {code for code, _ in faults} if first else faults == []


@pytest.mark.parametrize("order", [1, -1])
def test_a_fault_is_found_wherever_it_stands(order: int) -> None:
    functions = [reader("Bad"), reader("a"), reader("Worse")][::order]
    assert {code for code, _ in found(functions)} == {"name"}
    assert len(found(functions)) == 2
