"""A public context cannot leak: a reply that saw more than its parameters is stored by nobody."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sites.shortcuts import get_current_site
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import engines
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.functional import lazy
from django.utils.translation import gettext, gettext_lazy, ngettext
from project.http import BASE, Web
from project.middleware import middleware
from rest_framework.request import Request as RestRequest

from mizan.django import Context, FromRequest, client
from mizan.django.request import LeakError
from mizan.server.registry import registry

pytestmark = pytest.mark.django_db

NEVER = "private, no-store"


class PublicContext(Context):
    """The same for everybody."""

    user_scoped = False


class CartContext(Context):
    """A user's own."""

    user_scoped = True


def set_tenant(request: Any) -> None:
    request.META["HTTP_HOST"] = request.META.get("HTTP_X_HOST", "testserver")
    request.tenant = request.get_host().partition(".")[0]


def activate(request: Any) -> None:
    translation.activate(request.headers.get("X-Language", "de"))
    timezone.activate(ZoneInfo(request.headers.get("X-Zone", "Asia/Tokyo")))


@pytest.fixture(autouse=True)
def _calm(db: None) -> Iterator[None]:
    translation.deactivate()  # Django's command that makes the database leaves one active
    yield
    translation.deactivate()
    timezone.deactivate()


def noon() -> datetime.datetime:
    return datetime.datetime(2026, 1, 1, 12, tzinfo=datetime.UTC)


def lazystr(get: Callable[[], str]) -> Any:
    return lazy(get, str)()


def helper(request: Any) -> str:
    """A helper that a function calls."""
    return str(getattr(request, "user", ""))


def rendered(source: str, request: Any = None, /, **values: Any) -> str:
    return engines["django"].from_string(source).render(values, request)


# What a function of a public context may look at: name -> what it does with the request.
LOOKS: dict[str, Callable[[Any], Any]] = {
    "user": lambda r: str(r.user),
    "user by hasattr": lambda r: hasattr(r, "user"),
    "user lazily": lambda r: lazystr(lambda: str(r.user)),
    "user in a generator": lambda r: (str(each) for each in [r.user]),
    "user in a helper": helper,
    "session": lambda r: str(r.session.get("cart")),
    "cookie": lambda r: str(r.COOKIES.get("theme")),
    "signed cookie": lambda r: str(r.get_signed_cookie("theme", None)),
    "Authorization": lambda r: str(r.headers.get("Authorization")),
    "any header": lambda r: str(r.headers.get("X-Anything")),
    "META": lambda r: str(r.META.get("REMOTE_ADDR")),
    "host": lambda r: r.get_host(),
    "port": lambda r: r.get_port(),
    "absolute URI": lambda r: r.build_absolute_uri(),
    "is_secure": lambda r: str(r.is_secure()),
    "scheme": lambda r: str(r.scheme),
    "path": lambda r: r.path,
    "full path": lambda r: r.get_full_path(),
    "query": lambda r: str(r.GET),
    "accepts": lambda r: str(r.accepts("text/html")),
    "tenant": lambda r: r.tenant,
    "CSRF token": lambda r: get_token(r)[:0],
    "LANGUAGE_CODE": lambda r: str(getattr(r, "LANGUAGE_CODE", "")),
    "template": lambda r: rendered("{{ request.user }}", r),
    "template's context processors": lambda r: rendered("x", r),
    "template's language": lambda _: rendered("{% load i18n %}{% translate 'Yes' %}"),
    "template's time zone": lambda _: rendered("{{ at }}", at=noon()),
    "gettext": lambda _: gettext("Yes"),
    "gettext_lazy": lambda _: gettext_lazy("Yes"),
    "ngettext": lambda _: ngettext("%d day", "%d days", 2),
    "language": lambda _: translation.get_language(),
    "language's direction": lambda _: translation.get_language_bidi(),
    "number format": lambda _: formats.number_format(1234.5, use_l10n=True),
    "date format": lambda _: formats.date_format(noon()),
    "time zone": lambda _: timezone.get_current_timezone_name(),
    "time zone by comparison": lambda _: timezone.get_current_timezone() == ZoneInfo("UTC"),
    "time zone as a key": lambda _: hash(timezone.get_current_timezone()) == 0,
    "time zone's text": lambda _: repr(timezone.get_current_timezone()),
    "local time": lambda _: timezone.localtime(noon()).isoformat(),
    "local date": lambda _: timezone.localdate(noon()).isoformat(),
    "aware time": lambda _: timezone.make_aware(noon().replace(tzinfo=None)).isoformat(),
    "offset": lambda _: str(noon().astimezone(timezone.get_current_timezone()).utcoffset()),
    "offset of a time": lambda _: noon().replace(tzinfo=timezone.get_current_timezone()),
    "name of a time's zone": lambda _: (
        noon().replace(tzinfo=timezone.get_current_timezone()).tzname()
    ),
    "summer time": lambda _: str(noon().replace(tzinfo=timezone.get_current_timezone()).dst()),
    "after an override": lambda _: overridden() + gettext("Yes"),
    "an unwrapped request": lambda r: str(getattr(r, "_request", r).user),
    "a copy": lambda r: str(copy.copy(r).user),
    "a deep copy": lambda r: str(copy.deepcopy(r).user),
    "a request of REST framework": lambda r: str(RestRequest(r)._request.user),
    "Django's own method": lambda r: HttpRequest.get_host(r),
    "the site": lambda r: get_current_site(r).domain,
    "URLs of a tenant": lambda _: reverse("own"),
    "URLs in a template": lambda _: rendered("{% url 'own' %}"),
}
# The same again in other ways: what -> (found in Python, found in a template).
FACTS: dict[str, tuple[Callable[[Any], str], str]] = {
    "user": (lambda r: str(r.user), "{{ request.user }}"),
    "session": (lambda r: str(r.session.get("cart")), "{{ request.session.cart }}"),
    "cookie": (lambda r: str(r.COOKIES.get("theme")), "{{ request.COOKIES.theme }}"),
    "Authorization": (
        lambda r: str(r.headers.get("Authorization")),
        "{{ request.headers.authorization }}",
    ),
    "any header": (lambda r: str(r.headers.get("X-Any")), "{{ request.META.HTTP_X_ANY }}"),
    "META": (lambda r: r.META["REMOTE_ADDR"], "{{ request.META.REMOTE_ADDR }}"),
    "host": (lambda r: r.get_host(), "{{ request.get_host }}"),
    "path": (lambda r: r.path, "{{ request.path }}"),
    "tenant": (lambda r: r.tenant, "{{ request.tenant }}"),
    "language": (
        lambda _: str(translation.get_language()),
        "{% load i18n %}{% get_current_language as code %}{{ code }}",
    ),
    "time zone": (
        lambda _: timezone.get_current_timezone_name(),
        "{% load tz %}{% get_current_timezone as zone %}{{ zone }}",
    ),
}


for fact, (find, source) in FACTS.items():
    LOOKS |= {
        f"{fact} lazily": lambda r, find=find: lazystr(lambda: find(r)),
        f"{fact} in a generator": lambda r, find=find: (find(each) for each in [r]),
        f"{fact} in a closure": lambda r, find=find: partial(find, r)(),
        f"{fact} in a template": lambda r, source=source: rendered(source, request=r),
        f"{fact} in a lazy template": lambda r, source=source: lazystr(
            lambda: rendered(source, request=r)
        ),
    }


def overridden() -> str:
    with translation.override("en"), timezone.override("UTC"):
        return ""


class SyncContext(Context):
    """Looks in a function."""


class AsyncContext(Context):
    """Looks in a coroutine."""


class ThreadContext(Context):
    """Looks in a thread of a coroutine."""


@pytest.fixture(scope="module", autouse=True)
def _looking() -> Iterator[None]:
    """Declare what looks, once: it is told by a parameter at what."""
    before = list(registry.functions)

    @client(context=SyncContext)
    def look_sync(request: HttpRequest, look: str) -> Any:
        return LOOKS[look](request)

    @client(context=AsyncContext)
    async def look_async(request: HttpRequest, look: str) -> Any:
        return LOOKS[look](request)

    @client(context=ThreadContext)
    async def look_in_thread(request: HttpRequest, look: str) -> Any:
        found = await sync_to_async(LOOKS[look])(request)
        return list(found) if hasattr(found, "__next__") else found

    yield
    registry.functions[:] = before
    registry.reset()


def set_up(request: Any) -> None:
    set_tenant(request)
    activate(request)
    request.urlconf = "project.tenant_urls"


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    ("web", "kind"),
    [("wsgi", "sync"), ("wsgi", "async"), ("asgi", "sync"), ("asgi", "async"), ("asgi", "thread")],
    indirect=["web"],
)
def test_a_reply_that_saw_more_than_its_parameters_is_never_stored(
    web: Web, look: str, kind: str
) -> None:
    query = f"look={quote(look)}"
    with middleware(set_up):
        response = web.read(kind, query)
        assert response.status_code == 200, response.content
        assert response["Cache-Control"] == NEVER
        assert not response.has_header("ETag")
        again = web.read(kind, query, headers={"If-None-Match": "*"})
        assert again.status_code == 200
        # Nor by the server's own cache, which is on: it was computed each time.
        assert response["Cache-Status"] == again["Cache-Status"] == "mizan; fwd=miss"
        with override_settings(DEBUG=True):
            refused = web.read(kind, query)
    assert refused.status_code == 500
    assert "LeakError" in refused.json()["detail"]
    for advice in ("parameter", "FromRequest", "user_scoped", "VARY"):
        assert advice in refused.json()["detail"]


# What it may look at: the same for every request of the instance.
CONSTANTS: dict[str, Callable[[Any, int], Any]] = {
    "its parameters": lambda _, number: number,
    "the method": lambda r, _: r.method,
    "its own attributes": lambda r, number: [setattr(r, "mine", number), r.mine][1],
    "the kind of request": lambda r, _: isinstance(r, HttpRequest),
    "its text": lambda r, _: repr(r),
    "another language": lambda *_: in_german(),
    "another time zone": lambda *_: in_tokyo(),
    "the time in UTC": lambda *_: noon(),
    "no language": lambda *_: in_no_language(),
    "a template without the request": lambda *_: rendered("x{{ y }}", y="y"),
}


def in_german() -> str:
    with translation.override("de"):
        with translation.override("en"):
            first = gettext("Yes")
        return first + gettext("Yes")


def in_tokyo() -> str:
    with timezone.override("Asia/Tokyo"):
        return timezone.localtime(noon()).isoformat() + timezone.get_current_timezone_name()


def in_no_language() -> str:
    with translation.override(None):
        return gettext("Yes")


@pytest.mark.parametrize("look", CONSTANTS.values(), ids=CONSTANTS)
@pytest.mark.parametrize("is_async", [False, True])
def test_what_is_the_same_for_everybody_may_be_stored(
    web: Web, look: Callable[..., Any], is_async: bool
) -> None:
    if is_async:

        @client(context=PublicContext, name="seen")
        async def seen_async(request: HttpRequest, number: int) -> Any:
            return look(request, number)

    else:

        @client(context=PublicContext)
        def seen(request: HttpRequest, number: int) -> Any:
            return look(request, number)

    # Both are computed: a hit would be the same whatever was seen.
    with middleware(activate, DEBUG=True, MIZAN_EDGE=True, MIZAN_CACHE={"BACKEND": None}):
        german = web.read("public", "number=1", headers={"X-Language": "de"})
        english = web.read("public", "number=1", headers={"X-Language": "en", "X-Zone": "UTC"})
    assert german.content == english.content
    assert german["Cache-Control"] == "public, max-age=0, s-maxage=31536000"
    if "Ja" in german.content.decode():
        assert look.__name__ == "<lambda>"


def test_the_language_and_time_zone_are_as_before_after_a_read(web: Web) -> None:
    after = []

    @client(context=PublicContext)
    def seen(request: HttpRequest) -> str:
        translation.activate("en")
        timezone.activate(ZoneInfo("UTC"))
        return "x"

    def note(_: Any) -> None:
        after.append((translation.get_language(), timezone.get_current_timezone_name()))

    with middleware(activate, note):
        assert web.read("public")["Cache-Control"] == "public, no-cache"
    assert after == [("de", "Asia/Tokyo")]
    assert not [each for each in translation.trans_real._translations if "mizan" in str(each)]


@pytest.mark.parametrize(
    ("facet", "look"),
    [
        ("tenant", lambda r: r.tenant),
        ("host", lambda r: r.get_host()),
        ("headers", lambda r: r.META["HTTP_HOST"]),
        ("language", lambda _: gettext("Yes")),
        ("time_zone", lambda _: timezone.get_current_timezone_name()),
    ],
)
def test_what_is_declared_to_vary_may_be_seen_and_is_asked_for_again_each_time(
    web: Web, facet: str, look: Callable[[Any], str]
) -> None:
    @client(context=PublicContext)
    def seen(request: HttpRequest) -> str:
        return look(request)

    with middleware(set_up, DEBUG=True, MIZAN_EDGE=True, MIZAN_CACHE={"VARY": {facet: look}}):
        one = web.read("public", headers={"X-Host": "acme.testserver", "X-Language": "de"})
        two = web.read(
            "public",
            headers={
                "X-Host": "other.testserver",
                "X-Language": "en",
                "X-Zone": "UTC",
                "If-None-Match": one["ETag"],
            },
        )
    assert one["Cache-Control"] == "public, no-cache"
    assert two.status_code == 200
    assert one.content != two.content


@pytest.mark.parametrize(("keyed", "kept"), [(["tenant"], True), (["language"], False)])
def test_an_edge_keeps_what_varies_only_by_what_its_key_covers(
    web: Web, keyed: list[str], kept: bool
) -> None:
    @client(context=PublicContext)
    def seen(request: HttpRequest) -> str:
        return str(request.tenant)  # type: ignore[attr-defined]

    vary = {"tenant": lambda r: r.tenant, "language": lambda _: translation.get_language()}
    edge = {"KEYED": [*keyed, "undeclared"]}
    with middleware(set_tenant, MIZAN_EDGE=edge, MIZAN_CACHE={"VARY": vary}):
        for _ in range(2):  # also from the origin's cache
            one = web.read("public", headers={"X-Host": "acme.testserver"})
            assert one["Cache-Control"].startswith("public, max-age=0, s-maxage=") is kept
            assert one.has_header("Cache-Groups") is kept
        two = web.read("public", headers={"X-Host": "other.testserver"})
        assert one.content != two.content


FACETS = {
    "cookie": "cookies",
    "Authorization": "headers",
    "any header": "headers",
    "META": "headers",
    "time zone": "time_zone",
}


@pytest.mark.parametrize("fact", FACTS)
def test_an_error_says_which_facet_was_seen(web: Web, fact: str) -> None:
    with middleware(set_up, DEBUG=True):
        for kind in ("sync", "async"):
            for look in (f"{fact} lazily", f"{fact} in a template"):
                detail = web.read(kind, f"look={quote(look)}").json()["detail"]
                assert repr(FACETS.get(fact, fact)) in detail


def test_urls_made_by_a_tenants_urlconf_are_noted(web: Web) -> None:
    @client(context=PublicContext)
    def seen(request: HttpRequest) -> str:
        return reverse("mizan:call")

    with override_settings(DEBUG=True):
        assert web.read("public").json() == {"seen": f"{BASE}call/"}
    with middleware(lambda r: setattr(r, "urlconf", "project.tenant_urls")):
        assert web.read("public")["Cache-Control"] == NEVER
    with middleware(
        lambda r: setattr(r, "urlconf", "project.tenant_urls"),
        DEBUG=True,
        MIZAN_CACHE={"VARY": {"urlconf": lambda r: r.urlconf}},
    ):
        assert web.read("public")["Cache-Control"] == "public, no-cache"


def test_async_code_that_asks_for_the_user_leaks(web: Web) -> None:
    @client(context=PublicContext)
    async def seen(request: HttpRequest) -> str:
        return str(await request.auser())

    assert web.read("public")["Cache-Control"] == NEVER


def test_a_leak_of_one_function_is_one_of_the_bundle_and_of_no_other_read(web: Web) -> None:
    @client(context=PublicContext)
    def leaks(request: HttpRequest) -> str:
        return str(request.user)

    @client(context=PublicContext)
    async def innocent(request: HttpRequest) -> str:
        return "x"

    for _ in range(2):
        response = web.read("public")
        assert (response["Cache-Control"], response["Cache-Status"]) == (NEVER, "mizan; fwd=miss")
    assert web.read("shelf")["Cache-Control"] == "public, no-cache"


def test_a_caught_leak_is_a_leak(web: Web) -> None:
    @client(context=PublicContext)
    def catches(request: HttpRequest) -> str:
        try:
            return str(request.user)
        except LeakError:
            return "caught"

    with override_settings(DEBUG=True):
        response = web.read("public")
    assert (response.json(), response["Cache-Control"]) == ({"catches": "caught"}, NEVER)


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("a cookie", {"after": lambda r: r.set_cookie("theme", "dark")}),
        ("the session's cookie", {"SESSION_SAVE_EVERY_REQUEST": True}),
        ("a cookie as a header", {"after": lambda r: r.headers.__setitem__("Set-Cookie", "a=b")}),
        ("Vary by a header", {"after": lambda r: r.headers.__setitem__("Vary", "X-Country")}),
        ("Vary by anything", {"after": lambda r: r.headers.__setitem__("Vary", "*")}),
        (
            "Vary by two",
            {"after": lambda r: r.headers.__setitem__("Vary", "Accept-Encoding, Origin")},
        ),
        ("the session being read", {"before": lambda r: r.session.get("cart")}),
        ("the locale", {"insert": {3: "django.middleware.locale.LocaleMiddleware"}}),
    ],
)
def test_what_others_add_to_a_public_reply_decides_who_stores_it(
    web: Web, what: str, changes: dict[str, Any]
) -> None:
    @client(context=PublicContext)
    def constant(request: HttpRequest) -> int:
        return 1

    web.client.cookies["sessionid"] = session_with_a_cart()
    with middleware(MIZAN_EDGE=True, **changes):
        replies = [web.read("public"), web.read("public")]
    # The body is everybody's, so the server keeps that; what was added is not a part of it.
    assert [each["Cache-Status"] for each in replies] == ["mizan; fwd=miss; stored", "mizan; hit"]
    for response in replies:
        assert response.json() == {"constant": 1}
        assert response["Cache-Control"] == NEVER, what
        for name in ("ETag", "Cache-Groups"):
            assert not response.has_header(name)


def session_with_a_cart() -> str:
    from django.contrib.sessions.backends.db import SessionStore

    store = SessionStore()
    store["cart"] = 1
    store.save()
    return str(store.session_key)


def test_a_declared_language_may_vary_by_accept_language(web: Web) -> None:
    @client(context=PublicContext)
    def seen(request: HttpRequest) -> str:
        return gettext("Yes")

    vary = {"language": lambda _: translation.get_language()}
    with middleware(
        insert={3: "django.middleware.locale.LocaleMiddleware"}, MIZAN_CACHE={"VARY": vary}
    ):
        german = web.read("public", headers={"Accept-Language": "de"})
        english = web.read("public", headers={"Accept-Language": "en"})
    assert (german.json(), english.json()) == ({"seen": "Ja"}, {"seen": "Yes"})
    assert german["Cache-Control"] == "public, no-cache"
    assert german["Vary"] == "Accept-Language"
    assert german["ETag"] != english["ETag"]


def test_compression_changes_nothing() -> None:
    @client(context=PublicContext)
    def long(request: HttpRequest) -> str:
        return "x" * 1000

    with middleware(insert={6: "django.middleware.gzip.GZipMiddleware"}):
        response = Client().get(f"{BASE}ctx/public/", headers={"Accept-Encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert response["Cache-Control"] == "public, no-cache"


def test_anonymous_visitors_of_a_users_context_share_nothing(web: Web, ada: Any) -> None:
    @client(context=CartContext)
    def cart(request: HttpRequest) -> str:
        request.session["seen"] = True
        return str(request.user)

    for edge in (False, True):
        with override_settings(MIZAN_EDGE=edge):
            response = web.read("cart")
            assert response["Cache-Control"] == NEVER
            for name in ("ETag", "Cache-Status"):
                assert not response.has_header(name)


def test_a_bound_parameter_makes_a_context_the_users_own(web: Web) -> None:
    class BasketContext(Context):
        session_key: str = FromRequest(lambda r: r.session.session_key)

    @client(context=BasketContext)
    def basket(request: HttpRequest) -> str:
        return "x"

    assert web.read("basket")["Cache-Control"] == NEVER


def test_errors_are_stored_by_nobody_whatever_they_saw(web: Web) -> None:
    @client(context=PublicContext)
    def fails(request: HttpRequest) -> str:
        raise ValueError(request.user)

    assert web.read("public")["Cache-Control"] == "no-store"


def test_a_view_is_not_touched(web: Web) -> None:
    @client(context=PublicContext, route="/page/")
    def page(request: HttpRequest) -> HttpResponse:
        response = HttpResponse(str(request.user), headers={"Cache-Control": "private"})
        response.set_cookie("theme", "dark")
        return response

    response = web.get("/page/")
    assert response["Cache-Control"] == "private"
