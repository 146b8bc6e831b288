"""mizan/server/hints.py: type hints as the protocol's parameter types."""

# ruff: noqa: PYI061, RUF036, UP007, UP045 (every spelling of a hint is read)

import enum
import typing
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, NewType, Optional, Union
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import TypeAliasType

from mizan.protocol.coerce import check_type, coerce
from mizan.schemas import validator
from mizan.server.hints import HintError, alternatives, bare, is_list, parameter_type


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Odd(enum.Enum):
    PAIR = (1, 2)


class Huge(enum.Enum):
    BIG = 2**60


class Empty(enum.Enum):
    pass


T = typing.TypeVar("T")
UserId = NewType("UserId", int)
Alias = TypeAliasType("Alias", int)
Maybe = TypeAliasType("Maybe", Optional[UserId])
Several = TypeAliasType("Several", list[T], type_params=(T,))

SCALARS = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    UUID: "uuid",
    date: "date",
    datetime: "datetime",
    Decimal: "decimal",
    UserId: "integer",
    Alias: "integer",
    Annotated[int, "positive"]: "integer",
    Annotated[UserId, "positive"]: "integer",
}


@pytest.mark.parametrize(("hint", "expected"), SCALARS.items())
def test_scalars(hint: Any, expected: str) -> None:
    assert parameter_type(hint) == ({"type": expected}, False)
    for nullable in (Optional[hint], hint | None, Annotated[Union[None, hint], "n"]):
        assert parameter_type(nullable) == ({"type": expected}, True)
    for several in (list[hint], set[hint], frozenset[hint], tuple[hint, ...], Several[hint]):
        assert parameter_type(several) == ({"type": "list", "items": {"type": expected}}, False)
        assert is_list(several)
        assert is_list(Optional[several])
    assert not is_list(hint)


def test_an_alias_of_an_optional() -> None:
    assert parameter_type(Maybe) == ({"type": "integer"}, True)
    assert alternatives(Maybe | str) == [int, type(None), str]
    assert bare(Several[int]) == list[int]


def test_the_statement_that_makes_aliases() -> None:
    scope: dict[str, Any] = {}
    try:
        exec("type Id = int\ntype Ids[T] = list[T]", scope)  # noqa: S102 (new in Python 3.12)
    except SyntaxError:
        pytest.skip("`type X = …` came with Python 3.12")
    assert parameter_type(scope["Id"]) == ({"type": "integer"}, False)
    assert parameter_type(scope["Ids"][int])[0]["items"] == {"type": "integer"}


@pytest.mark.parametrize(
    ("hint", "choices", "nullable"),
    [
        (Literal["a", 1, True, 1.5], ["a", 1, True, 1.5], False),
        (Literal["a", None], ["a"], True),
        (Optional[Literal["a"]], ["a"], True),
        (Literal[Level.LOW], [1], False),
        (Colour, ["red", "blue"], False),
        (Level | None, [1, 2], True),
    ],
)
def test_choices(hint: Any, choices: list[Any], nullable: bool) -> None:
    assert parameter_type(hint) == ({"type": "choice", "choices": choices}, nullable)


@pytest.mark.parametrize(
    ("hint", "code", "say"),
    [
        (int | str, "ambiguous", "is a union"),
        (int | str | None, "ambiguous", "is a union"),
        (None, "hint", "None cannot be"),
        (type(None), "hint", "NoneType cannot be"),
        (Any, "hint", "Any cannot be a context parameter"),
        (bytes, "hint", "bytes cannot be a context parameter: use bool"),
        (dict[str, int], "hint", "use bool, int, float"),
        (list, "hint", "list cannot be"),
        (list[list[int]], "hint", "neither lists nor None"),
        (list[int | None], "hint", "neither lists nor None"),
        (tuple[int, str], "hint", "use tuple[X, ...]"),
        (tuple[int], "hint", "fixed length"),
        (Odd, "hint", "choices of a context parameter"),
        (Empty, "hint", "choices of a context parameter"),
        (Huge, "hint", "2^53"),
        (Literal[Colour.RED], "hint", "choices of a context parameter"),
        (Literal[b"a"], "hint", "choices of a context parameter"),
    ],
)
def test_what_is_no_parameter(hint: Any, code: str, say: str) -> None:
    with pytest.raises(HintError) as caught:
        parameter_type(hint)
    assert caught.value.code == code
    assert say in str(caught.value)


@given(
    st.recursive(
        st.sampled_from([*SCALARS, Colour, Level, Literal["x", "y"], Maybe, bytes, Any, None]),
        lambda inner: st.one_of(
            inner.map(lambda each: list[each]),
            inner.map(lambda each: Optional[each]),
            inner.map(lambda each: Annotated[each, 1]),
            st.tuples(inner, inner).map(lambda two: Union[two]),
        ),
        max_leaves=4,
    )
)
def test_a_hint_has_one_type_of_the_schema_or_is_refused(hint: Any) -> None:
    try:
        kind, nullable = parameter_type(hint)
    except HintError:
        return
    schema = {"name": "x", "type": kind, "required": False, "nullable": nullable}
    declared = {"name": "f", "context": "c", "parameters": [schema]}
    document = {"mizan": "1.0", "base_url": "/", "contexts": [{"name": "c"}]}
    assert validator("declarations").is_valid({**document, "functions": [declared]})
    check_type(kind)
    if kind["type"] == "choice":
        assert [coerce(each, kind) for each in kind["choices"]] == kind["choices"]
