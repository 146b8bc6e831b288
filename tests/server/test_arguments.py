"""mizan/server/arguments.py: type hints to a validator of arguments."""

# ruff: noqa: UP045 (every spelling of a hint is read)

import enum
import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Annotated, Any, Literal, Optional
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel, ConfigDict, Field, Strict
from pydantic.json_schema import GenerateJsonSchema
from typing_extensions import TypedDict

from mizan.server.arguments import Argument, Arguments, ArgumentsInvalid, arguments_of, wire_value
from mizan.server.patch import Patch


class Colour(enum.Enum):
    RED = "red"


class Item(BaseModel):
    name: str
    count: int = 1


class Exact(BaseModel):
    model_config = ConfigDict(strict=True)
    id: UUID
    on: date


@dataclass
class Point:
    x: int


class Card(TypedDict):
    title: str


class File:
    pass


class Picture(File):
    pass


def of(fn: Callable[..., Any], *uploads: type) -> Arguments:
    return Arguments("shop.add_item", arguments_of(fn)[0], uploads or (File,))


def refused(arguments: Arguments, given: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(ArgumentsInvalid) as caught:
        arguments.validate(given)
    return [(each["pointer"], each["code"]) for each in caught.value.errors]


def everything(
    request: Any,
    model: Item,
    record: Point,
    card: Card,
    many: list[Item],
    choice: Literal["a", 1],
    colour: Colour,
    day: date,
    moment: datetime,
    key: UUID,
    price: Decimal,
    maybe: Optional[int],
    anything,  # noqa: ANN001 (an argument without a hint takes any JSON)
    *,
    last: Annotated[int, Field(gt=0, description="Above zero.")] = 1,
) -> None:
    """Take every kind of argument."""


GIVEN = {
    "model": {"name": "a"},
    "record": {"x": 1},
    "card": {"title": "t"},
    "many": [{"name": "a", "count": 2}],
    "choice": 1,
    "colour": "red",
    "day": "2024-02-29",
    "moment": "2024-01-01T00:00:00Z",
    "key": "00000000-0000-0000-0000-000000000001",
    "price": "1.50",
    "maybe": None,
    "anything": [1, {}],
}


def test_every_kind_of_argument() -> None:
    assert of(everything).validate(GIVEN) == {
        "model": Item(name="a"),
        "record": Point(1),
        "card": {"title": "t"},
        "many": [Item(name="a", count=2)],
        "choice": 1,
        "colour": Colour.RED,
        "day": date(2024, 2, 29),
        "moment": datetime(2024, 1, 1, tzinfo=UTC),
        "key": UUID(int=1),
        "price": Decimal("1.50"),
        "maybe": None,
        "anything": [1, {}],
    }


def test_python_values_are_arguments_too() -> None:
    given = of(everything).validate(GIVEN)
    assert of(everything).validate(given) == given


def test_the_schema() -> None:
    schema = of(everything).described()
    Draft202012Validator.check_schema(schema)
    assert Draft202012Validator(schema).is_valid(GIVEN)
    assert schema["title"] == "ShopAddItemInput"
    assert schema["additionalProperties"] is False
    assert set(schema["required"]) == GIVEN.keys()
    last = {"default": 1, "description": "Above zero.", "exclusiveMinimum": 0}
    assert schema["properties"]["last"] == {**last, "title": "Last", "type": "integer"}
    without = GenerateJsonSchema().generate(of(everything).without({"many", "last"}))
    assert set(without["properties"]) == GIVEN.keys() - {"many"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"many": [{"name": "a"}, {}]}, [("/many/1/name", "missing")]),
        ({"many": [{"name": "a", "count": "x"}]}, [("/many/0/count", "int_parsing")]),
        ({"model": None}, [("/model", "model_type")]),
        ({"record": {}}, [("/record/x", "missing")]),
        ({"card": {"title": 1}}, [("/card/title", "string_type")]),
        ({"choice": "1"}, [("/choice", "literal_error")]),
        ({"colour": "green"}, [("/colour", "enum")]),
        (
            {"day": "2024-02-30", "last": 0},
            [("/day", "date_from_datetime_parsing"), ("/last", "greater_than")],
        ),
        ({"last": None}, [("/last", "int_type")]),
        ({"las": 1}, [("/las", "extra_forbidden")]),
        ({"": 1}, [("/", "extra_forbidden")]),
    ],
)
def test_refusals(change: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert refused(of(everything), {**GIVEN, **change}) == expected


def test_messages_name_the_argument() -> None:
    def add(request: Any, name: str) -> None: ...

    with pytest.raises(ArgumentsInvalid) as caught:
        of(add).validate({"nme": "x"})
    assert str(caught.value) == (
        "/name: The argument 'name' is missing; it is required.; "
        "/nme: There is no argument 'nme'; there are: name."
    )


def test_null_and_absent_stay_apart() -> None:
    def rename(request: Any, name: str | None = "x") -> None: ...

    assert of(rename).validate({}) == {}
    assert of(rename).validate({"name": None}) == {"name": None}


def test_strict_types_take_what_only_json_spells_as_strings() -> None:
    def find(request: Any, exact: Exact, number: Annotated[int, Strict()] = 1) -> None: ...

    arguments = of(find)
    exact = {"id": str(UUID(int=1)), "on": "2024-01-01"}
    found = Exact(id=UUID(int=1), on=date(2024, 1, 1))
    assert arguments.validate({"exact": exact}) == {"exact": found}
    assert arguments.validate({"exact": found, "number": 2})["number"] == 2
    assert refused(arguments, {"exact": exact, "number": "2"}) == [("/number", "int_type")]
    assert refused(arguments, {"exact": found, "number": "2"}) == [("/number", "int_type")]


def test_files() -> None:
    def send(
        request: Any,
        photo: Picture,
        more: list[Picture] = [],  # noqa: B006 (read only)
        maybe: Annotated[Picture, "x"] | None = None,
    ) -> None: ...

    arguments = of(send)
    assert arguments.takes_files
    photo = Picture()
    picked = arguments.pick({"photo": [File(), photo], "more": [photo, photo]})
    assert picked == {"photo": photo, "more": [photo, photo]}
    assert arguments.validate(picked) == picked
    assert arguments.validate({"photo": photo, "maybe": None})["maybe"] is None
    assert refused(arguments, {"photo": "text"}) == [("/photo", "is_instance_of")]
    assert refused(arguments, {"photo": File()}) == [("/photo", "is_instance_of")]
    binary = {"type": "string", "format": "binary"}
    schema = arguments.described()["properties"]
    assert schema["photo"] | binary == schema["photo"]
    assert schema["more"]["type"] == "array"
    assert schema["more"]["items"] == binary
    assert schema["maybe"] | binary == schema["maybe"]
    assert not of(everything).takes_files


def test_fields_of_a_form() -> None:
    def search(request: Any, text: str, tags: list[str] | None = None, page: int = 1) -> None: ...

    arguments = of(search)
    fields = {"text": ["a", "b"], "tags": ["x", "y"], "page": ["2"], "other": ["z"]}
    known = arguments.pick(arguments.known(fields))
    assert known == {"text": "b", "tags": ["x", "y"], "page": "2"}
    assert arguments.validate(known)["page"] == 2


@pytest.mark.parametrize(
    ("hint", "default", "shown"),
    [
        (int, 5, 5),
        (str | None, None, None),
        (Colour, Colour.RED, "red"),
        (Decimal, Decimal("1.50"), "1.50"),
        (date, date(2024, 1, 1), "2024-01-01"),
        (list[Item], [Item(name="a")], [{"name": "a", "count": 1}]),
        (frozenset[str], frozenset("cab"), ["a", "b", "c"]),
        (Item, Item(name="a"), {"name": "a", "count": 1}),
    ],
)
def test_defaults_are_shown(hint: Any, default: Any, shown: Any) -> None:
    schema = Arguments("f", [Argument("a", hint, default)]).described()
    assert schema["properties"]["a"]["default"] == shown
    assert "required" not in schema


@pytest.mark.parametrize(
    ("hint", "default"), [(int, None), (float, float("nan")), (Any, object()), (Patch[Item], None)]
)
def test_defaults_that_are_no_json_are_not(hint: Any, default: Any) -> None:
    schema = Arguments("f", [Argument("a", hint, default)]).described()
    assert "default" not in schema["properties"]["a"]


@pytest.mark.parametrize("default", [1, None])
def test_unions_keep_their_order(default: Any) -> None:
    for hint, first in ((int | str, "integer"), (str | int, "string")):
        # What is annotated is read together with the rest.
        beside = Argument("b", Annotated[int, Field(gt=0)], inspect.Parameter.empty)
        schema = Arguments("f", [Argument("a", hint, default), beside]).described()
        assert schema["properties"]["a"]["anyOf"][0] == {"type": first}


def test_signatures() -> None:
    def plain(request, a, b: int = 1, *, c: str) -> str: ...  # noqa: ANN001 (without a hint on purpose)

    @functools.wraps(plain)
    def wrapped(*args: Any, **kwargs: Any) -> Any: ...

    def positional(request: Any, /) -> None: ...

    empty = inspect.Parameter.empty
    expected = (Argument("a", Any, empty), Argument("b", int, 1), Argument("c", str, empty))
    assert arguments_of(plain) == (expected, str)
    assert [each.required for each in expected] == [True, False, True]
    assert arguments_of(wrapped) == (expected, str)
    assert arguments_of(positional) == ((), type(None))
    assert arguments_of(lambda request: 5) == ((), Any)


def _nothing() -> None: ...
def _keyword(*, request: Any) -> None: ...
def _keywords(**kwargs: Any) -> None: ...
def _starred(*args: Any) -> None: ...
def _rest(request: Any, *args: int) -> None: ...
def _more(request: Any, **kwargs: int) -> None: ...
def _by_place(request: Any, a: int, /) -> None: ...


@pytest.mark.parametrize("fn", [_nothing, _keyword, _keywords, _starred])
def test_the_request_comes_first(fn: Any) -> None:
    with pytest.raises(TypeError, match="its first argument must be the request"):
        arguments_of(fn)


@pytest.mark.parametrize("fn", [_rest, _more, _by_place])
def test_arguments_have_names(fn: Any) -> None:
    with pytest.raises(TypeError, match="has no name that a client could use"):
        arguments_of(fn)


def test_wire_values() -> None:
    moment = datetime(2024, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    found = wire_value(
        [Colour.RED, {2, 1}, (date(2024, 1, 1),), moment, UUID(int=1), Decimal("1E+2"), None, "a"]
    )
    assert found == [
        "red",
        [1, 2],
        ["2024-01-01"],
        "2024-01-01T12:00:00+02:00",
        "00000000-0000-0000-0000-000000000001",
        "100",
        None,
        "a",
    ]
    assert wire_value(datetime(2024, 1, 1, tzinfo=UTC)) == "2024-01-01T00:00:00Z"


def small(
    request: Any, a: int, b: list[Item] | None = None, c: Literal["x", 2] = "x", d: bool = True
) -> None: ...


@given(
    st.dictionaries(
        st.sampled_from(["a", "b", "c", "d", "e"]),
        st.recursive(
            st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["x", "name", ""]),
            lambda inner: (
                st.lists(inner, max_size=2)
                | st.dictionaries(st.sampled_from(["name", "count", "z/~"]), inner, max_size=2)
            ),
            max_leaves=4,
        ),
    )
)
def test_any_refusal_points_into_the_arguments(given: dict[str, Any]) -> None:
    arguments = of(small)
    try:
        found = arguments.validate(given)
    except ArgumentsInvalid as error:
        for each in error.errors:
            place: Any = given
            steps = [
                s.replace("~1", "/").replace("~0", "~") for s in each["pointer"].split("/")[1:]
            ]
            for number, step in enumerate(steps):
                if isinstance(place, dict) and step not in place:
                    assert number == len(steps) - 1
                    break
                place = place[int(step)] if isinstance(place, list) else place[step]
    else:
        assert found.keys() == given.keys()
