"""mizan/server/freeze.py: from declared functions to the catalog."""

from typing import Any, Literal

import pytest
from pydantic import BaseModel

from mizan.schemas import problems
from mizan.server.app_errors import AppError
from mizan.server.arguments import Arguments
from mizan.server.context import Context, FromRequest


class UserContext(Context):
    """One user."""


class CartContext(Context):
    user_id: int = FromRequest(lambda request: request.user)


class Shape(BaseModel):
    id: int


class Opaque:
    pass


def read(request: Any, user_id: int) -> Shape: ...  # type: ignore[empty-body]
def write(request: Any, user_id: int) -> None: ...


def faults(server: Any) -> list[tuple[str, int]]:
    """Return (code, line) of all faults, in order; each is in this file."""
    found = []
    for each in server.faults:
        assert each.message.endswith(".")
        file, _, line = each.where.rpartition(":")
        assert file == __file__
        found.append((each.code.removeprefix("declaration."), int(line)))
    return found


def codes(server: Any) -> list[str]:
    return sorted(code for code, _ in faults(server))


def line(fn: Any) -> int:
    return int(fn.where.rpartition(":")[2])


def test_a_catalog(server: Any) -> None:
    client = server.client
    profile = client(context=UserContext)(read)
    client(affects=[UserContext, profile, "cart"], name="rename")(write)
    client(affects=UserContext.by(), name="move")(write)

    @client(context="cart")
    def cart_items(request: Any, user_id: int) -> list[Shape]: ...  # type: ignore[empty-body]

    server.host.view_urls = {"user": ["users/<int:user_id>/"]}
    catalog = server.catalog
    assert problems("manifest", catalog.manifest) == []
    assert problems("client-schema", catalog.schema) == []
    assert list(catalog.functions) == ["read", "rename", "move", "cart_items"]
    assert catalog.functions["rename"].affects == [
        {"context": "user"},
        {"context": "user", "function": "read"},
        {"context": "cart"},
    ]
    assert catalog.functions["move"].affects == [{"context": "user", "by": []}]
    assert catalog.manifest["contexts"]["user"]["page_routes"] == ["/users/:user_id/"]
    assert catalog.contexts["user"].description == "One user."
    assert catalog.contexts["cart"].description == ""
    assert catalog is server.catalog


def test_a_name_stands_for_the_class_of_that_name(server: Any) -> None:
    server.client(context="cart", name="a")(read)
    server.client(context=CartContext, name="b")(read)
    server.client(context="cart", name="c")(read)
    assert server.catalog.contexts["cart"].bound.keys() == {"user_id"}


def test_a_context_and_a_function_of_one_name(server: Any) -> None:
    user = server.client(context=UserContext, name="user")(read)
    server.client(affects="user", name="by_name")(write)
    server.client(affects=user, name="by_function")(write)
    functions = server.catalog.functions
    assert functions["by_name"].affects == [{"context": "user"}]
    assert functions["by_function"].affects == [{"context": "user", "function": "user"}]


def test_user_scoped(server: Any) -> None:
    server.client(context="open", user_scoped=False, name="a")(read)
    server.client(context="both", user_scoped=False, name="b")(read)
    server.client(context="both", user_scoped=True, name="c")(read)
    server.client(context="inferred", name="d")(read)
    scoped = {name: each.user_scoped for name, each in server.catalog.contexts.items()}
    assert scoped == {"open": False, "both": True, "inferred": True}


def test_scopes_and_bound_parameters(server: Any) -> None:
    class WideContext(Context):
        scope_by = ("a", "b")
        first: "int | None" = FromRequest(str)
        second = FromRequest(str)
        third = FromRequest(str)

    @server.client(context=WideContext)
    def wide(request: Any, a: int, b: int, c: int, d: int, second: bool) -> None: ...

    context = server.catalog.contexts["wide"]
    assert context.scope_params == ("a", "b")
    assert context.bound_types == {
        "first": {"type": "integer"},
        "second": {"type": "boolean"},
        "third": {"type": "string"},
    }


def test_two_contexts_of_one_name(server: Any) -> None:
    class Other(Context):
        name = "user"

    server.client(context=UserContext, name="a")(read)
    server.client(context=Other, name="b")(read)
    server.client(context=Other, name="c")(read)
    server.client(affects=UserContext, name="d")(write)
    assert codes(server) == ["duplicate"]
    assert "The other is at " in server.faults[0].message


class BadContext(Context):
    a: int | str = FromRequest(str)
    b: bytes = FromRequest(str)


class LostContext(Context):
    a: "Nowhere" = FromRequest(str)  # type: ignore[name-defined] # noqa: F821 (it is the fault)


def test_bound_parameters_without_a_type(server: Any) -> None:
    server.client(context=BadContext, name="a")(read)
    server.client(context=LostContext, name="b")(read)
    assert codes(server) == ["ambiguous", "hint", "hint"]
    said = " ".join(each.message for each in server.faults)
    assert "BadContext: a: int | str is a union" in said
    assert "LostContext: name 'Nowhere' is not defined." in said


def test_a_context_made_at_run_time_has_a_place_too(server: Any) -> None:
    made = type("MadeContext", (Context,), {"scope_by": ("nothing",), "__module__": "nowhere"})
    server.client(context=made, name="a")(read)
    (fault,) = server.faults
    assert fault.where == "nowhere.MadeContext"


def test_a_context_that_is_only_named_is_where_it_is_first_read(server: Any) -> None:
    first = server.client(context="Bad", name="a")(read)
    server.client(context="Bad", name="b")(write)
    assert faults(server) == [("name", line(first))]


@pytest.mark.parametrize(
    ("affects", "say"),
    [
        ("usr", "affects names 'usr', which is neither; did you mean 'user'? There are: "),
        (["user", "usr"], "affects names 'usr'"),
        (CartContext, "affects names CartContext, which no function reads."),
        (CartContext.by("user_id"), "affects names 'cart', which is neither"),
        ("write", "affects names the function write, which reads no context."),
        (5, "affects names 5; it should be contexts, functions or their names."),
        (int, "affects names <class 'int'>; it should be"),
    ],
)
def test_what_is_no_target(server: Any, affects: Any, say: str) -> None:
    server.client(context=UserContext)(read)
    server.client(write)
    wrong = server.client(affects=affects, name="wrong")(write)
    assert faults(server) == [("unknown_target", line(wrong))]
    assert server.faults[0].message.startswith(f"wrong: {say}")


def test_a_function_of_another_registry_is_none_of_these(server: Any) -> None:
    other = type(server)().client(context=UserContext, name="elsewhere")(read)
    server.client(context=UserContext)(read)
    server.client(affects=other, name="wrong")(write)
    assert codes(server) == ["unknown_target"]


def test_every_wrong_target_is_named(server: Any) -> None:
    server.client(affects=["a", "b", UserContext], name="wrong")(write)
    assert codes(server) == ["unknown_target"] * 3


def test_what_leans_on_a_function_that_cannot_be_read_is_no_fault(server: Any) -> None:
    @server.client(context=UserContext)
    def bad(request: Any, user_id: int, what: Opaque) -> Opaque: ...  # type: ignore[empty-body]

    server.client(affects=UserContext, name="a")(write)
    server.client(affects="bad", name="b")(write)
    server.client(affects=UserContext.by("what"), name="c")(write)
    assert {line for _, line in faults(server)} == {line(bad)}


class Wild(AppError):  # noqa: N818 (an application's word)
    code = "wild"


def _option(server: Any) -> None:
    server.client(rev=-1, name="option")(write)


def _errors(server: Any) -> None:
    server.client(errors=[Wild], name="errors")(write)


def _hint(server: Any) -> None:
    @server.client
    def hint(request: Any, a: Opaque) -> None: ...


def _ambiguous_union(server: Any) -> None:
    @server.client(context="ambiguous")
    def ambiguous_union(request: Any, a: int | str) -> None: ...


def _ambiguous_choice(server: Any) -> None:
    @server.client(context="choice")
    def ambiguous_choice(request: Any, a: Literal[1, "1"]) -> None: ...


def _unknown_target(server: Any) -> None:
    server.client(affects="nowhere", name="unknown_target")(write)


def _duplicate(server: Any) -> None:
    server.client(name="duplicate")(write)
    server.client(name="duplicate")(read)


def _name(server: Any) -> None:
    server.client(name="Bad-Name")(write)


def _argument_name(server: Any) -> None:
    @server.client
    def argument_name(request: Any, userId: int) -> None: ...  # noqa: N803 (it is the fault)


def _parameter_type(server: Any) -> None:
    @server.client(context="typed")
    def typed_one(request: Any, a: int) -> None: ...

    @server.client(context="typed")
    def typed_two(request: Any, a: str) -> None: ...


def _default(server: Any) -> None:
    @server.client(context="defaults")
    def default(request: Any, page: int | None = 1) -> None: ...


def _two_defaults(server: Any) -> None:
    @server.client(context="two")
    def two_one(request: Any, page: int = 1) -> None: ...

    @server.client(context="two")
    def two_two(request: Any, page: int = 2) -> None: ...


def _both(server: Any) -> None:
    server.client(context="mixed", affects="good", name="both")(read)


def _private_reader(server: Any) -> None:
    server.client(context="hidden", private=True, name="private_reader")(read)


def _route(server: Any) -> None:
    server.client(route="/x/", name="route")(write)


def _routeless(server: Any) -> None:
    @server.client
    def routeless(request: Any) -> server.Response: ...


def _scope(server: Any) -> None:
    class NarrowContext(Context):
        scope_by = ("nothing",)

    server.client(context=NarrowContext, name="scope")(read)


def _by(server: Any) -> None:
    class GoodContext(Context):
        pass

    server.client(affects=GoodContext.by("nothing"), name="by")(write)


def _user_scoped(server: Any) -> None:
    server.client(context="own", user_scoped=False, login_required=True, name="own")(read)


FAULTS = {
    _option: "option",
    _errors: "errors",
    _hint: "hint",
    _ambiguous_union: "ambiguous",
    _ambiguous_choice: "ambiguous",
    _unknown_target: "unknown_target",
    _duplicate: "duplicate",
    _name: "name",
    _argument_name: "name",
    _parameter_type: "parameter_type",
    _default: "default",
    _two_defaults: "default",
    _both: "both",
    _private_reader: "both",
    _route: "route",
    _routeless: "route",
    _scope: "scope",
    _by: "by",
    _user_scoped: "user_scoped",
}


def _good(server: Any) -> None:
    server.client(context="good", name="good")(read)
    server.client(affects="good", name="fine")(write)


@pytest.mark.parametrize("declare", FAULTS, ids=lambda declare: declare.__name__)
def test_each_fault_alone(server: Any, declare: Any) -> None:
    _good(server)
    declare(server)
    assert codes(server) == [FAULTS[declare]]


@pytest.mark.parametrize("first", FAULTS, ids=lambda declare: declare.__name__)
def test_two_independent_faults_are_both_reported(server: Any, first: Any) -> None:
    for second in FAULTS:
        if second is first:
            continue
        both = type(server)()
        _good(both)
        first(both)
        second(both)
        assert codes(both) == sorted([FAULTS[first], FAULTS[second]]), second.__name__


def test_all_faults_at_once(server: Any) -> None:
    for declare in FAULTS:
        declare(server)
    _good(server)
    assert codes(server) == sorted(FAULTS.values())
    assert [each.where for each in server.faults] == sorted(each.where for each in server.faults)


def test_what_the_host_declares_is_declared(server: Any) -> None:
    other = type(server)()
    server.host.functions = (other.client(name="built_in")(write),)
    assert "built_in" in server.catalog.functions


def test_everything_that_may_write_can_be_atomic(server: Any) -> None:
    server.host.all_atomic = True
    _good(server)
    server.client(name="plain")(write)
    server.client(name="loose", atomic=False)(write)
    atomic = {name: each.atomic for name, each in server.catalog.functions.items()}
    assert atomic == {"good": False, "fine": True, "plain": True, "loose": False}


class Undescribed:
    """What pydantic reads and cannot describe."""

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: Any) -> Any:
        return {"type": "is-instance", "cls": cls}


class Holder(BaseModel):
    what: Undescribed


class Holders(BaseModel):
    left: Holder
    right: Holder


class Either(BaseModel):
    what: int | Undescribed


def test_what_has_no_description_is_a_fault_wherever_it_is(server: Any) -> None:
    client = server.client

    @client(private=True)
    def hidden(request: Any, what: Holder) -> int: ...  # type: ignore[empty-body]

    @client
    def shown(request: Any) -> Holders: ...  # type: ignore[empty-body]

    @client
    def fine(request: Any) -> int: ...  # type: ignore[empty-body]

    assert faults(server) == [("hint", line(hidden)), ("hint", line(shown))]


def test_what_is_described_in_part_is_no_fault(server: Any) -> None:
    @server.client
    def either(request: Any) -> Either: ...  # type: ignore[empty-body]

    assert faults(server) == []
    described = server.catalog.schema["$defs"]["Either"]["properties"]["what"]
    assert described == {"title": "What", "type": "integer"}


def test_functions_are_described_by_themselves_only_after_a_fault(
    server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone: list[str] = []
    monkeypatch.setattr(Arguments, "described", lambda self: alone.append(self) or {})
    server.client(context=UserContext)(read)
    assert faults(server) == []
    assert alone == []
    server.client(context=CartContext, name="bound")(read)
    assert faults(server) == []
    assert len(alone) == 1  # the client schema leaves out what the server fills in
    server.client(affects="nothing")(write)
    assert codes(server) == ["unknown_target"]
    assert len(alone) == 4
