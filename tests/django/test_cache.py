"""The origin cache through Django's full stack: what is kept, for whom, and what is read from it.

What mutations do to it is in test_cache_mutations.py, failures of the store in test_cache_down.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext
from project.http import BASE, Web
from project.library.models import Book
from project.middleware import middleware

from mizan.django import Context, FromRequest, client, counters, create_mwt

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kept")]

HIT, MISS, STORED = "mizan; hit", "mizan; fwd=miss", "mizan; fwd=miss; stored"
NEVER = "private, no-store"


class DeskContext(Context):
    """A user's own."""

    user_scoped = True


class CartContext(Context):
    """A visitor's own, by the session."""

    session_key: str | None = FromRequest(lambda request: request.session.session_key)


class PublicContext(Context):
    """The same for everybody."""

    user_scoped = False


@pytest.fixture
def runs() -> list[str]:
    """What the functions below were run for."""
    return []


@pytest.fixture(autouse=True)
def _declared(runs: list[str]) -> None:
    @client(context=DeskContext)
    def desk(request: HttpRequest) -> tuple[str, bool]:
        runs.append("desk")
        return str(request.user.pk), request.user.has_perm("library.add_book")

    @client(context=CartContext)
    async def cart(request: HttpRequest) -> int:
        runs.append("cart")
        return len(runs)


@pytest.fixture
def emma(db: None) -> Book:
    return Book.objects.create(title="Emma", pages=474)


def statuses(web: Web, context: str, *queries: str, **options: Any) -> list[str]:
    return [status(web.read(context, each, **options)) for each in queries or ("",)]


def status(response: Any) -> str:
    return str(response.get("Cache-Status", ""))


def test_what_was_read_once_is_read_from_the_cache(web: Web, emma: Book) -> None:
    before = counters.counts()
    for context, query in (("shelf", ""), ("book", f"book_id={emma.pk}&limit=10")):
        first, second = web.read(context, query), web.read(context, query)
        assert (status(first), status(second)) == (STORED, HIT)
        assert first.content == second.content
        for name in ("ETag", "Cache-Control", "X-Mizan-Schema", "Content-Type"):
            assert first[name] == second[name]
    after = counters.counts()
    assert {name: after[name] - before[name] for name in ("miss", "stored", "hit")} == {
        "miss": 2,
        "stored": 2,
        "hit": 2,
    }


def test_a_change_that_no_mutation_declares_is_not_seen(web: Web, emma: Book) -> None:
    """Or else the tests of this file would prove nothing."""
    web.read("shelf")
    Book.objects.update(title="Persuasion")
    assert web.read("shelf").json()["shelf"][0]["title"] == "Emma"


def test_a_hit_asks_the_database_nothing(
    web: Web, emma: Book, django_assert_num_queries: Any
) -> None:
    web.read("shelf")
    with django_assert_num_queries(0):
        assert statuses(web, "shelf") == [HIT]


def test_a_hit_answers_conditions_head_and_other_spellings(web: Web, emma: Book) -> None:
    query = f"book_id={emma.pk}&limit=5"
    first = web.read("book", query)
    same = web.read("book", query, headers={"If-None-Match": first["ETag"]})
    assert (same.status_code, status(same), same.content) == (304, HIT, b"")
    assert same["ETag"] == first["ETag"]
    head = web.request("HEAD", f"{BASE}ctx/book/?{query}")
    assert (head.status_code, status(head), head["ETag"]) == (200, HIT, first["ETag"])
    other = web.read("book", f"limit=5&book_id={emma.pk}")
    assert (status(other), other["Cache-Control"]) == (HIT, "no-store")
    assert other["Content-Location"] == f"{BASE}ctx/book/?{query}"
    assert other.content == first.content
    assert "ETag" not in other


def test_a_read_by_post_is_not_of_the_cache(web: Web, emma: Book) -> None:
    body = f'{{"book_id": {emma.pk}}}'.encode()
    assert statuses(web, "book", f"book_id={emma.pk}") == [STORED]
    response = web.request("POST", f"{BASE}ctx/book/", body)
    assert (response.status_code, status(response)) == (200, "")


def test_parameters_are_told_apart_and_defaults_are_not(web: Web, emma: Book) -> None:
    one = f"book_id={emma.pk}"
    assert statuses(web, "book", one, f"{one}&limit=10", f"{one}&limit=9") == [STORED, HIT, STORED]


def test_errors_are_no_entries(web: Web) -> None:
    for _ in range(2):
        response = web.read("book", "book_id=404")
        assert (response.status_code, status(response)) == (404, "")
    Book.objects.create(pk=404, title="Found")
    assert statuses(web, "book", "book_id=404") == [STORED]


# Users


def test_users_have_entries_of_their_own(
    web: Web, make_web: Callable[..., Web], ada: User, bob: User, runs: list[str]
) -> None:
    other = make_web()
    web.login(ada)
    other.login(bob)
    for user, each in ((ada, web), (bob, other), (ada, web), (bob, other)):
        response = each.read("desk")
        assert response.json() == {"desk": [str(user.pk), False]}
        assert response["Cache-Control"] == "private, no-cache"
        assert response["Vary"] == "Authorization, Cookie, X-Mizan-Token"
    assert len(runs) == 2


def test_a_permission_that_comes_or_goes_is_seen_at_once(
    web: Web, ada: User, runs: list[str]
) -> None:
    permission = Permission.objects.get(codename="add_book")
    web.login(ada)
    seen = []
    for change in (lambda _: None, ada.user_permissions.add, ada.user_permissions.remove):
        change(permission)
        seen.append(web.read("desk").json()["desk"][1])
    assert seen == [False, True, False]
    assert len(runs) == 2  # what is true again is in the cache still


def test_a_token_and_a_session_of_one_user_share(
    web: Web, make_web: Callable[..., Web], ada: User
) -> None:
    web.login(ada)
    assert statuses(web, "desk") == [STORED]
    token = {"X-Mizan-Token": create_mwt(ada)}
    assert statuses(make_web(), "desk", headers=token) == [HIT]


@pytest.mark.parametrize("how", ["deactivated", "deleted", "logged out"])
def test_who_is_gone_gets_nothing_from_the_cache(web: Web, ada: User, how: str) -> None:
    web.login(ada)
    assert web.read("desk").json()["desk"][0] == str(ada.pk)
    if how == "logged out":
        web.client.cookies.clear()
    elif how == "deleted":
        User.objects.all().delete()
    else:
        User.objects.update(is_active=False)
    response = web.read("desk")
    assert response.json() == {"desk": ["None", False]}
    assert (status(response), response["Cache-Control"]) == ("", NEVER)


def test_permissions_come_before_a_hit(web: Web, make_web: Callable[..., Web], ada: User) -> None:
    @client(context="secret", permission="library.add_book")
    def secret(request: HttpRequest) -> str:
        return "secret"

    permission = Permission.objects.get(codename="add_book")
    ada.user_permissions.add(permission)
    web.login(ada)
    assert statuses(web, "secret", "", "") == [STORED, HIT]
    assert make_web().read("secret").status_code == 401
    ada.user_permissions.remove(permission)
    refused = web.read("secret", headers={"If-None-Match": "*"})
    assert (refused.status_code, status(refused)) == (403, "")


def test_anonymous_visitors_of_a_users_context_share_nothing(
    web: Web, make_web: Callable[..., Web], runs: list[str]
) -> None:
    for each in (web, web, make_web()):
        for context in ("cart", "desk"):
            response = each.read(context)
            assert (status(response), response["Cache-Control"]) == ("", NEVER)
    assert len(runs) == 6


def test_carts_are_told_apart_by_what_is_bound(web: Web, ada: User) -> None:
    """One user, two sessions: another value of the bound parameter is another entry."""
    web.login(ada)
    assert statuses(web, "cart", "", "") == [STORED, HIT]
    web.client.cookies.clear()
    web.login(ada)
    assert statuses(web, "cart", "", "") == [STORED, HIT]


def test_who_is_impersonated_is_whose_entry_it_is(web: Web, ada: User, bob: User) -> None:
    web.login(ada)
    own = web.read("desk")

    def replace(request: Any) -> None:
        request.user = bob

    with middleware(replace):
        for expected in (STORED, HIT):
            other = web.read("desk", headers={"If-None-Match": own["ETag"]})
            assert other.json()["desk"][0] == str(bob.pk)
            assert status(other) == expected
    again = web.read("desk")
    assert (again.json()["desk"][0], status(again)) == (str(ada.pk), HIT)


# What functions see


def tenant(request: Any) -> str:
    return str(request.headers.get("X-Tenant", "north"))


def language(request: Any) -> str:
    return str(translation.get_language())


def set_up(request: Any) -> None:
    request.tenant = tenant(request)
    translation.activate(request.headers.get("X-Language", "en"))


@pytest.fixture
def _quiet() -> Any:
    yield
    translation.deactivate()


@pytest.mark.usefixtures("_quiet")
@pytest.mark.parametrize(
    ("facet", "find", "look", "header"),
    [
        ("tenant", tenant, lambda request: request.tenant, "X-Tenant"),
        ("language", language, lambda _: gettext("Yes"), "X-Language"),
    ],
)
@pytest.mark.parametrize("scoped", [False, True])
def test_declared_facets_have_entries_of_their_own(
    web: Web,
    ada: User,
    kept: dict[str, Any],
    facet: str,
    find: Any,
    look: Any,
    header: str,
    scoped: bool,
) -> None:
    @client(context=DeskContext if scoped else PublicContext)
    def seen(request: HttpRequest) -> str:
        return str(look(request))

    name = "desk" if scoped else "public"
    web.login(ada)
    with middleware(set_up, MIZAN_CACHE={**kept, "VARY": {facet: find}}):
        for expected in ([STORED, STORED], [HIT, HIT]):
            replies = [web.read(name, headers={header: value}) for value in ("de", "en")]
            assert [*map(status, replies)] == expected
            texts = [each.json()["seen"] for each in replies]
            assert len(set(texts)) == 2


LOOKS: dict[str, Callable[[Any], Any]] = {
    "session": lambda r: str(r.session.get("theme")),
    "cookie": lambda r: str(r.COOKIES.get("theme")),
    "header": lambda r: str(r.headers.get("X-Theme")),
    "host": lambda r: r.get_host(),
    "tenant": lambda r: r.tenant,
    "language": lambda _: gettext("Yes"),
}


@pytest.mark.usefixtures("_quiet")
@pytest.mark.parametrize("look", [*LOOKS, "user"])
def test_what_a_public_function_may_not_see_is_stored_by_nobody(
    web: Web, ada: User, look: str
) -> None:
    ran = []

    @client(context=PublicContext)
    def seen(request: HttpRequest) -> str:
        ran.append(look)
        return str({**LOOKS, "user": lambda r: r.user}[look](request))

    web.login(ada)
    with middleware(set_up):
        for language in ("de", "en"):
            response = web.read("public", headers={"X-Language": language})
            assert (status(response), response["Cache-Control"]) == (MISS, NEVER)
            assert response.json()["seen"] == ("Ja" if language == "de" else "Yes") or (
                look != "language"
            )
    assert len(ran) == 2


@pytest.mark.usefixtures("_quiet")
@pytest.mark.parametrize("look", LOOKS)
def test_what_more_than_the_user_is_seen_by_a_users_function_is_not_kept(
    web: Web, ada: User, look: str, runs: list[str]
) -> None:
    @client(context=DeskContext)
    def more(request: HttpRequest) -> str:
        return str(LOOKS[look](request))

    web.login(ada)
    with middleware(set_up):
        for language in ("de", "en"):
            response = web.read("desk", headers={"X-Language": language})
            # The browser may keep it: it is the user's own.
            assert (status(response), response["Cache-Control"]) == (MISS, "private, no-cache")
    assert len(runs) == 2


def test_what_is_large_is_not_kept(web: Web, emma: Book, kept: dict[str, Any]) -> None:
    with middleware(MIZAN_CACHE={**kept, "MAX_ENTRY_BYTES": 1024}):
        assert statuses(web, "shelf", "", "") == [STORED, HIT]
        Book.objects.bulk_create(Book(title=f"Number {each}") for each in range(30))
        web.call("rename_book", book_id=emma.pk, title="Emma")
        assert statuses(web, "shelf", "", "") == [MISS, MISS]


def test_without_a_cache_nothing_is_said_of_it(web: Web, emma: Book, settings: Any) -> None:
    settings.MIZAN_CACHE = {"BACKEND": None}
    assert statuses(web, "shelf", "", "") == ["", ""]
    assert web.call("rename_book", book_id=emma.pk, title="E")["X-Mizan-Invalidate"] == (
        f"book;book_id={emma.pk}, shelf"
    )


def test_another_release_reads_no_old_shapes(web: Web, emma: Book) -> None:
    """A context whose functions return something else has other entries, without any `rev`."""
    assert statuses(web, "shelf", "", "") == [STORED, HIT]

    @client(context="shelf")
    def count(request: HttpRequest) -> int:
        return Book.objects.count()

    response = web.read("shelf")
    assert (status(response), response.json()["count"]) == (STORED, 1)
