"""mizan/server/subscribing.py: who may subscribe to what."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from mizan.protocol.events import Held
from mizan.protocol.targets import Instance
from mizan.server import Context, FromRequest, subscribing
from mizan.server.host import Incoming, Reply
from mizan.server.problems import Problem

MOST = 10


@pytest.fixture
def site(either: Any) -> Any:
    """A server with contexts for everybody, for users, and for some users."""
    either.ran = []

    class ShelfContext(Context):
        pass

    class OrdersContext(Context):
        user_scoped = True

    class OrderContext(Context):
        user_scoped = True

    class MineContext(Context):
        owner: str = FromRequest(lambda request: request.user or request.token)

    @either.client(context=ShelfContext)
    def shelf(request: Any, shelf_id: int, size: int = 10) -> int:
        either.ran.append("shelf")
        return size

    @either.client(context=OrdersContext)
    def orders(request: Any, user_id: str) -> int:
        either.ran.append("orders")
        if user_id == "bob":
            raise Problem("forbidden", "These are Bob's.")
        return 1

    @either.client(context=OrderContext)
    def order(request: Any, order_id: int) -> int:
        either.ran.append("order")
        if order_id == 404:
            raise Problem("not_found", "There is none.")
        if order_id == 500:
            raise ZeroDivisionError
        return 1

    @either.client(context=MineContext)
    def mine(request: Any) -> int:
        either.ran.append("mine")
        return 1

    @either.client(context="staff", permission="staff")
    def staff(request: Any, page: int = 1) -> int:
        either.ran.append("staff")
        return 1

    @either.client(context="members", login_required=True)
    def members(request: Any) -> int:
        either.ran.append("members")
        return 1

    return either


def admit(site: Any, *fields: str, **who: Any) -> Any:
    """Return what a subscriber is admitted to, or the status of the problem."""
    request = site.Request()
    for name, value in who.items():
        setattr(request, name, value)
    query = "&".join(f"held={quote(each)}" for each in fields)
    found: list[Any] = []

    def steps(catalog: Any, incoming: Incoming) -> Any:
        asked = subscribing.read_request(incoming.query, MOST)
        found.append((yield from subscribing.admitted(catalog, incoming, asked.instances)))
        return Reply(200, {}, native=found)

    reply = site.ask(Incoming("GET", request, query), steps)
    return found[0] if found else reply.status


def test_a_public_instance_is_admitted_without_a_read(site: Any) -> None:
    found = admit(site, "shelf;shelf_id=5")
    assert found.held == (Held("shelf", (("shelf_id", "5"), ("size", "10"))),)
    assert found.refused == ()
    assert found.identity.sub is None
    assert site.ran == []


def test_a_public_context_is_admitted_as_a_whole(site: Any) -> None:
    assert admit(site, "shelf").held == (Held("shelf"),)


def test_a_context_whose_reads_have_parameters_by_default_is_one_too(site: Any) -> None:
    class ListContext(Context):
        user_scoped = True

    @site.client(context=ListContext)
    def some(request: Any, page: int = 1, word: str | None = None) -> int:
        return page

    @site.client(context="search")
    def search(request: Any, word: str | None = None) -> int:
        return 1

    @site.client(context="pages")
    def pages(request: Any, page: int = 1) -> int:
        return 1

    # Readers of many instances name their context alone, and hold other pages than the first.
    assert admit(site, "pages").held == (Held("pages"),)
    assert admit(site, "search").held == (Held("search"),)
    assert admit(site, "list", user="ada").refused == ((Instance("list"), 403),)
    assert admit(site, "list;page=1", user="ada").refused == ()


def test_fields_and_instances_are_joined_each_once(site: Any) -> None:
    found = admit(
        site, "shelf;shelf_id=5, shelf;shelf_id=6", "shelf;shelf_id=6", "mine", user="ada"
    )
    assert [each.context for each in found.held] == ["shelf", "shelf", "mine"]


def test_who_names_himself_needs_no_read(site: Any) -> None:
    found = admit(site, "orders;user_id=ada", user="ada")
    assert (found.held, found.refused) == ((Held("orders", (("user_id", "ada"),)),), ())
    assert site.ran == []


def test_who_names_another_is_admitted_by_a_read(site: Any) -> None:
    found = admit(site, "orders;user_id=eve", "orders;user_id=bob", user="ada")
    assert [each.params for each in found.held] == [(("user_id", "eve"),)]
    assert found.refused == ((Instance("orders", (("user_id", "bob"),)), 403),)
    assert site.ran == ["orders", "orders"]


def test_what_fails_is_refused_with_the_status_of_a_read(site: Any) -> None:
    found = admit(site, "order;order_id=1, order;order_id=404, order;order_id=500", user="ada")
    assert [each.params for each in found.held] == [(("order_id", "1"),)]
    assert [status for _, status in found.refused] == [404, 500]
    assert len(site.host.reported) == 1


def test_nobody_hears_of_all_users_at_once(site: Any) -> None:
    assert admit(site, "orders", user="ada").refused == ((Instance("orders"), 403),)
    assert admit(site, "orders").refused == ((Instance("orders"), 401),)


def test_bound_parameters_are_the_subscribers_own(site: Any) -> None:
    assert admit(site, "mine", user="ada").held == (Held("mine", (), (("owner", "ada"),)),)
    assert admit(site, "mine", token="bob").held == (Held("mine", (), (("owner", "bob"),)),)
    assert site.ran == []


def test_who_lacks_a_bound_parameter_would_hear_of_everybodys(site: Any) -> None:
    found = admit(site, "mine")
    assert (found.held, found.refused) == ((), ((Instance("mine"), 401),))


def test_logins_and_permissions_are_checked(site: Any) -> None:
    fields = ("members", "staff;page=1")
    assert [status for _, status in admit(site, *fields).refused] == [401, 401]
    found = admit(site, *fields, user="ada")
    assert [each.context for each in found.held] == ["members"]
    assert [status for _, status in found.refused] == [403]
    found = admit(site, *fields, user="ada", rights={"staff"})
    assert [each.context for each in found.held] == ["members", "staff"]


@pytest.mark.parametrize(
    ("fields", "who", "status"),
    [
        (["no_such"], {}, 404),
        (["shelf;shelf_id=x"], {}, 422),
        (['shelf;shelf_id="05"'], {}, 422),
        (["shelf;size=5"], {}, 422),
        (["shelf;colour=red"], {}, 422),
        (["mine;owner=bob"], {"user": "ada"}, 422),
        (["shelf;;"], {}, 400),
        (["*"], {}, 400),
        (["shelf/shelf"], {}, 400),
        ([], {}, 400),
        ([f"shelf;shelf_id={n}" for n in range(MOST + 1)], {}, 400),
        (["shelf"], {"token": "bad"}, 401),
        (["mine"], {"token": "ada", "user": "bob"}, 401),
    ],
)
def test_what_no_read_is_answered_is_a_problem(
    site: Any, fields: list[str], who: dict[str, str], status: int
) -> None:
    assert admit(site, *fields, **who) == status
    assert site.ran == []


def test_the_last_position_is_read_and_nothing_else_of_the_query() -> None:
    read = subscribing.read_request
    assert read("held=shelf&last=a.1&x=y", MOST).last == "a.1"
    assert read("held=shelf&last=", MOST).last == ""
    assert read("held=shelf", MOST) == ((Instance("shelf"),), None)
    for query in ("&".join(["held=shelf"] * 1001), "held=%ff", "held=" + 70_000 * "a"):
        with pytest.raises(Problem):
            read(query, MOST)
