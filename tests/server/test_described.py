"""mizan/server/described.py: JSON Schemas of all arguments and results at once."""

import enum
import json
from collections.abc import Callable
from inspect import Parameter
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.json_schema import SkipJsonSchema

from mizan.server import described as module
from mizan.server.arguments import Argument, Arguments
from mizan.server.described import Described, Wanted, described
from mizan.server.pieces import Pieces
from mizan.server.results import Result


class Colour(enum.Enum):
    RED = "red"


class Item(BaseModel):
    """A thing."""

    id: int
    tags: list[str] = []


class Node(BaseModel):
    children: "list[Node]" = []
    item: Item


class FInput(BaseModel):
    a: int


class Card(BaseModel):
    what: FInput


class Odd:
    """A type that is read, but not described."""

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> Any:
        return {"type": "is-instance", "cls": cls}


class Partly(BaseModel):
    either: int | Odd


def arguments(*functions: tuple[str, dict[str, Any]]) -> list[Wanted]:
    """Return what is wanted of functions: their name, and hint or (hint, default) by name."""
    pieces, found = Pieces(), list[Wanted]()
    for number, (name, hints) in enumerate(functions):
        given = [
            Argument(each, *(hint if isinstance(hint, tuple) else (hint, Parameter.empty)))
            for each, hint in hints.items()
        ]
        schema = Arguments(name, given, (), pieces).schema
        found.append((f"in {number}", "validation", schema))
    return found


def results(*hints: Any) -> list[Wanted]:
    return [
        (f"out {number}", "serialization", Result("f", hint).schema)
        for number, hint in enumerate(hints)
    ]


def whole(inputs: list[Wanted], others: list[Wanted]) -> Described:
    """Return what pydantic's generator makes of all of them."""
    return module._together([*inputs, *others])


CASES: dict[str, tuple[list[tuple[str, dict[str, Any]]], list[Any]]] = {
    "none": ([], []),
    "no arguments": ([("f", {})], [int]),
    "the same of many": ([(f"f{n}", {"a": int, "b": (str, "x")}) for n in range(3)], [Item] * 3),
    "other defaults": ([("f", {"a": (int, 1)}), ("g", {"a": (int, 2)}), ("h", {"a": int})], []),
    "models": ([("f", {"item": Item, "b": (int | None, None)})], [Item, list[Item]]),
    "definitions": ([("f", {"node": Node}), ("g", {"a": Item, "b": list[Item]})], [Node]),
    "annotated": ([("f", {"a": Annotated[int, Field(gt=0, description="Some.")]})], []),
    "left out": ([("f", {"a": SkipJsonSchema[int], "b": str})], []),
    "choices": ([("f", {"a": Literal[1], "b": Literal["x"] | None, "c": Colour})], [Literal[True]]),
    "a model of that name": ([("f", {"a": int}), ("g", {"b": str})], [FInput]),
    "a model of that name within": ([("f", {"a": int})], [Card]),
    "two of one name": ([("a_b", {"a": int}), ("a.b", {"b": str})], []),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_what_pydantic_says(name: str) -> None:
    functions, hints = CASES[name]
    inputs, others = arguments(*functions), results(*hints)
    found, expected = described(inputs, others), whole(inputs, others)
    assert found.schemas == expected.schemas
    assert json.dumps(found.definitions) == json.dumps(expected.definitions)
    assert found.refused is expected.refused is False


def test_a_member_of_many_is_described_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[Any] = []
    describe: Callable[..., Any] = module._Generator.int_schema

    def count(self: Any, schema: Any) -> Any:
        counted.append(schema)
        return describe(self, schema)

    monkeypatch.setattr(module._Generator, "int_schema", count)
    described(arguments(("f", {"a": int})), [])
    once = len(counted)
    counted.clear()
    described(arguments(*[(f"f{number}", {"a": int}) for number in range(9)]), [])
    assert len(counted) == once


def test_what_cannot_be_described() -> None:
    with pytest.raises(PydanticInvalidForJsonSchema):
        described(arguments(("f", {"a": Odd})), [])


def test_what_can_be_described_in_part() -> None:
    found = described([], results(Partly))
    assert found.refused
    assert found.definitions["Partly"]["properties"]["either"]["type"] == "integer"
