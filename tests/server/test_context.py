"""mizan/server/context.py: contexts, as developers declare them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan.protocol.targets import is_name
from mizan.server.context import Bound, By, Context, FromRequest, is_context, wire_name


@pytest.mark.parametrize(
    ("class_name", "name"),
    [
        ("UserContext", "user"),
        ("ShopCartContext", "shop_cart"),
        ("User", "user"),
        ("Context", "context"),
        ("HTTPLogContext", "http_log"),
        ("Order2Context", "order2"),
        ("V2OrdersContext", "v2_orders"),
    ],
)
def test_names_on_the_wire(class_name: str, name: str) -> None:
    assert wire_name(class_name) == name


@given(st.from_regex("[A-Z][A-Za-z0-9]{0,40}", fullmatch=True))
def test_every_class_name_gives_a_name(class_name: str) -> None:
    assert is_name(wire_name(class_name))


def test_a_context() -> None:
    def key(request: Any) -> int:
        return 7

    class UserContext(Context):
        scope_by = ("user_id",)
        account_id: int = FromRequest(key)

    class AdminContext(UserContext):
        name = "boss"
        user_scoped = True
        role_id: str = FromRequest(str)

    assert UserContext.name == "user"
    assert UserContext.bound == {"account_id": Bound(key)}
    assert UserContext.user_scoped is None
    assert AdminContext.name == "boss"
    assert AdminContext.bound == {"account_id": Bound(key), "role_id": Bound(str)}
    assert Context.bound == {}
    assert UserContext.by("user_id") == By("user", ("user_id",))
    assert AdminContext.by() == By("boss", ())
    assert is_context(UserContext)
    assert not is_context(UserContext.by())
    assert not is_context(int)


def test_a_context_is_never_made() -> None:
    class UserContext(Context):
        pass

    with pytest.raises(TypeError, match="UserContext is a context: pass the class itself"):
        UserContext()
