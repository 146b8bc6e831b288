"""mizan/server/app_errors.py: an application's own errors."""

import re
from typing import ClassVar

import pytest
from pydantic import BaseModel

from mizan.server.app_errors import AppError, fields_of, shape_of
from mizan.server.results import ResultInvalid


class Item(BaseModel):
    name: str


class OutOfStock(AppError):  # noqa: N818 (an application's word)
    """There are too few."""

    left: int
    items: list[Item] = []  # noqa: RUF012 (a field's default)
    limit: ClassVar[int] = 9


class NameTakenError(AppError):
    code = "app.name.taken"
    status = 410


class Error(AppError):
    pass


class SoldOut(OutOfStock):
    status: int = 410
    since: str | None = None


def test_codes() -> None:
    assert (OutOfStock.code, OutOfStock.status) == ("app.out_of_stock", 409)
    assert (NameTakenError.code, NameTakenError.status) == ("app.name.taken", 410)
    assert Error.code == "app.error"
    assert SoldOut.code == "app.sold_out"


def test_fields() -> None:
    error = OutOfStock("Two left.", left=2, items=[Item(name="a")])
    assert (error.detail, str(error), error.left) == ("Two left.", "Two left.", 2)
    assert error.data() == {"left": 2, "items": [{"name": "a"}]}
    assert OutOfStock(left=2).data() == {"left": 2, "items": []}
    assert NameTakenError("Taken.").data() is None
    assert set(fields_of(SoldOut)) == {"left", "items", "since"}
    assert SoldOut(left=0).data() == {"left": 0, "items": [], "since": None}
    assert shape_of(NameTakenError) is None


@pytest.mark.parametrize(
    ("make", "say"),
    [
        (lambda: OutOfStock("x"), "OutOfStock needs the field 'left'; it has: left, items."),
        (
            lambda: OutOfStock(left=1, rest=2),
            "OutOfStock has no field 'rest'; it has: left, items.",
        ),
        (lambda: NameTakenError(by=2), "NameTakenError has no field 'by'; it has: none."),
        (lambda: OutOfStock(left=1, limit=2), "OutOfStock has no field 'limit'"),
    ],
)
def test_fields_that_are_not_declared(make: object, say: str) -> None:
    with pytest.raises(TypeError, match=re.escape(say)):
        make()  # type: ignore[operator]


def test_a_value_of_another_type_does_not_go_out() -> None:
    with pytest.raises(ResultInvalid, match="OutOfStock declares OutOfStock and gave dict: /left"):
        OutOfStock(left="many").data()


def test_its_schema() -> None:
    shape = shape_of(OutOfStock)
    assert shape is not None
    schema = shape.described()
    assert schema["properties"]["left"] == {"title": "Left", "type": "integer"}
    assert schema["required"] == ["left", "items"]
