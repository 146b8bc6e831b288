"""mizan/events/redis_stream.py: what is sent, and what entries say."""

from __future__ import annotations

import pytest

from mizan.events import redis_stream as stream
from mizan.events.base import Message
from mizan.protocol.targets import EVERYTHING, Target

RUN = "0123456789ab"


def entry(**fields: bytes) -> list[bytes | list[bytes]]:
    return [b"7-1", [part for name, value in fields.items() for part in (name.encode(), value)]]


def test_what_is_published_is_read_again() -> None:
    targets = (Target("b", (("x", "é"), ("y", 1.5)), "list"), Target("a.b"))
    op = stream.publish("key", targets, "nonce-of-a-call", 50)
    (command,) = op.plan()
    assert command[:7] == (b"XADD", "key", b"MAXLEN", b"~", 50, b"*", b"t")
    fields = [part if isinstance(part, bytes) else str(part).encode() for part in command[6:]]
    read = stream.message(RUN, [b"7-1", fields])
    assert read == Message(f"{RUN}.7-1", targets, "nonce-of-a-call")
    assert op.parse([b"7-1"]) is None


def test_without_a_call_there_is_no_field_of_it() -> None:
    (command,) = stream.publish("key", (EVERYTHING,), "", 50).plan()
    assert command[6:] == (b"t", '["*"]')
    assert stream.message(RUN, entry(t=b'["*"]')).call == ""


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"t": b"nonsense"},
        {"t": b'{"context":"a"}'},
        {"t": b'["A"]'},
        {"t": b"\xff"},
        {"x": b"[]"},
        {"t": b'["a"]', "c": b"\xff"},
    ],
)
def test_what_cannot_be_read_is_everything(
    fields: dict[str, bytes], caplog: pytest.LogCaptureFixture
) -> None:
    assert stream.message(RUN, entry(**fields)).targets == (EVERYTHING,)
    assert f"events.unreadable: {RUN}.7-1 is taken for *" in caplog.text


def test_the_first_entry_of_a_stream_names_nothing() -> None:
    *_, name, value = stream.begin("key")
    assert stream.message(RUN, [b"1-0", [name, value]]) == Message(f"{RUN}.1-0", ())  # type: ignore[list-item]


def test_a_run_is_named_by_the_server() -> None:
    info = b"# Server\r\nredis_version:7.0\r\nrun_id:0123456789abcdef\r\ntcp_port:1\r\n"
    assert stream.run_of(info) == RUN


def test_readings() -> None:
    assert stream.after("key", b"7-1", 0.5)[-5:] == (b"BLOCK", 500, b"STREAMS", "key", b"7-1")
    assert stream.one("key", b"7-1") == (b"XRANGE", "key", b"7-1", b"7-1")
    assert stream.latest("key", 3)[-1] == 3
