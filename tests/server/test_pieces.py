"""mizan/server/pieces.py: core schemas of hints, each made once."""

# ruff: noqa: UP045 (every spelling of a hint is read)

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, NewType, Optional
from uuid import UUID

import pytest
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PydanticSchemaGenerationError,
    TypeAdapter,
    with_config,
)
from pydantic_core import SchemaValidator
from typing_extensions import TypedDict

from mizan.server.arguments import Argument, Arguments, typed_dict
from mizan.server.pieces import Pieces


class Colour(enum.Enum):
    RED = "red"


class Inner(BaseModel):
    count: int = 1


class Outer(BaseModel):
    inner: Inner


class Twice(BaseModel):
    left: Inner
    right: Inner


class Node(BaseModel):
    children: "list[Node]" = []


@dataclass
class Point:
    x: int


class Opaque:
    pass


class Shown(TypedDict):
    a: int


Key = NewType("Key", int)
TOGETHER: dict[str, list[Any]] = {
    "scalars": [int, str, bool, float, date, UUID, Any, None.__class__],
    "collections": [list[int], dict[str, int], set[str], tuple[int, ...], tuple[int, str], list],
    "unions": [Optional[int], int | None, int | str, str | int],
    "choices": [Literal["a", 1], Literal[True], Literal[1]],
    "records": [Inner, Point, Shown],
    "one in another": [list[Inner], Point | None],
}
APART: dict[str, list[Any]] = {
    "a type twice": [Inner, list[Inner]],
    "a type within another": [Inner, Outer],
    "a type with definitions": [Twice],
    "an enumeration twice": [Colour, Colour | None],
    "a type that holds itself": [Node],
    "not known to be one": [Annotated[int, Field(gt=0)], Key, tuple[()]],
}


def members(hints: list[Any]) -> dict[str, Any]:
    return {f"a{number}": (hint, True, {}) for number, hint in enumerate(hints)}


def made(found: Mapping[str, Any], kind: type) -> Any:
    """Return what pydantic makes of the same members, named as `kind` is."""
    shape = typed_dict(kind.__name__, {name: hint for name, (hint, _, _) in found.items()})
    core: Any = TypeAdapter(
        with_config(ConfigDict(arbitrary_types_allowed=True))(shape)
    ).core_schema
    return {**core, "cls": kind, "extra_behavior": "forbid", "ref": None}


class Given(dict[str, Any]):
    pass


@pytest.mark.parametrize("name", TOGETHER)
def test_what_is_put_together_is_what_pydantic_makes(name: str) -> None:
    found = members(TOGETHER[name])
    schema = Pieces().closed(Given, found)
    assert schema is not None
    ref = schema.get("ref", "")
    assert ref.startswith(f"{__name__}.Given:")
    assert {**schema, "ref": None} == made(found, Given)
    SchemaValidator(schema)


@pytest.mark.parametrize("name", APART)
def test_what_pydantic_has_to_see_together(name: str) -> None:
    assert Pieces().closed(Given, members(APART[name])) is None


def test_members_that_may_be_missing() -> None:
    schema: Any = Pieces().closed(Given, {"a": (int, False, {"default": 1}), "b": (int, True, {})})
    assert schema["fields"]["a"]["required"] is False
    assert schema["fields"]["a"]["metadata"] == {"pydantic_js_extra": {"default": 1}}
    assert schema["fields"]["b"]["required"] is True


def test_the_same_is_made_once() -> None:
    pieces = Pieces()
    assert pieces.adapter(list[int]) is pieces.adapter(list[int])
    one: Any = pieces.closed(Given, {"a": (int, False, {"default": 1})})
    two: Any = pieces.closed(Given, {"b": (int, False, {"default": 1})})
    assert one["fields"]["a"] is two["fields"]["b"]
    for other in (True, 1.0, 2):
        third: Any = pieces.closed(Given, {"a": (int, False, {"default": other})})
        assert third["fields"]["a"] is not one["fields"]["a"]


def test_what_is_equal_and_not_the_same_is_made_twice() -> None:
    pieces = Pieces()
    pairs = [(int | str, str | int), (Literal[1], Literal[True]), (list[int], set[int])]
    for one, other in pairs:
        assert pieces.adapter(one) is not pieces.adapter(other)

    class Same(type):
        def __eq__(cls, other: object) -> bool:
            return isinstance(other, Same)

        def __hash__(cls) -> int:
            return 1

    class One(metaclass=Same):
        kind: ClassVar[str] = "one"

        @classmethod
        def __get_pydantic_core_schema__(cls, *_: Any) -> Any:
            return {"type": "literal", "expected": [cls.kind]}

    class Other(One):
        kind: ClassVar[str] = "other"

    assert pieces.adapter(One).validate_python("one") == "one"
    assert pieces.adapter(Other).validate_python("other") == "other"


def test_a_hint_that_needs_a_configuration() -> None:
    pieces = Pieces()
    assert pieces.closed(Given, members([Opaque])) is None
    with pytest.raises(PydanticSchemaGenerationError):
        pieces.adapter(Opaque)
    empty = Arguments("f", [Argument("a", Opaque, ...)], (), pieces)
    assert empty.known({"a": 1}) == {"a": 1}


def test_a_type_that_is_not_complete() -> None:
    class Waiting(BaseModel):
        what: "Nothing"  # type: ignore[name-defined] # noqa: F821 (it is the fault)

    assert Pieces().closed(Given, members([Waiting])) is None
