"""mizan.edge.doctor: each fault of an edge is found, over real connections, and no other is."""

from __future__ import annotations

from typing import Any

import pytest
from fake_api import FakeApi, Received, Reply
from fake_edge import MANIFEST, NO_STORE, PRIVATE, PUBLIC, FakeEdge, Origin, library

from mizan.edge import resources
from mizan.edge.asking import Edge
from mizan.edge.doctor import Finding, examine, purged
from mizan.edge.probes import Found, Request, Visitors, probe
from mizan.edge.reasons import Setting

SHELF, MINE = "/api/ctx/shelf/?page=1", "/api/ctx/mine/"
ON = Setting(edge=True)
USERS = Visitors("sessionid", ({"Cookie": "sid=ada"}, {"Cookie": "sid=bo"}))


def visit(edge: Origin, path: str = SHELF, who: Visitors = USERS) -> Found:
    """Return what the edge answers."""
    with FakeApi(edge) as api, Edge(api.url, timeout=5) as asked:
        return probe(resources.find(MANIFEST, path), asked.ask, lambda _: None, who)


def look(
    edge: Origin, path: str = SHELF, setting: Setting = ON, who: Visitors = USERS
) -> dict[str, Finding]:
    """Return what is found, by what it is about."""
    return {each.what: each for each in examine(visit(edge, path, who), setting)}


def levels(found: dict[str, Finding]) -> dict[str, str]:
    return {what: each.level for what, each in found.items()}


def test_a_good_edge_passes() -> None:
    found = look(FakeEdge(library))
    assert levels(found) == dict.fromkeys(["cached", "cookies", "spelling", "forged"], "ok")
    assert found["cached"].text == "HIT at the second request (Cache-Status: mizan; hit, edge; hit)"
    assert found["cached"].url == SHELF
    assert levels(look(FakeEdge(library), "/")) == dict.fromkeys(
        ["cached", "cookies", "forged"], "ok"
    )
    assert levels(look(FakeEdge(library), MINE)) == {"cached": "ok", "users": "ok"}


@pytest.mark.parametrize("tells", ["x-cache", "age"])
def test_a_hit_may_be_said_in_other_ways(tells: str) -> None:
    assert set(levels(look(FakeEdge(library, tells=tells))).values()) == {"ok"}


@pytest.mark.parametrize(
    ("faults", "path", "what", "level", "text"),
    [
        ({"keeps": False}, SHELF, "cached", "bad", "not kept, although it says public"),
        ({"tells": "nothing"}, SHELF, "cached", "warn", "no header says"),
        ({"by_cookie": True}, SHELF, "cookies", "warn", "no HIT for who sends"),
        ({"believes": ("GET",)}, SHELF, "forged", "bad", "X-Mizan-Invalidate (GET) purged"),
        ({"believes": ("POST",)}, SHELF, "forged", "bad", "X-Mizan-Invalidate (POST) purged"),
        ({"echoes": True}, SHELF, "forged", "bad", "came back"),
        ({"everything": True}, SHELF, "spelling", "bad", "an entry of its own"),
        ({"everything": True}, MINE, "cached", "bad", "a HIT for who is not signed in"),
        ({"everything": True}, MINE, "users", "bad", "the edge answered the second user"),
        ({"adds": {"Cache-Control": "public, max-age=14400"}}, SHELF, "browsers", "bad", "14400 s"),
        (
            {"adds": {"Cache-Control": "private"}},
            SHELF,
            "cached",
            "bad",
            "although it says private",
        ),
        ({"adds": {"Cache-Control": "max-age=9"}}, MINE, "cached", "bad", "answers with max-age=9"),
        ({"adds": {"xkey": "shelf"}}, SHELF, "tags", "warn", "xkey reaches clients"),
        ({"adds": {"CF-Ray": "1"}}, SHELF, "network", "bad", "do not carry its tags"),
    ],
)
def test_each_fault_is_found(
    faults: dict[str, Any], path: str, what: str, level: str, text: str
) -> None:
    found = look(FakeEdge(library, **faults), path)
    assert found[what].level == level
    assert text in found[what].text
    assert found[what].advice
    others = {each.level for each in found.values() if each.what != what}
    assert others <= {"ok", "bad"} if faults.get("everything") else others <= {"ok"}


def test_an_edge_that_keeps_users_apart_passes() -> None:
    found = look(FakeEdge(library, everything=True, by_cookie=True), MINE)
    assert found["users"].level == "ok"
    assert found["users"].text == "kept for each user apart"
    assert "users" not in look(FakeEdge(library), MINE, who=Visitors())


def test_what_nobody_purges_is_not_to_be_kept() -> None:
    found = look(FakeEdge(library), setting=Setting())["cached"]
    assert found.level == "bad"
    assert found.text.endswith("while MIZAN_EDGE is off: nobody purges it")
    static = FakeEdge(lambda _: Reply(200, b"", PUBLIC))
    assert look(static, "/static/x", Setting())["cached"].level == "ok"


def test_what_no_context_has_may_be_kept_by_browsers() -> None:
    static = FakeEdge(lambda _: Reply(200, b"", {"Cache-Control": "max-age=60"}))
    assert "browsers" not in look(static, "/static/x")
    assert "browsers" in look(static)
    assert "browsers" not in look(static, setting=Setting())


def test_a_cookie_for_everybody_is_found_and_not_shown() -> None:
    def one(_: Received) -> Reply:
        return Reply(200, b"{}", {**PUBLIC, "Set-Cookie": "session=hidden"})

    found = look(FakeEdge(one))["cached"]
    assert (found.level, found.text) == ("bad", "a HIT that gives everybody one cookie (session)")


def test_a_cookie_of_the_edges_own_is_none_of_ours() -> None:
    edge, numbers = FakeEdge(library), iter(range(100))

    def adding(received: Received) -> Reply:
        reply = edge(received)
        own = {"Set-Cookie": f"visitor={next(numbers)}"}
        return Reply(reply.status, reply.body, {**reply.headers, **own})

    assert look(adding)["cached"].level == "ok"


@pytest.mark.parametrize(("who", "level"), [("nobody", "bad"), ("both", "warn")])
def test_a_silent_edge_may_still_be_seen_to_leak(who: str, level: str) -> None:
    def leaky(received: Received) -> Reply:
        sent = received.headers.get("cookie", "")
        if "ada" in sent:
            edge.entries["last"] = Reply(200, b"ada", PRIVATE)
        known = edge.entries.get("last") if who == "nobody" or sent else None
        return known or Reply(200, b"nobody", PRIVATE)

    edge = FakeEdge(leaky, tells="nothing", keeps=False)
    assert look(edge, MINE)["users"].level == level


def test_users_who_may_not_read_it_are_said() -> None:
    found = look(FakeEdge(lambda _: Reply(401, b"", NO_STORE)), MINE)
    assert (found["users"].level, found["users"].text[-11:]) == ("warn", "401 and 401")


def test_a_public_reply_that_differs_by_the_cookie_is_found() -> None:
    def leaky(received: Received) -> Reply:
        return Reply(200, received.headers.get("cookie", "").encode(), PUBLIC)

    found = look(FakeEdge(leaky, by_cookie=True))
    assert (found["cookies"].level, found["cookies"].text[:7]) == ("bad", "differs")


def test_a_change_in_between_is_no_leak() -> None:
    bodies = iter(range(100))
    found = look(FakeEdge(lambda _: Reply(200, b"%d" % next(bodies), PUBLIC), keeps=False))
    assert "cookies" not in found


def test_a_spelling_that_is_refused_is_said() -> None:
    def strict(received: Received) -> Reply:
        return Reply(404, b"", NO_STORE) if "%" in received.path else library(received)

    assert look(FakeEdge(strict))["spelling"].level == "warn"


@pytest.mark.parametrize(
    ("tags", "purgers", "level", "text"),
    [
        ((), (), "bad", "do not carry its tags"),
        (("cloudflare",), (), "bad", "no purger of it"),
        (("cloudflare",), ("fastly",), "bad", "no purger of it"),
        (("cloudflare",), ("shop.edges.Own",), "ok", "cloudflare keeps it"),
        (("cloudflare",), ("cloudflare",), "ok", "cloudflare keeps it"),
    ],
)
def test_a_network_is_given_tags_and_purged(
    tags: tuple[str, ...], purgers: tuple[str, ...], level: str, text: str
) -> None:
    setting = Setting(edge=True, tags=tags, purgers=purgers)
    found = look(FakeEdge(library, adds={"CF-Ray": "1"}), setting=setting)["network"]
    assert (found.level, text in found.text) == (level, True)


def test_varnish_may_purge_by_replies_alone() -> None:
    assert "network" not in look(FakeEdge(library, adds={"X-Varnish": "5 3"}))


def test_a_purge_is_judged_by_what_follows() -> None:
    edge = FakeEdge(library)
    found = visit(edge)
    with FakeApi(edge) as api, Edge(api.url, timeout=5) as asked:
        assert purged(found, asked.ask(Request(SHELF)), 10.0).level == "bad"
        edge.purge()
        assert purged(found, asked.ask(Request(SHELF)), 0.1).level == "ok"
