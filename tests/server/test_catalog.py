"""mizan/server/catalog.py: everything declared, checked and compiled."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from mizan.errors import CoerceError, DeclarationError
from mizan.protocol.targets import EVERYTHING, Target
from mizan.server.app_errors import AppError
from mizan.server.context import Context, FromRequest
from mizan.server.problems import Problem
from mizan.server.results import ResultInvalid


class UserContext(Context):
    """One user."""


class CartContext(Context):
    owner: str = FromRequest(lambda request: request.user)


class ShopContext(Context):
    owner: int = FromRequest(lambda request: request.rights and len(request.rights))
    day: date = FromRequest(lambda request: date(2024, 1, 2))


@pytest.fixture
def catalog(server: Any) -> Any:
    """Contexts, two of which bind one name differently, and what affects them."""
    client = server.client

    @client(context=UserContext, rev=2, cache=60)
    def user_profile(request: Any, user_id: int, key: UUID | None = None) -> int: ...  # type: ignore[empty-body]

    @client(context=UserContext, rev=1)
    def user_orders(request: Any, user_id: int, page: int = 1) -> int: ...  # type: ignore[empty-body]

    @client(context=CartContext)
    def cart(request: Any, owner: str) -> int: ...  # type: ignore[empty-body]

    @client(context=ShopContext)
    def shop(request: Any) -> int: ...  # type: ignore[empty-body]

    @client(context="pages", route="/p/")
    def page(request: Any) -> server.Response: ...

    @client(affects=[UserContext, "cart", ShopContext])
    def change(request: Any, user_id: int = 0, owner: str = "", *, note: str = "") -> None: ...

    @client(affects=user_profile, private=True, atomic=False)
    def hook(request: Any, user_id: Any = None) -> None: ...

    @client(affects="user", private=True)
    def hooked(request: Any) -> server.Response: ...

    @client(name="tools.ping")
    def ping(request: Any) -> None: ...

    return server.catalog


def test_functions(catalog: Any) -> None:
    functions = catalog.functions
    assert {name: each.kind for name, each in functions.items()} == {
        "user_profile": "read",
        "user_orders": "read",
        "cart": "read",
        "shop": "read",
        "page": "read",
        "change": "mutation",
        "hook": "mutation",
        "hooked": "mutation",
        "tools.ping": "call",
    }
    assert [name for name, each in functions.items() if each.atomic] == ["change", "hooked"]
    assert [name for name, each in functions.items() if each.is_view] == ["page", "hooked"]
    assert functions["change"].scoping == {"user_id", "owner"}
    assert functions["change"].bound == {"cart": {"owner"}, "shop": {"owner", "day"}}
    assert functions["tools.ping"].bound == {}


def test_contexts(catalog: Any) -> None:
    user = catalog.contexts["user"]
    assert [each.name for each in user.functions] == ["user_orders", "user_profile"]
    assert (user.rev, user.cache, user.scope_params) == (2, 60, ("user_id",))
    assert catalog.digests.keys() == {"user", "cart", "shop", "pages"}
    assert catalog.readable_context("user") is user
    assert catalog.callable_function("change").name == "change"


@pytest.mark.parametrize(
    ("ask", "name", "code"),
    [
        ("callable_function", "nothing", "not_found"),
        ("callable_function", "hooked", "private"),
        ("callable_function", "hook", "private"),
        ("readable_context", "nothing", "not_found"),
        ("readable_context", "pages", "not_found"),
    ],
)
def test_what_no_client_may_ask_for(catalog: Any, ask: str, name: str, code: str) -> None:
    with pytest.raises(Problem) as caught:
        getattr(catalog, ask)(name)
    assert caught.value.code == code


def test_one_bound_name_of_two_contexts(catalog: Any, server: Any) -> None:
    request = server.Request(user="ada", rights=("a", "b"))
    change = catalog.functions["change"]
    bound = {
        name: catalog.bound_values(name, names, request) for name, names in change.bound.items()
    }
    assert bound == {"cart": {"owner": "ada"}, "shop": {"owner": 2, "day": "2024-01-02"}}
    assert catalog.targets(change, {"user_id": 5}, bound) == (
        Target("cart", (("owner", "ada"),)),
        Target("shop", (("day", "2024-01-02"), ("owner", 2))),
        Target("user", (("user_id", 5),)),
    )
    # An argument comes before the request; it fits one of the two types, and broadens the other.
    assert catalog.targets(change, {"owner": "bob"}, bound) == (
        Target("cart", (("owner", "bob"),)),
        Target("shop", (("day", "2024-01-02"),)),
        Target("user"),
    )


def test_bound_values_that_the_request_lacks(catalog: Any, server: Any) -> None:
    assert catalog.bound_values("cart", ["owner"], server.Request()) == {}
    assert catalog.bound_values("cart", ["owner"], None) == {}
    assert catalog.targets(catalog.functions["change"], {}, {}) == (
        Target("cart"),
        Target("shop"),
        Target("user"),
    )


def test_bound_values_are_the_servers_own(catalog: Any) -> None:
    shop = catalog.contexts["shop"]
    assert shop.coerced({"owner": "7", "day": "2024-01-02"}) == {"owner": 7, "day": "2024-01-02"}
    with pytest.raises(ResultInvalid, match="a bound parameter of shop, taken from the request"):
        shop.coerced({"owner": "x"})


def test_only_arguments_that_scope_are_looked_at(catalog: Any) -> None:
    change = catalog.functions["change"]
    found = catalog.targets(change, {"user_id": 5, "note": object()}, {})
    assert found[2] == Target("user", (("user_id", 5),))
    hook = catalog.functions["hook"]
    assert catalog.targets(hook, {"user_id": object()}, {}) == (Target("user", (), "user_profile"),)
    assert catalog.targets(catalog.functions["tools.ping"], {}, {}) == ()


def test_targets_by_name(catalog: Any) -> None:
    key = UUID(int=1)
    assert catalog.context_target("*", {}) == EVERYTHING
    assert catalog.context_target("user", {}) == Target("user")
    assert catalog.context_target("user", {"user_id": "5", "key": key}) == Target(
        "user", (("key", str(key)), ("user_id", 5))
    )
    assert catalog.context_target("user", {"user_id": 5, "key": None}) == Target(
        "user", (("user_id", 5),)
    )
    assert catalog.context_target("shop", {"day": date(2024, 1, 1)}) == Target(
        "shop", (("day", "2024-01-01"),)
    )
    # A context comes before a function of its name.
    assert catalog.context_target("cart", {}) == Target("cart")
    assert catalog.function_target("cart", {}) == Target("cart", (), "cart")
    assert catalog.context_target("user_orders", {"page": 2}) == Target(
        "user", (("page", 2),), "user_orders"
    )


@pytest.mark.parametrize(
    ("name", "params", "say"),
    [
        ("usr", {}, "'usr' is neither a context nor a function of one; did you mean 'user'?"),
        ("*", {"user_id": 5}, "'*' is neither"),
        ("change", {}, "'change' is neither"),
        ("user", {"usr_id": 5}, "user has no parameter 'usr_id'; did you mean 'user_id'?"),
        ("user_profile", {"x": 5}, "user has no parameter 'x'; there are: key, page, user_id."),
    ],
)
def test_what_is_no_target(catalog: Any, name: str, params: Any, say: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        catalog.context_target(name, params)
    assert caught.value.code == "declaration.unknown_target"
    assert str(caught.value).startswith(say)


def test_a_value_that_is_not_of_the_type(catalog: Any) -> None:
    with pytest.raises(CoerceError):
        catalog.context_target("user", {"user_id": "x"})


def test_errors_are_declared_by_function(server: Any) -> None:
    class Sold(AppError):  # noqa: N818 (an application's word)
        pass

    class SoldHere(Sold):
        pass

    @server.client(errors=[Sold])
    def buy(request: Any) -> None: ...

    @server.client
    def look(request: Any) -> None: ...

    catalog = server.catalog
    assert catalog.declares("buy", Sold())
    assert not catalog.declares("buy", SoldHere())  # its code is another
    assert not catalog.declares("look", Sold())
    assert not catalog.declares("nothing", Sold())
    assert not catalog.declares(None, Sold())
