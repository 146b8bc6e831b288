"""Requests that are played one after the other, on the app on Django."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from mizan_conformance.fuzz_http.play import Found, Gone, Move, Play
from mizan_conformance.fuzz_http.server import Server, meet
from mizan_conformance.http.site import Reply, Site

Url = Callable[[str], str]
BOARD = {"ctx": "board?board_id=1&limit=10&newest_first=false"}


@pytest.fixture
def live(django_url: Url) -> Server:
    """The app on Django."""
    return meet(Site(django_url("asgi")), auth=["session", "token"])


def test_right_replies_are_noted_as_steps(live: Server) -> None:
    play = Play(live)
    play.take(Move(BOARD))
    play.take(Move(BOARD, tagged=True))
    play.take(Move({"call": "whoami", "as": "bob"}))
    # What is 304 is asked for once more, without the condition.
    assert [step["expect"]["status"] for step in play.steps] == [200, 304, 200, 200]
    tag = {"$reply": [0, "ETag"]}
    assert play.steps[1]["request"]["headers"] == {"If-None-Match": tag}


def test_what_replies_say_is_put_in(live: Server) -> None:
    play = Play(live)
    play.take(Move({"ctx": "board?board_id=2"}))
    play.take(Move({"call": "add_note", "args": {"board_id": 9, "text": ""}}, learn=1, holds=True))
    read, call, slice_ = play.steps
    assert call["request"]["args"]["board_id"] == 2
    assert call["request"]["held"] == "board;board_id=2;limit=10;newest_first=false"
    assert slice_["request"]["path"].startswith("/mizan/ctx/board/?board_id=2&")
    assert read["expect"] == call["expect"] == {"status": 200}


def test_what_was_read_last_is_read_again(live: Server) -> None:
    play = Play(live)
    play.take(Move(BOARD))
    play.take(Move({"call": "whoami", "as": "ada"}, again=True))
    last = play.steps[-1]["request"]
    assert last == {"method": "GET", "path": play.stage.replies[0].target, "as": "ada"}


def test_a_wrong_reply_is_found(live: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = Site.ask

    def wrong(self: Any, *args: Any, **options: Any) -> Reply:
        found = ask(self, *args, **options)
        return found if args[0] == "POST" else Reply(found.method, found.target, 500, {}, b"")

    play = Play(live)
    monkeypatch.setattr(Site, "ask", wrong)
    with pytest.raises(Found) as caught:
        play.take(Move(BOARD))
    assert caught.value.fault.rule == "crash"
    assert caught.value.steps == [{"request": BOARD, "expect": caught.value.fault.expect}]
    assert caught.value.size[0] == len(caught.value.sent) == 1


def test_raw_bytes_leave_the_server_as_it_was(live: Server) -> None:
    play = Play(live)
    play.take(Move({"raw": ["x\r\n\r\n"]}))
    play.take(Move({"raw": ["GET /mizan/ctx/site/ HTTP/1.0\r\nHost: {host}\r\n\r\n"]}))
    assert [*play.steps[0]] == ["raw", "expect"]


def test_a_server_that_is_gone_is_no_fault_of_a_request(server: Server) -> None:
    with pytest.raises(Gone):
        Play(server)


def test_silence_to_one_request_is_a_fault(server: Server, scripted: Any, say: Any) -> None:
    site = scripted(None, say(b"", 405))
    play = Play(dataclasses.replace(server, site=site, resets=False))
    with pytest.raises(Found, match="there is no reply") as caught:
        play.take(Move(BOARD))
    assert caught.value.fault.rule == "silence"


def test_streams_are_read_up_to_ready(server: Server, scripted: Any, say: Any) -> None:
    events = b'id: 1\nevent: ready\ndata: {"heartbeat":15}\n\n'
    site = scripted(say(events, Content_Type="text/event-stream", Cache_Control="no-store"))
    play = Play(dataclasses.replace(server, site=site, resets=False, has_events=True))
    with pytest.raises(Found, match="`ready`") as caught:
        play.take(Move({"method": "GET", "path": "/mizan/events/?held=site"}))
    assert caught.value.fault.requirement == "MZ-EVT-020"
