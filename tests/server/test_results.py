"""mizan/server/results.py: what a function returned, shaped as it declares."""

# ruff: noqa: UP045 (every spelling of a hint is read)

import enum
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Barrier
from types import SimpleNamespace
from typing import Annotated, Any, Literal, Optional
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field
from typing_extensions import TypeAliasType, TypedDict

from mizan.protocol.decode import decode
from mizan.server.results import Result, ResultInvalid, may_block


class Colour(enum.Enum):
    RED = "red"


class Line(BaseModel):
    name: str
    count: int = 1


class Order(BaseModel):
    id: int
    lines: list[Line] = []
    theme: str = Field("light", alias="theTheme")
    config: list[int] = []
    type: list[int] = []


@dataclass
class Point:
    x: int
    y: int = 0


class Card(TypedDict):
    title: str
    points: list[Point]


class Node(BaseModel):
    kids: list["Node"] = []


Nested = TypeAliasType("Nested", "list[Nested] | int")


class Row:
    """An object with attributes, as a model of a database is."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)


def text(hint: Any, value: Any, **options: Any) -> str:
    return Result("f", hint, **options).text(value)


@pytest.mark.parametrize(
    ("hint", "value", "expected"),
    [
        (None, None, "null"),
        (Any, {"b": [1], "a": None}, '{"a":null,"b":[1]}'),
        (Any, Line(name="a"), '{"count":1,"name":"a"}'),
        (int, 5, "5"),
        (Optional[int], None, "null"),
        (Line, Line(name="a"), '{"count":1,"name":"a"}'),
        (Line, {"name": "a"}, '{"count":1,"name":"a"}'),
        (Line, Row(name="a", count=2, secret=1), '{"count":2,"name":"a"}'),
        (list[Line], (Row(name="a", count=1) for _ in range(1)), '[{"count":1,"name":"a"}]'),
        (tuple[int, str], (1, "a"), '[1,"a"]'),
        (tuple[Line, ...], [Row(name="a", count=1)], '[{"count":1,"name":"a"}]'),
        (Point, Point(1), '{"x":1,"y":0}'),
        (Point, {"x": 1}, '{"x":1,"y":0}'),
        (Point, Row(x=1, z=5), '{"x":1,"y":0}'),
        (list[Point], [Row(x=1, y=2), Point(3)], '[{"x":1,"y":2},{"x":3,"y":0}]'),
        (Card, Row(title="a", points=[Row(x=1)]), '{"points":[{"x":1,"y":0}],"title":"a"}'),
        (Card, {"title": "a", "points": []}, '{"points":[],"title":"a"}'),
        (
            dict[str, Decimal | date],
            {"b": Decimal("1.50"), "a": date(2024, 2, 29)},
            '{"a":"2024-02-29","b":"1.50"}',
        ),
        (datetime, datetime(2024, 1, 1, tzinfo=UTC), '"2024-01-01T00:00:00Z"'),
        (UUID, UUID(int=5), '"00000000-0000-0000-0000-000000000005"'),
        (Literal["a", "b"], "b", '"b"'),
        (Colour, Colour.RED, '"red"'),
        (Node, Row(kids=[Row(kids=[])]), '{"kids":[{"kids":[]}]}'),
        (Nested, [1, [2, []]], "[1,[2,[]]]"),
        (set[str], {"b", "a"}, '["a","b"]'),
        (frozenset[Point], [], "[]"),
        (float, 1.0, "1"),
    ],
)
def test_shapes(hint: Any, value: Any, expected: str) -> None:
    assert text(hint, value) == expected


def test_rows_are_read_by_name_and_written_by_alias() -> None:
    row = Row(id=1, theme="dark", lines=[Row(name="a", count=2)])
    expected = {"id": 1, "lines": [{"name": "a", "count": 2}], "theTheme": "dark"}
    assert json.loads(text(Order, row)) == {**expected, "config": [], "type": []}
    assert json.loads(text(Order, {"id": 1, "theTheme": "dark"}))["theTheme"] == "dark"


class Rows:
    def __init__(self, *rows: Any) -> None:
        self.rows = rows


def plain(value: Any) -> Any:
    return list(value.rows) if isinstance(value, Rows) else value


def test_a_frameworks_sequences_are_lists_at_any_depth() -> None:
    order = Row(id=1, lines=Rows(Row(name="a", count=1)), config=Rows(1), type=Rows(2), theme="x")
    found = json.loads(text(list[Order], Rows(order), plain=plain))
    lines = [{"name": "a", "count": 1}]
    assert found == [{"id": 1, "lines": lines, "config": [1], "type": [2], "theTheme": "x"}]
    for hint in (
        tuple[int, ...],
        set[int],
        frozenset[int],
        Annotated[list[int], Field(max_length=9)],
    ):
        assert text(hint, Rows(1), plain=plain) == "[1]"
    for value in (Row(kids=Rows(Row(kids=Rows()))),):
        assert text(Node, value, plain=plain) == '{"kids":[{"kids":[]}]}'


class Text:
    """A text to come, as a translation is."""

    def __init__(self, text: str) -> None:
        self.text = text


def come(value: Any) -> Any:
    return value.text if isinstance(value, Text) else plain(value)


def test_a_frameworks_texts_are_texts_at_any_depth() -> None:
    row = Row(name=Text("a"), count=1)
    assert text(Line, row, plain=come) == '{"count":1,"name":"a"}'
    assert text(str, Text("a"), plain=come) == '"a"'
    assert text(Any, {"x": [Text("a")]}, plain=come) == '{"x":["a"]}'
    with pytest.raises(ResultInvalid, match="/name: Input should be a valid string"):
        text(Line, Row(name=Rows(), count=1), plain=come)


def test_a_default_that_looks_like_a_schema_is_left_alone() -> None:
    class Odd(BaseModel):
        value: dict[str, str] = {"type": "list"}

    assert text(Odd, Odd()) == '{"value":{"type":"list"}}'


@pytest.mark.parametrize(
    ("hint", "value", "say"),
    [
        (Line, None, "f declares Line and gave NoneType: the whole:"),
        (Line, {"name": 5}, "/name: Input should be a valid string"),
        (list[Line], [Row(name="a", count=1), Row(name="b", count="x")], "/1/count:"),
        (None, 5, "gave int"),
        (Optional[int], "x", "declares Optional[int] and gave str"),
        (Point, 5, "Input should be a dictionary"),
        (Point, Point, "Input should be a dictionary"),
        (Card, Row(points=[]), "/title: Field required"),
        (Any, object(), "Unable to serialize unknown type"),
        (Any, float("nan"), "got nan"),
        (list[float], [float("inf")], "got inf. (at '/0')"),
        (int, 2**60, "2^53"),
        (str, "\ud800", "surrogate"),
    ],
)
def test_what_does_not_fit(hint: Any, value: Any, say: str) -> None:
    with pytest.raises(ResultInvalid) as caught:
        text(hint, value)
    assert say in str(caught.value)
    assert str(caught.value).startswith("f declares ")


def test_a_model_that_was_changed_for_the_worse() -> None:
    line = Line(name="a")
    line.count = "many"  # type: ignore[assignment]
    with pytest.raises(ResultInvalid, match="many"):
        text(Line, line)
    with pytest.raises(ResultInvalid, match="many"):
        text(list[Order], [Order(id=1), Order.model_construct(id=2, lines=[line])])


def test_more_than_declared_does_not_go_out() -> None:
    class Secret(Line):
        password: str = "x"

    assert text(Line, Secret(name="a")) == '{"count":1,"name":"a"}'
    assert text(list[Line], [Secret(name="a")]) == '[{"count":1,"name":"a"}]'


def test_shape_gives_the_declared_type() -> None:
    assert Result("f", list[Line]).shape([Row(name="a", count=1)]) == [Line(name="a")]


def test_sets_are_the_same_bytes_in_every_process() -> None:
    program = (
        "from mizan.server.results import Result; print(Result('f', set[str]).text(set('abcdefg')))"
    )
    found = {
        subprocess.check_output(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed, **ENV}
        )
        for seed in ("1", "2", "3")
    }
    assert found == {b'["a","b","c","d","e","f","g"]\n'}


ENV = {"PYTHONPATH": ":".join(filter(None, sys.path))}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(JSON)
def test_any_json_comes_out_as_it_went_in(value: Any) -> None:
    assert decode(text(Any, value)) == value
    assert not may_block(value)


@pytest.mark.parametrize(
    ("value", "blocks"),
    [
        (Line(name="a"), False),
        ([Line(name="a")], False),
        ({"a": (1, {2.5})}, False),
        (Point(1), False),
        (Colour.RED, False),
        (Decimal(1), False),
        (date(2024, 1, 1), False),
        (UUID(int=1), False),
        (Row(), True),
        (Rows(), True),
        ([1, Row()], True),
        ({"a": [Row()]}, True),
        (Point(Row()), True),  # type: ignore[arg-type]
        (SimpleNamespace(), True),
        (iter([]), True),
    ],
)
def test_what_may_block(value: Any, blocks: bool) -> None:
    assert may_block(value) is blocks


def test_an_instance_passes_as_it_is_unless_its_model_wants_it_validated_again() -> None:
    class Calm(BaseModel):
        pages: int

    class Strict(BaseModel, revalidate_instances="always"):
        pages: int

    calm = Calm(pages=1)
    assert Result("book", Calm).shape(calm) is calm
    assert Result("books", list[Calm]).shape([calm])[0] is calm
    with pytest.raises(ResultInvalid, match="/pages"):
        Result("book", Strict).shape(Strict.model_construct(pages="many"))  # type: ignore[arg-type]


def test_threads_that_make_it_at_once() -> None:
    for _ in range(20):
        result, start = Result("f", list[Line]), Barrier(4)

        def answer(result: Result = result, start: Barrier = start) -> str:
            start.wait()
            return result.text([Row(name="a", count=1)])

        with ThreadPoolExecutor(4) as pool:
            texts = [pool.submit(answer) for _ in range(4)]
        assert {each.result() for each in texts} == {'[{"count":1,"name":"a"}]'}
