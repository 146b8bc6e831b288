"""mizan/server/pointers.py: where pydantic refused a value."""

from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from mizan.server.pointers import errors_of


class Circle(BaseModel):
    kind: Literal["circle"]
    radius: int


class Square(BaseModel):
    kind: Literal["square"]
    side: int
    square: int = 0


class Tree(BaseModel):
    size: int = 0
    child: "Tree | None" = None


Shape = Annotated[Circle | Square, Field(discriminator="kind")]


class Order(BaseModel):
    lines: list[Circle] = []
    prices: dict[str, int] = {}
    shape: Shape | None = None
    either: int | list[int] = 0
    aliased: int = Field(0, alias="theAlias")
    model: Circle | Square | None = None


def pointers(hint: Any, value: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(hint).validate_python(value)
    return [each["pointer"] for each in errors_of(caught.value, value)]


CIRCLE = {"kind": "circle", "radius": 1}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"lines": [CIRCLE, {"kind": "circle", "radius": "x"}]}, ["/lines/1/radius"]),
        ({"lines": [{"kind": "circle"}]}, ["/lines/0/radius"]),
        ({"lines": [5]}, ["/lines/0"]),
        ({"lines": ({"kind": "circle"},)}, ["/lines/0/radius"]),
        ({"prices": {"a/b~c": "x"}}, ["/prices/a~1b~0c"]),
        ({"prices": {"": "x"}}, ["/prices/"]),
        ({"prices": {5: 5}}, ["/prices/5"]),
        ({"shape": {"kind": "circle", "radius": "x"}}, ["/shape/radius"]),
        ({"shape": {"kind": "square", "side": "x"}}, ["/shape/side"]),
        ({"shape": {"kind": "square"}}, ["/shape/side"]),
        ({"shape": {"kind": "square", "side": "x", "square": 1}}, ["/shape/side"]),
        ({"shape": {"kind": "square", "side": 1, "square": "x"}}, ["/shape/square"]),
        ({"shape": {"kind": "cube"}}, ["/shape"]),
        ({"either": "x"}, ["/either", "/either"]),
        ({"either": ["x"]}, ["/either", "/either/0"]),
        ({"theAlias": "x"}, ["/theAlias"]),
        (
            {"model": {"kind": "cube"}},
            ["/model/kind", "/model/radius", "/model/kind", "/model/side"],
        ),
        (5, [""]),
    ],
)
def test_pointers(value: Any, expected: list[str]) -> None:
    assert pointers(Order, value) == expected


def test_a_branch_with_the_name_of_a_member() -> None:
    value = {"kind": "square", "side": 1, "square": "x", "circle": {"radius": 1}}
    assert pointers(Shape, value) == ["/square"]
    assert pointers(Shape, {"kind": "circle", "circle": {"radius": 1}}) == ["/radius"]


def test_without_the_value_every_step_is_taken() -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Order).validate_python({"shape": {"kind": "circle"}, "lines": [5]})
    found = [each["pointer"] for each in errors_of(caught.value)]
    assert found == ["/lines/0", "/shape/circle/radius"]


def test_a_deep_value_takes_no_time() -> None:
    value: dict[str, Any] = {"size": "x"}
    for _ in range(60):
        value = {"size": "x", "child": value}
    found = pointers(Tree, value)
    assert len(found) == 61
    assert "/child" * 60 + "/size" in found


@given(st.lists(st.sampled_from(["child", "size"]), max_size=6))
def test_a_pointer_of_a_tree_leads_to_what_is_wrong(path: list[str]) -> None:
    value: Any = "x"
    for step in reversed([*("child" for each in path if each == "child"), "size"]):
        value = {step: value}
    (pointer,) = pointers(Tree, value)
    place = value
    for step in pointer[1:].split("/"):
        place = place[step]
    assert place == "x"


def test_details() -> None:
    model = TypeAdapter(Circle)
    with pytest.raises(ValidationError) as caught:
        model.validate_python({"kind": "circle"})
    (missing,) = errors_of(caught.value, {"kind": "circle"}, ["kind", "radius"])
    assert missing == {
        "pointer": "/radius",
        "code": "missing",
        "detail": "The argument 'radius' is missing; it is required.",
    }

    class Strict(BaseModel, extra="forbid"):
        a: int = 0
        inner: "Strict | None" = None

    given = {"b": 1, "inner": {"c": 1}}
    with pytest.raises(ValidationError) as caught:
        Strict.model_validate(given)
    details = {each["pointer"]: each["detail"] for each in errors_of(caught.value, given, ["a"])}
    assert details == {
        "/b": "There is no argument 'b'; there are: a.",
        "/inner/c": "Extra inputs are not permitted.",
    }
    assert "there are: none." in errors_of(caught.value, given)[1]["detail"]


def test_of_very_many_errors_only_some_are_worked_out() -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(list[int]).validate_python(["x"] * 1000)
    assert [each["pointer"] for each in errors_of(caught.value)] == [f"/{n}" for n in range(101)]
