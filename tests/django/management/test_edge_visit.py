"""One visit of the doctor: whom it asks, for what, as whom."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.http import HttpRequest
from django.test import override_settings
from fake_api import FakeApi, Received, Reply, refused_url
from fake_edge import NO_STORE, PRIVATE, PUBLIC, FakeEdge

from mizan.django import Context, FromRequest, client
from mizan.django.management import edge_visit
from mizan.django.management.edge_visit import Visit
from mizan.edge.doctor import Finding
from mizan.protocol.targets import Target

SHELF = "/api/mizan/ctx/shelf/"


def library(received: Received) -> Reply:
    """Answer with what can be kept, and with who asks for what is a user's own."""
    if "shelf" in received.path or "book" in received.path:
        return Reply(200, b"{}", NO_STORE if received.method == "POST" else PUBLIC)
    return Reply(200, received.headers.get("cookie", "").encode(), PRIVATE)


@pytest.fixture
def edge() -> FakeEdge:
    return FakeEdge(library)


@pytest.fixture
def api(edge: FakeEdge) -> Iterator[FakeApi]:
    with FakeApi(edge) as found:
        yield found


def found(visit: Visit) -> dict[tuple[str, str], Finding]:
    """Return what is found, by path and by what it is about."""
    return {(each.url, each.what): each for _, here in visit.findings() for each in here}


@override_settings(MIZAN_EDGE=True)
def test_each_resource_is_asked_for(api: FakeApi) -> None:
    said: list[str] = []
    seen = found(Visit(api.url + "/", None, 5, progress=said.append))
    assert seen[SHELF, "cached"].level == "ok"
    assert said[0].startswith("1 of ")
    assert said[-1] == ""
    assert {each.method for each in api.received} <= {"GET", "POST"}
    assert {each.path.partition("?")[0] for each in api.received if each.method == "POST"} <= {
        SHELF
    }


@pytest.mark.parametrize("url", ["/api/mizan/ctx/book/?book_id=5&limit=10", "{edge}{shelf}"])
def test_urls_may_be_named(api: FakeApi, url: str) -> None:
    named = url.format(edge=api.url, shelf=SHELF)
    seen = found(Visit(api.url, "north.example", 5, [named]))
    assert {path for path, _ in seen} == {named.removeprefix(api.url)}
    assert {each.headers["host"] for each in api.received} == {"north.example"}


@pytest.mark.parametrize(
    ("arguments", "say"),
    [
        ({"urls": ["http://other.example/x"]}, "is no path"),
        ({"urls": ["x"]}, "is no path"),
        ({"urls": ["/a b"]}, "is no path"),
        ({"urls": ["/api/mizan/ctx/book/?bok=5"]}, "bok"),
        ({"timeout": 0}, "above 0"),
        ({"timeout": float("inf")}, "up to 300"),
        ({"edge": "ftp://127.0.0.1"}, "--edge: expected a URL"),
        ({"users": "/nowhere"}, "--users: "),
    ],
)
def test_a_wrong_call_is_said(api: FakeApi, arguments: dict[str, Any], say: str) -> None:
    given: dict[str, Any] = {"edge": api.url, "host": None, "timeout": 5, **arguments}
    with pytest.raises(CommandError, match=say) as caught:
        found(Visit(**given))
    assert caught.value.returncode == 2
    assert not api.received


def test_nobody_there_is_said() -> None:
    with pytest.raises(CommandError, match="did not answer: unreachable") as caught:
        found(Visit(refused_url(), None, 5, [SHELF]))
    assert caught.value.returncode == 1


@pytest.mark.parametrize(
    "text", ["", "Cookie: hidden", "Cookie: hidden\nCookie: hidden", "Cookie: 1\nHost: hidden"]
)
def test_users_are_two(api: FakeApi, tmp_path: Path, text: str) -> None:
    file = tmp_path / "cookies"
    file.write_text(text)
    with pytest.raises(CommandError, match="two lines") as caught:
        found(Visit(api.url, None, 5, [SHELF], str(file)))
    assert "hidden" not in str(caught.value)


def test_two_users_are_told_apart(
    edge: FakeEdge, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    class MineContext(Context):
        """What is a user's own."""

        user_id: int = FromRequest(lambda request: request.user.pk)

    @client(context=MineContext)
    def mine(request: HttpRequest) -> str:
        return str(request.user)

    @override_settings(MIZAN_EDGE=True)
    def users() -> Finding:
        monkeypatch.setattr("sys.stdin", io.StringIO("Cookie: a=ada\n\ncookie: a=bo\n"))
        seen = found(Visit(api.url, None, 5, ["/api/mizan/ctx/mine/"], "-"))
        return next(each for (_, what), each in seen.items() if what == "users")

    assert users().level == "ok"
    edge.everything = True
    assert users().level == "bad"


@override_settings(MIZAN_EDGE=True)
def test_a_purge_is_seen(edge: FakeEdge, api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge_visit, "PURGE_TAKES", 0.0)
    named: list[Target] = []

    def purge(target: Target) -> None:
        named.append(target)
        edge.purge()

    assert found(Visit(api.url, None, 5, [SHELF], purge=purge))[SHELF, "purge"].level == "ok"
    assert named == [Target("shelf")]
    monkeypatch.setattr(edge_visit, "PAUSE", 0.0)
    idle = Visit(api.url, None, 5, [SHELF], purge=named.append)
    assert found(idle)[SHELF, "purge"].level == "bad"
    edge.keeps = False
    edge.purge()
    assert (SHELF, "purge") not in found(idle)
