"""mizan.edge.probes: what is asked, as whom; a wait only where headers say nothing."""

from __future__ import annotations

import json

from fake_api import Received
from fake_edge import MANIFEST, FakeEdge, library

from mizan.edge import resources
from mizan.edge.answers import Seen, digest
from mizan.edge.probes import FORGED, PAUSE, Request, Visitors, probe

SHELF = "/api/ctx/shelf/?page=1"
USERS = Visitors("sid", ({"Cookie": "sid=ada"}, {"Cookie": "sid=bo"}))


def asked(
    path: str, edge: FakeEdge, who: Visitors = USERS
) -> tuple[list[Request], list[float], list[str]]:
    """Return the requests, the waits, and the names of what was answered."""
    requests: list[Request] = []
    waits: list[float] = []

    def ask(request: Request) -> Seen:
        requests.append(request)
        headers = {name.lower(): text for name, text in request.headers.items()}
        reply = edge(Received(request.method, request.path, headers, request.body or b""))
        found = {name.lower(): text for name, text in reply.headers.items()}
        return Seen(reply.status, found, digest(reply.body))

    found = probe(resources.find(MANIFEST, path), ask, waits.append, who)
    assert "first" in found
    assert "nothing" not in found
    return requests, waits, list(found.by)


def test_a_context_is_asked_for_in_every_way() -> None:
    requests, waits, names = asked(SHELF, FakeEdge(library))
    assert names == [
        "first", "second", "stranger", "respelled", "respelled again",
        "forged GET", "kept GET", "forged POST", "kept POST", "after",
    ]  # fmt: skip
    assert waits == []
    assert {each.method for each in requests} == {"GET", "POST"}
    assert [each.path for each in requests if each.path != SHELF] == [
        "/api/ctx/shelf/?%70age=1", "/api/ctx/shelf/?%70age=1", "/api/ctx/shelf/",
    ]  # fmt: skip
    (post,) = (each for each in requests if each.method == "POST")
    assert json.loads(post.body or b"") == {"page": 1}
    assert post.headers["X-Mizan-Invalidate"] == "shelf"
    assert post.headers["Surrogate-Key"] == FORGED


def test_strangers_are_never_the_same() -> None:
    one, other = (USERS.stranger()["Cookie"] for _ in range(2))
    assert one.startswith("sid=mizandoctor")
    assert one != other


def test_what_is_no_hit_is_asked_less_of() -> None:
    _, waits, names = asked(SHELF, FakeEdge(library, keeps=False))
    assert (waits, [each for each in names if "forged" in each]) == ([], [])


def test_a_silent_edge_is_waited_for() -> None:
    _, waits, names = asked(SHELF, FakeEdge(library, tells="nothing"))
    assert (waits, names[:3]) == ([PAUSE], ["first", "second", "later"])


def test_users_ask_for_what_is_their_own() -> None:
    requests, _, names = asked("/api/ctx/mine/", FakeEdge(library))
    assert names[3:] == ["user 0", "user 0 again", "user 1", "user 1 again", "after"]
    cookies = [each.headers.get("Cookie") for each in requests]
    assert cookies[3:] == ["sid=ada", "sid=ada", "sid=bo", "sid=bo", None]
    assert "user 0" not in asked("/api/ctx/mine/", FakeEdge(library), Visitors())[2]


def test_a_purge_by_a_client_is_tried_twice() -> None:
    requests, _, _ = asked(SHELF, FakeEdge(library, believes=("POST",)))
    assert [each.method for each in requests].count("POST") == 2


def test_cookies_are_in_no_text() -> None:
    assert "ada" not in repr(USERS)
    assert "ada" not in repr(Request("/", {"Cookie": "sid=ada"}))
