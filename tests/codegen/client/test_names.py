"""Names (codegen/mizan_codegen/client/names.py)."""

import pytest

from mizan_codegen.client.names import MAX_LENGTH, Names, camel, pascal


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("update_name",), "UpdateName"),
        (("shop.orders", "Data"), "ShopOrdersData"),
        (("shop__models__User-Input",), "ShopModelsUserInput"),
        (("HTTPError",), "HTTPError"),
        (("Page_OrderShape_",), "PageOrderShape"),
        (("1st",), "T1st"),
        (("名前",), "Value"),
    ],
)
def test_names_of_types(parts: tuple[str, ...], name: str) -> None:
    assert pascal(*parts) == name


def test_names_of_constants() -> None:
    assert camel("update_name") == "updateName"
    assert camel("user", "context") == "userContext"


def test_long_names_are_cut_and_stay_apart() -> None:
    one, two = pascal("a" * 100), pascal("a" * 100 + "b")
    assert len(one) == len(two) == MAX_LENGTH
    assert one != two


def test_every_name_is_given_once() -> None:
    names = Names(["call"])
    assert names.take("updateName") == "updateName"
    assert names.take("updateName") == "updateName2"
    assert names.take("updateName") == "updateName3"
    assert names.take("delete", "deleteFunction") == "deleteFunction"
    assert names.take("call", "callFunction") == "callFunction"
    assert names.take("call", "callFunction") == "callFunction2"
