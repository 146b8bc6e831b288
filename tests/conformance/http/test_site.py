"""One request, one connection: whatever a server does is a reply or a silence."""

from __future__ import annotations

import io
import threading
from typing import Any

import pytest

from mizan_conformance.http.site import Silence, Site, SiteUnusable


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("example.org", "no URL of a server"),
        ("ftp://example.org/", "no URL of a server"),
        ("http:///", "no URL of a server"),
        ("http://a:x/", "no URL: "),
        ("http://[::1/", "no URL: "),
        ("http://example.org/mizan/", "has a path"),
        ("http://example.org/?a", "has a path"),
    ],
)
def test_a_wrong_url_is_refused(url: str, said: str) -> None:
    with pytest.raises(SiteUnusable, match=said):
        Site(url)


def test_the_origin_is_as_browsers_write_it() -> None:
    assert Site("http://a:81").origin == "http://a:81"
    assert Site("https://me:secret@a/").origin == "https://a"


def test_a_reply_is_read_and_kept(scripted: Any, say: Any) -> None:
    answer = say(b"hi", 404, Set_Cookie="a=b", X_Both="1").replace(
        b"X-Both: 1", b"X-B: 1\r\nx-b: 2"
    )
    site = scripted(answer)
    reply = site.ask("GET", "/x", {"A": "b"})
    assert (reply.status, reply.body, reply.cookies) == (404, b"hi", ("a=b",))
    assert (reply.header("X-B"), reply.header("None"), reply.asked) == ("1, 2", None, "GET /x")
    assert site.seen == [reply]


@pytest.mark.parametrize(
    "answer", [None, b"rubbish", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"]
)
def test_no_reply_is_a_silence(scripted: Any, answer: bytes | None) -> None:
    with pytest.raises(Silence, match=r"POST /x: \w+"):
        scripted(answer).ask("POST", "/x", {}, b"body")


def test_a_server_that_hangs_costs_the_deadline(scripted: Any) -> None:
    site = scripted(threading.Event())
    site.deadline = 0.1
    with pytest.raises(Silence, match=r"GET /x: no reply for 0\.1 s"):
        site.ask("GET", "/x", {})


def test_a_server_may_answer_before_it_has_read_all(scripted: Any, say: Any) -> None:
    assert scripted(say(b"", 413)).ask("POST", "/x", {}, b"b" * 100_000).status == 413


def test_raw_bytes_are_sent_as_they_are(scripted: Any, say: Any) -> None:
    site = scripted(say(b"no", 400))
    reply = site.ask_raw(b"\xff\xfe /\r\n\r\n")
    assert (reply.status, reply.method, site.seen) == (400, "RAW", [])


def test_raw_bytes_may_get_no_reply(scripted: Any) -> None:
    assert scripted(None).ask_raw(b"x\r\n\r\n") is None


def test_what_is_no_http_is_a_silence(scripted: Any) -> None:
    with pytest.raises(Silence, match="BadStatusLine"):
        scripted(b"rubbish\r\n\r\n").ask_raw(b"x\r\n\r\n")


def test_what_is_sent_and_received_can_be_shown(scripted: Any, say: Any) -> None:
    site = scripted(say(b"hi", X_A="b"))
    site.trace = io.StringIO()
    site.ask("POST", "/x", {"C": "d"}, b"body" * 1000)
    site.ask_raw(b"raw")
    told = site.trace.getvalue()
    assert told.startswith("-> POST /x\n   C: d\n   b'bodybody")
    assert "<- 200\n   " in told
    assert "   x-a: b\n   b'hi'\n-> raw\n   b'raw'\n<- 200\n   content-length: 2\n" in told
    assert len(told) < 3000


def test_nobody_there_is_a_silence() -> None:
    with pytest.raises(Silence, match="cannot connect"):
        Site("http://127.0.0.1:1/").ask("GET", "/", {})


def test_names_below_localhost_are_of_this_machine(scripted: Any, say: Any) -> None:
    port = scripted(say(b"hi")).url.rpartition(":")[2]
    site = Site(f"http://north.localhost:{port}")
    assert site.host == f"north.localhost:{port.strip('/')}"
    assert site.ask("GET", "/", {}).body == b"hi"


def test_a_stream_is_read_up_to_a_mark(scripted: Any) -> None:
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    chunks = b"7\r\nid: 1\n\n\r\n" + b"5\r\nid: 2\r\n"  # and more, some time
    reply = scripted(head + chunks).ask("GET", "/", {}, until=b"\n\n")
    assert reply.body.startswith(b"id: 1\n\n")


def test_what_is_no_stream_is_read_whole(scripted: Any, say: Any) -> None:
    assert scripted(say(b"a\n\nb")).ask("GET", "/", {}, until=b"\n\n").body == b"a\n\nb"
