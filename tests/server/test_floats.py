"""Tests of where declared types hold floats: results are written as if nothing were known."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, NotRequired

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    RootModel,
    TypeAdapter,
    computed_field,
    field_serializer,
)
from typing_extensions import TypedDict

from mizan.protocol.canonical import canonical_json
from mizan.server.floats import finder
from mizan.server.results import Result, ResultInvalid


class Colour(enum.Enum):
    """An enum of texts."""

    RED = "red"


class Weight(enum.Enum):
    """An enum of floats."""

    HEAVY = 2.0


class Point(BaseModel):
    """Two floats, one by another name."""

    x: float
    y: float | None = Field(default=None, serialization_alias="why")


class Part(TypedDict):
    """A float that may be missing."""

    share: NotRequired[float]


@dataclass
class Size:
    """A dataclass with a float."""

    width: float


class Square(BaseModel):
    """One of two choices, without floats."""

    form: Literal["square"] = "square"
    side: int | bool


class Round(BaseModel):
    """The other."""

    form: Literal["round"] = "round"
    tags: tuple[str, ...]


class Heavy(BaseModel):
    """A choice with a float."""

    form: Literal["heavy"] = "heavy"
    weight: float


class Sometimes(BaseModel):
    """A field that a function leaves out."""

    x: int = Field(default=1, exclude_if=lambda value: value == 1)


class Shape(BaseModel):
    """Floats at many places; the first and the last point are of one definition."""

    name: str
    colour: Colour
    kind: Literal["a", 1]
    price: Decimal
    first: Point
    last: Point
    points: list[Point]
    named: dict[str, list[float]]
    part: Part
    size: Size
    amount: float | str | None
    pair: tuple[float, str]
    ways: tuple[float, ...]
    origin: Square | Round
    truth: int | Literal[True]


class Open(BaseModel):
    """More members than its fields."""

    model_config = ConfigDict(extra="allow")
    x: float


class Outer(BaseModel):
    """A field of a type with more members."""

    inner: Open


class Computed(BaseModel):
    """A member that is computed."""

    x: float

    @computed_field  # type: ignore[prop-decorator] # what pydantic's documentation says
    @property
    def half(self) -> float:
        """Return half of x."""
        return self.x / 2


class Custom(BaseModel):
    """A member that a function writes."""

    x: str

    @field_serializer("x")
    def as_length(self, value: str) -> float:
        """Return the length."""
        return float(len(value))


class Dated(BaseModel):
    """A setting by which times may be written as floats."""

    model_config = ConfigDict(ser_json_timedelta="float")
    x: float


class Tree(BaseModel):
    """A type within itself."""

    x: float
    below: list[Tree] = []


numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**6), 10**6).map(float),
    st.sampled_from([0.0, -0.0, 1e16, 1e21, 1e-7, 9.5e-6, 1e-5, 123456789012345680000.0]),
)
points = st.builds(Point, x=numbers, y=st.none() | numbers)
texts = st.text(max_size=5) | st.sampled_from(["1.0,", "e-6]", '":1.0}'])
shapes = st.builds(
    Shape,
    name=texts,
    price=st.decimals(-1000, 1000, places=2),
    first=points,
    last=points,
    points=st.lists(points, max_size=4),
    named=st.dictionaries(texts, st.lists(numbers, max_size=3), max_size=3),
    part=st.fixed_dictionaries({}, optional={"share": numbers}),
    size=st.builds(Size, width=numbers),
    amount=numbers | texts | st.none(),
    pair=st.tuples(numbers, texts),
    ways=st.lists(numbers, max_size=3).map(tuple),
    origin=st.builds(Square, side=st.integers(0, 9)) | st.builds(Round, tags=st.tuples(texts)),
    truth=st.integers(0, 9) | st.booleans(),
)


@given(shape=shapes)
def test_a_result_is_written_as_if_nothing_were_known(shape: Shape) -> None:
    result = Result("f", list[Shape])
    assert result.text([shape, shape]) == canonical_json(result.dump([shape, shape]))


@given(shape=shapes)
def test_every_float_is_found(shape: Shape) -> None:
    result = Result("f", Shape)
    find = finder(result.schema)
    dumped = result.dump(shape)
    assert find is not None
    assert sorted(map(repr, find(dumped))) == sorted(map(repr, _all(dumped)))


def _all(value: Any) -> list[float]:
    if isinstance(value, (dict, list)):
        below = value.values() if isinstance(value, dict) else value
        return [number for each in below for number in _all(each)]
    return [value] if isinstance(value, float) else []


@pytest.mark.parametrize(
    "hint",
    [
        str,
        list[int],
        Literal["a", 1],
        Colour,
        dict[str, bool],
        int | str,
        tuple[int, str],
    ],
)
def test_where_there_is_none_there_is_nothing_to_look_at(hint: Any) -> None:
    find = finder(TypeAdapter(hint).core_schema)
    assert find is not None
    assert find(object()) == []


@pytest.mark.parametrize(
    "hint",
    [
        Any,
        Point | str,
        tuple[Point, int],
        Annotated[Square | Round, Field(discriminator="form")],
        Square | Heavy,
        set[float],
        frozenset[str],
        Sometimes,
        dict[Annotated[str, PlainSerializer(str.upper)], int],
        Weight,
        Open,
        Outer,
        list[Outer],
        Computed,
        Custom,
        Dated,
        Tree,
        RootModel[float],
        dict[str, Any],
        list,
    ],
)
def test_nothing_is_said_of_a_type_that_may_hold_more(hint: Any) -> None:
    assert finder(TypeAdapter(hint).core_schema) is None


def test_a_type_that_nests_deeper_than_json_may_is_left_to_the_writer() -> None:
    hint: Any = float
    for _ in range(70):
        hint = list[hint]
    assert finder(TypeAdapter(hint).core_schema) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda point: setattr(point, "x", float("nan")),
        lambda point: setattr(point, "y", float("inf")),
    ],
)
def test_what_is_no_json_is_refused_wherever_it_stands(spoil: Callable[[Point], None]) -> None:
    point = Point(x=1.5)
    spoil(point)
    with pytest.raises(ResultInvalid, match="finite"):
        Result("f", list[Point]).text([point])


def test_integers_in_the_place_of_floats_are_written() -> None:
    assert Result("f", Point).text(Point.model_construct(x=3, y=2.0)) == '{"why":2,"x":3}'


class Gaps(BaseModel):
    """None may stand anywhere, for pydantic lets it."""

    point: Point | None = None
    inner: Point
    points: list[Point]
    ways: tuple[float, ...]
    named: dict[str, float]


def test_none_may_stand_where_more_was_declared() -> None:
    nothing: dict[str, Any] = dict.fromkeys(["inner", "points", "ways", "named"])
    gaps = Gaps.model_construct(**nothing)
    expected = '{"inner":null,"named":null,"point":null,"points":null,"ways":null}'
    assert Result("f", Gaps).text(gaps) == expected


class Kind(BaseModel):
    """pydantic writes whatever stands in the place of a literal."""

    kind: Literal[1, 2] = 1
    others: tuple[Literal[1, "a"], ...] = ()
    floats: list[float] = []


class Whole(enum.Enum):
    """An enum whose float passes as an int."""

    ONE = 1.0


def test_floats_in_the_place_of_literals() -> None:
    assert Result("f", Kind).text(Kind.model_construct(kind=1.0)) == (  # type: ignore[arg-type]
        '{"floats":[],"kind":1,"others":[]}'
    )
    with pytest.raises(ResultInvalid, match="nan"):
        Result("f", Kind).text(Kind.model_construct(others=(float("nan"),)))  # type: ignore[arg-type]
    assert Result("f", list[int | Literal[True]]).text([Whole.ONE]) == "[1]"
