"""mizan/server/writers.py: what existing code makes stale, and what is wrong with that."""

from __future__ import annotations

from typing import Any

import pytest

from mizan.server import Context
from mizan.server.context import By
from mizan.server.freeze import freeze
from mizan.server.writers import Writer, listed, scoped


class UserContext(Context):
    """One user."""


@pytest.fixture
def users(server: Any) -> Any:
    @server.client(context=UserContext)
    def profile(request: Any, user_id: int, page: int = 1) -> int:
        return 1

    @server.client
    def other(request: Any) -> int:
        return 1

    return server


def faults(users: Any, *affected: Any, names: Any = ("order", "user_id")) -> list[str]:
    writer = Writer("save", "shop/views.py:7", affected, names)
    found = freeze(users.registry.functions, users.host, [writer])[1]
    assert {each.where for each in found} <= {"shop/views.py:7"}
    return [f"{each.code} {each.message}" for each in found]


@pytest.mark.parametrize(
    ("affected", "expected"),
    [
        ("usr", "declaration.unknown_target save: affects names 'usr'"),
        ("other", "declaration.unknown_target save: affects names the function other, which reads"),
        (7, "declaration.unknown_target save: affects names 7; it should be contexts"),
        (type("NoContext", (Context,), {}), "declaration.unknown_target save: affects names NoCo"),
        (UserContext.by("page"), "declaration.by save: cannot scope by 'page', which is no scope"),
        (UserContext.by(user_id="ordr.pk"), "declaration.by save: 'ordr.pk' begins with none of"),
    ],
)
def test_a_fault(users: Any, affected: Any, expected: str) -> None:
    found = faults(users, affected)
    assert any(each.startswith(expected) for each in found), found


def test_what_is_right(users: Any) -> None:
    assert faults(users, UserContext, "user", "profile", UserContext.by("user_id")) == []
    assert faults(users, UserContext.by(user_id="anything.pk"), names=None) == []


def test_targets(users: Any) -> None:
    values = {"user_id": "5", "order.user": 6}
    affected = ("user", "profile", UserContext.by(), UserContext.by(user_id="order.user"))
    writer = Writer("save", "", affected, ("user_id",))
    found = [each.target(values.__getitem__) for each in writer.effects(users.catalog)]
    assert [(each.context, each.function, dict(each.params)) for each in found] == [
        ("user", None, {"user_id": 5}),
        ("user", "profile", {"user_id": 5}),
        ("user", None, {}),
        ("user", None, {"user_id": 6}),
    ]


def test_values_that_are_none_make_a_target_broader(users: Any) -> None:
    (effect,) = Writer("save", "", ("user",), None).effects(users.catalog)
    for values in ({}, {"user_id": None}, {"user_id": "x"}, {"user_id": object()}):
        assert effect.target(values.__getitem__).params == ()


def test_paths_by_name() -> None:
    assert listed([["a", "b"], "c"]) == ("a", "b", "c")
    assert scoped("user", {"user_id": "pk"}) == By("user", (), (("user_id", "pk"),))
    assert scoped(UserContext, {}) is UserContext
    with pytest.raises(TypeError, match="Give the paths by name"):
        scoped(UserContext.by("user_id"), {})
    with pytest.raises(TypeError, match="Only a context"):
        scoped(7, {"user_id": "pk"})  # type: ignore[arg-type]
