"""mizan/protocol/scope.py: what a call of a mutation made stale."""

from typing import Any

import pytest

from mizan.errors import DeclarationError, DocumentError
from mizan.protocol.declarations import read_declarations
from mizan.protocol.scope import mutation_targets
from mizan.protocol.targets import EVERYTHING, Target

DECLARATIONS: dict[str, Any] = {
    "mizan": "1.0",
    "base_url": "/m/",
    "contexts": [
        {"name": "user"},
        {"name": "cart", "bind": [{"name": "user_id", "type": {"type": "integer"}}]},
    ],
    "functions": [
        {
            "name": "user_profile",
            "context": "user",
            "parameters": [
                {"name": "user_id", "type": {"type": "integer"}, "required": True},
                {"name": "lang", "type": {"type": "string"}, "required": True},
            ],
        },
        {"name": "rename", "affects": [{"context": "user"}], "arguments": ["user_id", "lang"]},
        {
            "name": "retitle",
            "affects": [{"context": "user", "function": "user_profile"}],
            "arguments": ["user_id"],
        },
        {"name": "buy", "affects": [{"context": "cart"}], "arguments": ["user_id", "item"]},
        {"name": "empty", "affects": [{"context": "cart"}]},
        {
            "name": "move",
            "affects": [{"context": "cart", "by": []}, {"context": "user", "by": ["lang"]}],
            "arguments": ["user_id", "lang"],
        },
    ],
}


def user(**params: Any) -> Target:
    return Target("user", tuple(sorted(params.items())))


def cart(**params: Any) -> Target:
    return Target("cart", tuple(params.items()))


@pytest.mark.parametrize(
    ("function", "args", "bound", "expected"),
    [
        ("rename", {"user_id": 5, "lang": "de"}, {}, [user(user_id=5, lang="de")]),
        ("rename", {"user_id": "5"}, {"lang": "de"}, [user(user_id=5)]),
        ("rename", {"user_id": None, "lang": ""}, {}, [user(lang="")]),
        ("rename", {"user_id": "x", "lang": "de"}, {}, [user(lang="de")]),
        ("rename", {}, {"user_id": 5}, [user()]),
        (
            "retitle",
            {"user_id": 5, "lang": "x"},
            {},
            [Target("user", (("user_id", 5),), "user_profile")],
        ),
        ("buy", {"user_id": 5}, {"user_id": 6}, [cart(user_id=5)]),
        ("buy", {"item": 5}, {"user_id": 6}, [cart(user_id=6)]),
        ("buy", {"user_id": None}, {"user_id": 6}, [cart(user_id=6)]),
        ("buy", {"user_id": "x"}, {"user_id": 6}, [cart()]),
        ("buy", {}, {}, [cart()]),
        ("empty", {"user_id": 5}, {"user_id": 6}, [cart(user_id=6)]),
        ("move", {"user_id": 5, "lang": "de"}, {"user_id": 6}, [cart(), user(lang="de")]),
        ("user_profile", {"user_id": 5}, {}, []),
    ],
)
def test_targets(
    function: str, args: dict[str, Any], bound: dict[str, Any], expected: list[Target]
) -> None:
    for declarations in (DECLARATIONS, read_declarations(DECLARATIONS)):
        assert mutation_targets(declarations, function, args, bound) == tuple(expected)


def test_added_targets_join_the_set() -> None:
    def joined(*added: Target) -> tuple[Target, ...]:
        return mutation_targets(DECLARATIONS, "rename", {"user_id": 5}, {}, added)

    assert joined(cart()) == (cart(), user(user_id=5))
    assert joined(user()) == (user(),)
    assert joined(user(user_id="5")) == (user(user_id=5),)
    assert joined(EVERYTHING) == (EVERYTHING,)
    with pytest.raises(DocumentError):
        joined(Target("User"))


def test_an_unknown_function() -> None:
    with pytest.raises(DeclarationError) as caught:
        mutation_targets(DECLARATIONS, "nothing", {}, {})
    assert caught.value.code == "declaration.unknown_target"
    assert "nothing" in str(caught.value)
