"""mizan/server/declare.py: what `@client` records."""

import functools
import inspect
from typing import Any

import pytest
from asgiref.sync import iscoroutinefunction

from mizan.server.context import Context
from mizan.server.declare import ClientFunction, Options, near, where
from mizan.server.registry import Registry


class UserContext(Context):
    pass


def plain(request: Any, a: int) -> int:
    """Add nothing."""
    return a


async def waiting(request: Any) -> None: ...


def test_options() -> None:
    options = Options.of({"affects": UserContext, "errors": [KeyError], "methods": "PUT"})
    assert options.affects == (UserContext,)
    assert options.errors == (KeyError,)
    assert options.methods == ("PUT",)
    assert Options.of({"affects": ["a", "b"], "methods": None}).affects == ("a", "b")
    assert Options.of({}) == Options()
    assert not Options().guarded
    assert Options(login_required=True).guarded
    assert Options(permission="shop.add").guarded


def test_a_misspelt_option_is_told_the_right_ones() -> None:
    with pytest.raises(TypeError) as caught:
        Options.of({"afects": UserContext})
    assert str(caught.value) == (
        "@client has no option 'afects'; did you mean 'affects'? There are: affects, atomic, "
        "cache, context, deprecated, errors, login_required, methods, name, permission, private, "
        "rev, route, user_scoped."
    )


def test_near() -> None:
    assert near("usr", ["user", "order"]) == "; did you mean 'user'? There are: order, user"
    assert near("zzz", ["user", "user"]) == "; there are: user"
    assert near("zzz", []) == "; there are: none"


def test_a_function() -> None:
    function = ClientFunction(plain, Options(), Registry())
    assert function.name == "plain"
    assert function.where == f"{__file__}:{plain.__code__.co_firstlineno}" == where(plain)
    assert repr(function) == f"<client function plain at {function.where}>"
    assert function.__doc__ == "Add nothing."
    assert inspect.signature(function) == inspect.signature(plain)
    assert not function.is_async
    assert not iscoroutinefunction(function)
    assert ClientFunction(plain, Options(name="shop.add"), Registry()).name == "shop.add"


def test_an_async_function() -> None:
    function = ClientFunction(waiting, Options(), Registry())
    assert function.is_async
    assert iscoroutinefunction(function)


def test_the_place_of_a_wrapped_function_is_its_own() -> None:
    @functools.wraps(plain)
    def wrapper(*args: Any) -> Any: ...

    assert where(wrapper) == where(plain)
    assert ClientFunction(wrapper, Options(), Registry()).where == where(plain)


@pytest.mark.parametrize("thing", [int, len, 5, functools.partial(plain, a=1), UserContext])
def test_only_functions_are_declared(thing: Any) -> None:
    with pytest.raises(TypeError, match="@client declares a function, not"):
        ClientFunction(thing, Options(), Registry())


def test_a_long_list_of_names_is_cut_short() -> None:
    names = [f"name_{number:02}" for number in range(30)]
    assert near("zzz", names[:24]).endswith("name_22, name_23")
    assert near("name_291", names).startswith("; did you mean 'name_29'? There are: name_00, ")
    assert near("zzz", names).endswith("name_22, name_23, and 6 more")
