"""mizan/server/draft.py: one declared function, read."""

from typing import Any, Literal

import pytest
from pydantic import BaseModel

from mizan.server.app_errors import AppError
from mizan.server.context import Context, FromRequest
from mizan.server.declare import ClientFunction, Options
from mizan.server.draft import Draft, context_name, wire_route
from mizan.server.registry import Registry


class Shape(BaseModel):
    id: int


class UserContext(Context):
    pass


class Opaque:
    pass


class Sold(AppError):  # noqa: N818 (an application's word)
    left: int


class SoldToo(AppError):  # noqa: N818 (an application's word)
    code = "app.sold"


class Wild(AppError):  # noqa: N818 (an application's word)
    code = "wild"
    status = 399


class Odd(AppError):  # noqa: N818 (an application's word)
    status = "409"  # type: ignore[assignment]


class Unread(AppError):  # noqa: N818 (an application's word)
    what: "Nothing"  # type: ignore[name-defined] # noqa: F821 (it is the fault)


class Unshown(AppError):  # noqa: N818 (an application's word)
    what: Opaque


def draft(fn: Any, host: Any, **options: Any) -> Draft:
    return Draft(ClientFunction(fn, Options.of(options), Registry()), host)


def codes(made: Draft) -> list[str]:
    for each in made.faults:
        assert each.where == made.declared.where
        assert each.message.startswith(f"{made.name}: ")
        assert each.message.endswith(".")
    return [each.code.removeprefix("declaration.") for each in made.faults]


def read(request: Any, user_id: int, page: int = 1, tag: str | None = None) -> Shape: ...  # type: ignore[empty-body]
def write(request: Any, shape: Shape, note: Any = None) -> list[Shape]: ...  # type: ignore[empty-body]


def test_a_reading_function(host: Any) -> None:
    made = draft(read, host, context=UserContext, rev=2, cache=60, login_required=True)
    assert codes(made) == []
    assert made.readable
    assert made.document == {
        "name": "read",
        "path": "rpc",
        "private": False,
        "guarded": True,
        "methods": ["GET"],
        "rev": 2,
        "cache": 60,
        "context": "user",
        "parameters": [
            {"name": "user_id", "type": {"type": "integer"}, "required": True},
            {"name": "page", "type": {"type": "integer"}, "required": False, "default": 1},
            {
                "name": "tag",
                "type": {"type": "string"},
                "required": False,
                "nullable": True,
                "default": None,
            },
        ],
    }


def test_any_other_function(host: Any) -> None:
    made = draft(write, host, name="shop.write", private=True)
    assert codes(made) == []
    assert made.document == {
        "name": "shop.write",
        "path": "rpc",
        "private": True,
        "guarded": False,
        "methods": ["POST"],
        "rev": 0,
        "cache": True,
        "arguments": ["shape", "note"],
    }


def test_a_view(server: Any) -> None:
    class Page(server.Response):  # type: ignore[name-defined]
        pass

    def show(request: Any, thing: Opaque = None) -> "Page": ...  # type: ignore[assignment]

    show.__annotations__["return"] = Page
    made = draft(show, server.host, route="pages/<int:page_id>/", methods=["PUT", "GET", "PUT"])
    assert codes(made) == ["hint"]  # an Opaque cannot be validated
    show.__annotations__ = {"return": Page | server.Response}
    made = draft(show, server.host, route="pages/<int:page_id>/", methods=["PUT", "GET", "PUT"])
    assert codes(made) == []
    assert made.document["path"] == "view"
    assert made.document["route"] == "/pages/:page_id/"
    assert made.document["methods"] == ["GET", "PUT"]
    show.__annotations__ = {"return": Page | Shape}
    made = draft(show, server.host)
    assert codes(made) == ["hint"]
    assert "returns either data or an HTTP response" in made.faults[0].message


@pytest.mark.parametrize(
    ("route", "wire"),
    [
        ("/x/<int:user_id>/<slug>", "/x/:user_id/:slug"),
        ("x", "/x"),
        ("", "/"),
    ],
)
def test_routes(route: str, wire: str) -> None:
    assert wire_route(route) == wire


def test_names_of_contexts() -> None:
    assert context_name(UserContext) == "user"
    assert context_name("user") == "user"
    assert context_name(None) is None
    assert context_name(int) is None


def unknown(request: Any, a: "Nowhere", b: int) -> int: ...  # type: ignore[name-defined,empty-body] # noqa: F821 (it is the fault)
def opaque(request: Any, a: Opaque) -> Opaque: ...  # type: ignore[empty-body]
def unshown(request: Any, a: type) -> Any: ...
def silent(request: Any, a: int) -> "Silent": ...  # type: ignore[empty-body]
def several(request: Any, a: int | str, b: bytes, c: Literal[1]) -> None: ...
def headless() -> None: ...


class Silent:
    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> Any:
        raise ValueError


@pytest.mark.parametrize(
    ("fn", "options", "expected", "say"),
    [
        (unknown, {}, ["hint"], "name 'Nowhere' is not defined"),
        (opaque, {}, ["hint", "hint"], "the argument a is Opaque, which is no JSON; use pydantic"),
        (unshown, {}, ["hint"], "the argument a is type, which is no JSON; use pydantic"),
        (silent, {}, ["hint"], "silent: ValueError."),
        (several, {"context": "user"}, ["ambiguous", "hint"], "parameter a: int | str is a union"),
        (headless, {}, ["hint"], "its first argument must be the request."),
    ],
)
def test_hints_that_make_no_sense(
    host: Any, fn: Any, options: Any, expected: list[str], say: str
) -> None:
    made = draft(fn, host, **options)
    assert codes(made) == expected
    assert not made.readable
    assert say in " ".join(each.message for each in made.faults)


def test_the_type_of_a_parameter_that_is_bound_is_a_faults_too(host: Any) -> None:
    class Bound(Context):
        a: int = FromRequest(str)

    assert codes(draft(several, host, context=Bound)) == ["ambiguous", "hint"]


@pytest.mark.parametrize(
    ("options", "code", "say"),
    [
        ({"rev": -1}, "option", "rev is -1; it should be a whole number from 0."),
        ({"rev": True}, "option", "rev is True"),
        ({"rev": "1"}, "option", "rev is '1'"),
        ({"cache": -5}, "option", "cache is -5; it should be True, False or a whole number"),
        ({"cache": None}, "option", "cache is None"),
        ({"context": 5}, "option", "context is 5; it should be a Context or its name."),
        ({"permission": 5}, "option", "permission is 5; it should be a permission's name"),
        ({"permission": ""}, "option", "permission is ''"),
        ({"deprecated": True}, "option", "deprecated is True; it should be a sentence"),
        ({"deprecated": " "}, "option", "deprecated is ' '"),
        ({"name": 5}, "option", "name is 5; it should be a name."),
        ({"name": ""}, "option", "name is ''"),
        ({"context": ""}, "option", "context is ''"),
        ({"private": "yes"}, "option", "private is 'yes'; it should be True or False."),
        ({"login_required": 1}, "option", "login_required is 1; it should be True or False."),
        ({"user_scoped": "no"}, "option", "user_scoped is 'no'; it should be True or False."),
        ({"atomic": "maybe"}, "option", "atomic is 'maybe'; it should be True or False."),
        ({"route": 5}, "option", "route is 5; it should be a path such as"),
        ({"route": ""}, "option", "route is ''"),
        ({"route": "http://x/y"}, "route", "the route 'http://x/y' is no path"),
        ({"methods": ["PUT"]}, "route", "methods is for functions that return an HTTP response"),
        ({"route": "a b"}, "route", "the route 'a b' is no path"),
        ({"context": "user", "atomic": True}, "option", "atomic is for functions that change"),
        ({"errors": ValueError}, "errors", "errors names <class 'ValueError'>; it should be"),
        ({"errors": ["x"]}, "errors", "errors names 'x'"),
        ({"errors": [AppError]}, "errors", "AppError has the code ''"),
        ({"errors": [Sold, SoldToo]}, "errors", "SoldToo has the code app.sold, which another"),
        ({"errors": [Odd]}, "errors", "Odd has the status '409'; it should be 400 to 599."),
        ({"errors": [Unread]}, "errors", "Unread: name 'Nothing' is not defined."),
        ({"errors": [Unshown]}, "errors", "Unshown: Unable to generate"),
    ],
)
def test_options_that_make_no_sense(host: Any, options: Any, code: str, say: str) -> None:
    made = draft(read, host, **options)
    assert codes(made) == [code]
    assert say in made.faults[0].message
    assert made.readable
    assert (made.document["rev"], made.document["cache"]) == (0, True)


def test_methods_of_a_view(server: Any) -> None:
    def show(request: Any) -> server.Response: ...

    for methods in (["FETCH"], [], "get"):
        made = draft(show, server.host, methods=methods)
        assert codes(made) == ["option"]
        assert "it should be some of DELETE, GET" in made.faults[0].message


def test_all_faults_of_a_function_are_noted_at_once(host: Any) -> None:
    errors = [Wild, ValueError]
    made = draft(several, host, context="user", rev=-1, cache="x", route="a b", errors=errors)
    assert codes(made) == ["ambiguous", "hint", "option", "option", "route", *["errors"] * 3]
    assert codes(draft(read, host, errors=[Sold])) == []
