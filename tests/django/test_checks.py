"""mizan.django.checks: every fault has an id and is shown by `manage.py check`, all at once."""

from __future__ import annotations

import inspect
import linecache
import re
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import include, path

import mizan.server
from mizan.django import AppError, Context, FromRequest, checks, client, conf
from mizan.django.check_table import MIDDLEWARE

HERE = Path(__file__).name


class FirstContext(Context):
    """A context with whatever a test gives it."""


class TypesContext(Context):
    """A context with a parameter that both functions know otherwise."""


class DefaultContext(Context):
    """A context with a default that null cannot be told from."""


class AmbiguousContext(Context):
    """A context with a parameter of two types."""


class ByContext(Context):
    """A context that is scoped by what it has not."""


class OwnContext(Context):
    """A context that cannot be public."""

    user_scoped = False
    account: str = FromRequest(lambda request: request.user.pk)


class ManyContext(Context):
    """A context that is scoped by what it has not."""

    scope_by = ("other",)


class Odd(AppError):
    """An error whose code is none of an application."""

    code = "odd"


def wrong_name() -> None:
    @client(name="Wrong-Name")
    def fine(request: HttpRequest) -> None: ...


def duplicate() -> None:
    for _ in range(2):

        @client
        def twice(request: HttpRequest) -> None: ...


def letters() -> None:
    class LettersContext(Context):
        scope_by = "user_id"  # type: ignore[assignment]

    @client(context=LettersContext)
    def letters_1(request: HttpRequest, user_id: int) -> None: ...


def bound_to_nothing() -> None:
    class NothingContext(Context):
        account: str = FromRequest("user")  # type: ignore[arg-type]

    @client(context=NothingContext)
    def bound_to_nothing_1(request: HttpRequest) -> None: ...


def scoped_by_word() -> None:
    class WordContext(Context):
        user_scoped = "yes"  # type: ignore[assignment]

    @client(context=WordContext)
    def scoped_by_word_1(request: HttpRequest) -> None: ...


def one_route_for_two() -> None:
    @client(affects="shelf", route="/same/<int:at>/")
    def one_route(request: HttpRequest, at: int) -> HttpResponse: ...

    @client(context="shelf", route="same/<int:at>/")
    def other_route(request: HttpRequest, at: int) -> HttpResponse: ...


def both() -> None:
    @client(context="first", affects="shelf")
    def reads_and_changes(request: HttpRequest) -> None: ...


def unknown_target() -> None:
    @client(affects="shelves")
    def unknown_target_1(request: HttpRequest) -> None: ...


def two_types() -> None:
    @client(context=TypesContext)
    def two_types_1(request: HttpRequest, at: int) -> None: ...

    @client(context=TypesContext)
    def two_types_2(request: HttpRequest, at: str) -> None: ...


def wrong_default() -> None:
    @client(context=DefaultContext)
    def wrong_default_1(request: HttpRequest, at: int | None = 5) -> None: ...


def ambiguous() -> None:
    @client(context=AmbiguousContext)
    def ambiguous_1(request: HttpRequest, at: int | str) -> None: ...


def scope() -> None:
    @client(context=ManyContext)
    def scope_1(request: HttpRequest, at: int) -> None: ...


def by() -> None:
    @client(context=ByContext)
    def by_1(request: HttpRequest, at: int) -> None: ...

    @client(affects=ByContext.by("other"))
    def by_2(request: HttpRequest, at: int) -> None: ...


def route_of_data() -> None:
    @client(route="/data/")
    def data(request: HttpRequest) -> int: ...


def unknown_converter() -> None:
    @client(private=True, route="/<nothing:at>/")
    def unknown_converter_1(request: HttpRequest, at: str) -> HttpResponse: ...


def route_of_other_names() -> None:
    @client(private=True, route="/<int:at>/<int:else_where>/")
    def route_of_other_names_1(request: HttpRequest, at: int) -> HttpResponse: ...


def public_by_force() -> None:
    @client(context=OwnContext)
    def public_by_force_1(request: HttpRequest) -> None: ...


def hint() -> None:
    @client
    def hint_1(request: HttpRequest, at: NoSuchType) -> None: ...  # type: ignore[name-defined] # noqa: F821 (it is the fault)


def option() -> None:
    @client(rev=-1)
    def option_1(request: HttpRequest) -> None: ...


def errors() -> None:
    @client(errors=[Odd])
    def errors_1(request: HttpRequest) -> None: ...


# what is wrong -> (id, what the message says)
DECLARED: dict[Callable[[], None], tuple[str, str]] = {
    wrong_name: ("mizan.E001", "Wrong-Name"),
    duplicate: ("mizan.E002", "twice"),
    both: ("mizan.E003", "affects"),
    letters: ("mizan.E013", "scope_by is 'user_id'; it should be names"),
    bound_to_nothing: ("mizan.E013", "account is Bound(get='user'); it should be FromRequest of"),
    scoped_by_word: ("mizan.E013", "user_scoped is 'yes'; it should be True, False or None"),
    one_route_for_two: ("mizan.E010", "other_route: its route is that of one_route"),
    unknown_target: ("mizan.E004", "shelf"),
    two_types: ("mizan.E005", "at"),
    wrong_default: ("mizan.E006", "at"),
    ambiguous: ("mizan.E007", "at"),
    scope: ("mizan.E008", "other"),
    by: ("mizan.E009", "other"),
    route_of_data: ("mizan.E010", "route"),
    unknown_converter: ("mizan.E010", "nothing"),
    route_of_other_names: ("mizan.E010", "else_where"),
    public_by_force: ("mizan.E011", "own"),
    hint: ("mizan.E012", "NoSuchType"),
    option: ("mizan.E013", "rev"),
    errors: ("mizan.E014", "Odd"),
}


def found() -> dict[str, Any]:
    return {str(each.id): each for each in run_checks(tags=["mizan"])}


def test_the_project_has_no_fault() -> None:
    assert found() == {}


@pytest.mark.parametrize("declare", DECLARED, ids=lambda each: each.__name__)
def test_a_fault_of_a_declaration_has_its_id_and_place(declare: Callable[[], None]) -> None:
    declare()
    identity, say = DECLARED[declare]
    message = found()[identity]
    assert say in message.msg
    place = re.fullmatch(r".*/(?P<file>\w+\.py):(?P<line>\d+)", message.obj)
    assert place is not None, message.obj
    assert place["file"] == HERE
    line = linecache.getline(__file__, int(place["line"])).strip()
    name = re.fullmatch(r"@client.*|class (\w+)\(Context\):", line)
    assert name is not None, line
    assert (name[1] or line) in inspect.getsource(declare)
    assert message.is_serious()


@pytest.mark.django_db(databases="__all__")  # Django 6.1 asks each what it can do
def test_all_faults_are_shown_at_once() -> None:
    for declare in DECLARED:
        declare()
    with (
        override_settings(MIZAN_EDGE="yes", MIZAN_CACHE=5, MIZAN_VIEW_URLS=[], MIZAN_BODY_LIMITS=1),
        pytest.raises(SystemCheckError) as caught,
    ):
        call_command("check")
    shown = str(caught.value)
    assert {each for each in DECLARED.values() if each[0] not in shown} == set()
    for each in ("mizan.E103", "mizan.E104", "mizan.E106", "mizan.W005"):
        assert each in shown
    assert f"{HERE}:" in shown


def test_every_code_of_a_declaration_has_an_id() -> None:
    folder = Path(mizan.server.__file__).parent
    sources = "".join(each.read_text() for each in folder.glob("*.py"))
    codes = set(re.findall(r'"declaration\.([a-z_]+)"', sources))
    codes |= set(re.findall(r'(?:fault|_fault|yield)\(?\s*"([a-z_]+)", f?"', sources))
    assert {f"declaration.{code}" for code in codes} <= checks.IDS.keys()
    assert len(codes) > 5


def test_ids_are_unique() -> None:
    own = [
        value
        for name, value in vars(checks).items()
        if str(value).startswith("mizan.") and name.isupper() and name != "MIDDLEWARE"
    ]
    ids = [*checks.IDS.values(), *own, *(setting.check for setting in conf.SETTINGS)]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"mizan\.[EW]\d{3}", each) for each in ids), ids
    assert len(ids) == 15 + 6 + 12


def test_an_argument_that_is_no_identifier_scopes_with_a_warning() -> None:
    @client(context=FirstContext)
    def one(request: HttpRequest, status: str, order_id: int) -> None: ...

    @client(affects=FirstContext)
    def change(request: HttpRequest, order_id: int, status: str) -> None: ...

    message = found()["mizan.W001"]
    assert "'status'" in message.msg
    assert "by('status')" in message.hint
    assert message.obj.endswith(f":{change.fn.__code__.co_firstlineno}")
    assert not message.is_serious()


@pytest.mark.parametrize(
    "name", ["id", "pk", "user_id", "order_pk", "item_uuid", "slug", "page_slug", "uuid", "code"]
)
def test_an_identifier_scopes_silently(name: str) -> None:
    scope: dict[str, Any] = {"HttpRequest": HttpRequest}
    exec(f"def reads(request: HttpRequest, {name}: str) -> None: ...", scope)  # noqa: S102 (the name is a parameter)
    exec(f"def change(request: HttpRequest, {name}: str) -> None: ...", scope)  # noqa: S102 (the name is a parameter)
    client(context=FirstContext, user_scoped=True)(scope["reads"])
    client(affects=FirstContext)(scope["change"])
    assert found() == {}


@pytest.mark.parametrize("by", [(), ("status",)])
def test_an_argument_that_scopes_by_hand_is_no_warning(by: tuple[str, ...]) -> None:
    @client(context=FirstContext)
    def one(request: HttpRequest, status: str) -> None: ...

    @client(affects=FirstContext.by(*by))
    def change(request: HttpRequest, status: str) -> None: ...

    assert found() == {}


def test_a_bound_parameter_that_scopes_is_no_warning() -> None:
    class AccountContext(Context):
        account: str = FromRequest(lambda request: request.user.pk)

    @client(context=AccountContext)
    def one(request: HttpRequest) -> None: ...

    @client(affects=AccountContext)
    def change(request: HttpRequest) -> None: ...

    assert found() == {}


def test_a_missing_middleware_is_an_error() -> None:
    with override_settings(MIDDLEWARE=settings.MIDDLEWARE[1:]):
        message = found()["mizan.E016"]
    assert "cookies" in message.msg
    assert MIDDLEWARE in message.hint


def test_a_middleware_that_is_not_the_outermost_is_a_warning() -> None:
    first, second, *rest = settings.MIDDLEWARE
    with override_settings(MIDDLEWARE=[second, first, *rest]):
        message = found()["mizan.W003"]
    assert second in message.msg


def test_urls_that_are_not_included_are_an_error() -> None:
    unknown_target()
    with override_settings(ROOT_URLCONF=types.ModuleType("empty")):
        settings.ROOT_URLCONF.urlpatterns = []
        messages = found()
        assert 'include("mizan.django.urls")' in messages["mizan.E015"].hint
        assert "mizan.E004" in messages
        assert checks.base_url() is None


def test_routes_that_are_not_included_are_a_warning() -> None:
    @client(private=True, route="/hook/")
    def hook(request: HttpRequest) -> HttpResponse: ...

    urls = types.ModuleType("without_routes")
    urls.urlpatterns = [path("m/", include("mizan.django.urls"))]  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=urls):
        message = found()["mizan.W004"]
        assert checks.base_url() == "/m/"
    assert "hook" in message.msg
    assert 'include("mizan.django.routes")' in message.hint
    assert message.obj == hook.where


def test_without_a_route_nothing_else_needs_to_be_included() -> None:
    urls = types.ModuleType("without_routes")
    urls.urlpatterns = [path("m/", include("mizan.django.urls"))]  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=urls):
        assert found() == {}


def test_a_misspelt_setting_is_a_warning() -> None:
    with override_settings(MIZAN_MWT_KEY=[]):
        message = found()["mizan.W005"]
    assert message.obj == "MIZAN_MWT_KEY"
    assert "MIZAN_MWT_KEYS" in message.hint
