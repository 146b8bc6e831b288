"""mizan.edge.send: what each trouble of a network's interface becomes, over real connections."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from fake_api import FakeApi, Received, Reply, refused_url

from mizan.edge.base import PurgeFailed
from mizan.edge.send import LONGEST_WAIT, MAX_ANSWER, Answer, Sender, failure

HEADERS = {"X-Token": "hidden-token"}


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with FakeApi(lambda _: Reply.of({"status": "ok"}, X_Id="5")) as found:
        yield found


def failed(sender: Sender, url: str) -> PurgeFailed:
    with pytest.raises(PurgeFailed) as caught:
        sender.send("POST", f"{url}/hidden/path", HEADERS, b"hidden body")
    assert "hidden" not in f"{caught.value!r} {caught.value}"
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    sender.close()
    return caught.value


def test_an_answer_is_returned(api: FakeApi) -> None:
    sender = Sender(2.0)
    found = sender.send("PURGE", f"{api.url}/x?y=1", HEADERS, b"{}")
    assert (found.status, found.headers["x-id"], found.json()) == (200, "5", {"status": "ok"})
    assert api.received[0].headers["x-token"] == "hidden-token"
    assert api.received == [Received("PURGE", "/x?y=1", api.received[0].headers, b"{}")]
    assert "hidden" not in repr(sender)
    sender.close()


def test_fields_that_are_there_twice_are_joined(api: FakeApi) -> None:
    api.troubles.append(Reply(headers={"X-Id": "1\n2"}))
    sender = Sender(2.0)
    assert sender.send("GET", api.url, {}).headers["x-id"] == "1, 2"
    sender.close()


def test_larger_answers_are_read_where_they_are_expected(api: FakeApi) -> None:
    api.troubles.append(Reply(body=b"x" * (MAX_ANSWER + 1)))
    sender = Sender(2.0, largest=MAX_ANSWER + 1)
    assert len(sender.send("GET", api.url, {}).body) == MAX_ANSWER + 1
    sender.close()


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "unauthorized"),
        (403, "unauthorized"),
        (404, "rejected"),
        (400, "rejected"),
        (302, "rejected"),
        (408, "timeout"),
        (429, "rate_limited"),
        (500, "failed"),
        (503, "failed"),
        (599, "failed"),
    ],
)
def test_a_status_is_a_code(api: FakeApi, status: int, code: str) -> None:
    api.troubles.append(Reply(status, b"hidden", {"Location": "http://hidden.invalid/"}))
    found = failed(Sender(2.0), api.url)
    assert (found.code, found.retry_after) == (code, None)
    assert len(api.received) == 1  # no redirect is followed, and nothing is tried twice


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("9" * 400, LONGEST_WAIT),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("\u0665", None),
        ("", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 9999 07:28:00 GMT", LONGEST_WAIT),
        ("Wed, 21 Oct 99999999 07:28:00 GMT", None),
        (f"Wed, {'9' * 30} Oct 2015 07:28:00 GMT", None),
    ],
)
def test_retry_after_is_believed_within_bounds(value: str, seconds: float | None) -> None:
    assert failure(Answer(429, {"retry-after": value}, b"")).retry_after == seconds


def test_retry_after_may_be_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    found = failure(Answer(503, {"retry-after": date}, b"")).retry_after
    assert found is not None
    assert 60 < found <= 100


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(hangs=True), "timeout"),
        (Reply(drips=True), "timeout"),
        (Reply(breaks=True), "unreachable"),
        (Reply(body=b"x" * (MAX_ANSWER + 1)), "malformed"),
    ],
)
def test_an_answer_that_does_not_come_is_a_code(api: FakeApi, reply: Reply, code: str) -> None:
    api.troubles.append(reply)
    assert failed(Sender(0.3), api.url).code == code


def test_after_a_broken_answer_the_next_is_its_own(api: FakeApi) -> None:
    sender = Sender(0.3)
    api.troubles.append(Reply(hangs=True))
    with pytest.raises(PurgeFailed):
        sender.send("POST", api.url, {})
    assert sender.send("POST", api.url, {}).json() == {"status": "ok"}
    sender.close()


@pytest.mark.parametrize(
    "url", ["http://name.invalid", "http://127.0.0.1:1", "https://127.0.0.1:1"]
)
def test_nobody_there_is_unreachable(url: str) -> None:
    assert failed(Sender(2.0), url).code == "unreachable"


def test_a_refused_connection_is_unreachable() -> None:
    assert failed(Sender(2.0), refused_url()).code == "unreachable"


def test_another_protocol_is_unreachable(api: FakeApi) -> None:
    assert failed(Sender(2.0), api.url.replace("http:", "https:")).code == "unreachable"


@pytest.mark.parametrize("body", [b"", b"[]", b"5", b"{", b"\xff", b"[" * 50_000])
def test_what_is_no_object_is_malformed(body: bytes) -> None:
    with pytest.raises(PurgeFailed, match="malformed"):
        Answer(200, {}, body).json()


def test_nothing_secret_is_logged(api: FakeApi, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sender = Sender(0.3)
    sender.send("POST", f"{api.url}/path", HEADERS, b"hidden")
    failed(Sender(0.3), refused_url())
    sender.close()
    assert "hidden-token" not in caplog.text
    assert "hidden body" not in caplog.text
