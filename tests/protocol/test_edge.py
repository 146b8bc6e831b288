"""mizan/protocol/edge.py: tags, URLs and patterns of targets."""

from typing import Any

import pytest

from mizan.errors import DocumentError
from mizan.protocol.edge import Resolution, resolve
from mizan.protocol.guards import Guard, tag
from mizan.protocol.targets import EVERYTHING, Target

INTEGER = {"type": "integer"}


def context(name: str, *parameters: str, **more: Any) -> dict[str, Any]:
    return {
        "endpoint": f"/m/ctx/{name}/",
        "parameters": [{"name": each, "type": INTEGER, "required": True} for each in parameters],
        "bound_params": [],
        "scope_params": list(parameters),
        "views": [],
        "page_routes": [],
        **more,
    }


MANIFEST: dict[str, Any] = {
    "base_url": "/m/",
    "contexts": {
        "note": context("note", page_routes=["/notes/"]),
        "user": context(
            "user",
            "user_id",
            views=["/v/:user_id/card"],
            page_routes=["/u/:user_id", "/u/:user_id/:tab/", "/u/x:user_id/", "/all/"],
        ),
        "wide": context("wide", "a", "b", "c", scope_params=["b"]),
        "cart": context(
            "cart",
            bound_params=[{"name": "me", "type": INTEGER}],
            scope_params=["me"],
            page_routes=["/cart/:me/:them/"],
        ),
    },
}


def user_tag(value: str) -> str:
    return tag(Guard("user", (("user_id", value),)))


@pytest.mark.parametrize(
    ("target", "tags", "urls", "patterns"),
    [
        (Target("note"), ["note"], ["/m/ctx/note/", "/notes/"], []),
        (Target("note", (("x", 1),)), ["note"], ["/m/ctx/note/", "/notes/"], []),
        (
            Target("user"),
            ["user"],
            ["/all/", "/u/x:user_id/"],
            ["/m/ctx/user/*", "/u/*", "/u/*/*/", "/v/*/card"],
        ),
        (
            Target("user", (("tab", "x"), ("user_id", "a b"))),
            [user_tag("a b")],
            ["/all/", "/m/ctx/user/?user_id=a%20b", "/u/a%20b", "/u/x:user_id/", "/v/a%20b/card"],
            ["/u/a%20b/*/"],
        ),
        (Target("cart"), ["cart"], ["/m/ctx/cart/"], ["/cart/*/*/"]),
        (
            Target("cart", (("me", 7),), "f"),
            [tag(Guard("cart", (("me", "7"),)))],
            ["/m/ctx/cart/"],
            ["/cart/7/*/"],
        ),
        (Target("gone"), ["gone"], [], ["/m/ctx/gone/*"]),
        (Target("gone", (("a", 1),)), ["gone"], [], ["/m/ctx/gone/*"]),
    ],
)
def test_resolves(target: Target, tags: list[str], urls: list[str], patterns: list[str]) -> None:
    expected = Resolution(tuple(tags), tuple(urls), tuple(patterns))
    assert resolve(MANIFEST, [target]) == expected


@pytest.mark.parametrize(
    ("params", "url"),
    [
        ("", "*"),
        ("a", "?a=1*"),
        ("b", "?*b=1*"),
        ("c", "?*c=1"),
        ("ab", "?a=1&b=1*"),
        ("ac", "?a=1*c=1"),
        ("bc", "?*b=1&c=1"),
        ("abc", "?a=1&b=1&c=1"),
    ],
)
def test_stars_stand_for_the_parameters_that_are_open(params: str, url: str) -> None:
    found = resolve(MANIFEST, [Target("wide", tuple((name, 1) for name in params))])
    assert found.urls + found.patterns == (f"/m/ctx/wide/{url}",)
    assert bool(found.patterns) == ("*" in url)
    assert found.tags == ((tag(Guard("wide", (("b", "1"),))) if "b" in params else "wide"),)


def test_everything_is_every_context() -> None:
    every = [Target(name) for name in MANIFEST["contexts"]]
    assert resolve(MANIFEST, [EVERYTHING, Target("gone")]) == resolve(MANIFEST, every)
    assert resolve(MANIFEST, [EVERYTHING]).tags == ("cart", "note", "user", "wide")
    assert resolve({"base_url": "/", "contexts": {}}, [EVERYTHING]) == Resolution((), (), ())


def test_what_is_covered_adds_nothing() -> None:
    assert resolve(MANIFEST, [Target("user", (("user_id", 5),)), Target("user")]) == resolve(
        MANIFEST, [Target("user")]
    )


@pytest.mark.parametrize("field", ["user;user_id=5, note", b"note,user;user_id=5"])
def test_reads_fields(field: str | bytes) -> None:
    expected = resolve(MANIFEST, [Target("user", (("user_id", 5),)), Target("note")])
    assert resolve(MANIFEST, field) == expected
    assert resolve(MANIFEST, "") == Resolution((), (), ())


@pytest.mark.parametrize("field", ["User", b"\xff", "user;", "a" * 70_000])
def test_a_field_that_cannot_be_read_is_everything(field: str | bytes) -> None:
    assert resolve(MANIFEST, field) == resolve(MANIFEST, [EVERYTHING])


def test_refuses_what_is_no_target() -> None:
    with pytest.raises(DocumentError):
        resolve(MANIFEST, [Target("User")])
