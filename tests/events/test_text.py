"""mizan/events/text.py: frames, as a browser reads them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mizan.events.subscription import Beat, End, Invalidate
from mizan.events.text import frame, ready
from mizan.protocol.targets import EVERYTHING, Instance, Target


def read(data: bytes) -> tuple[list[tuple[str, Any]], str | None]:
    """Return (events as (type, data), last id), by the algorithm of HTML, section 9.2.6."""
    events, last, kind, lines = [], None, "", []
    text = data.decode()
    assert text.endswith("\n\n")
    for line in text.split("\n")[:-1]:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if lines:
                events.append((kind or "message", json.loads("\n".join(lines))))
            kind, lines = "", []
        elif name == "event":
            kind = value
        elif name == "data":
            lines.append(value)
        elif name == "id":
            last = value
        else:
            assert name == "retry"
            assert value.isdecimal()
    return events, last


def test_a_stream_begins_with_what_it_is() -> None:
    data = {"heartbeat": 15, "refused": []}
    assert read(ready("e.1", 15.0)) == ([("ready", data)], "e.1")
    assert read(ready(None, 0.5)) == ([("ready", {"heartbeat": 0.5, "refused": []})], None)


def test_it_names_what_is_refused() -> None:
    refused = [(Instance("orders", (("user_id", "7\n\nid: x"),)), 403)]
    ((_, data),), last = read(ready(None, 15, refused))
    assert data["refused"] == [
        {"context": "orders", "params": {"user_id": "7\n\nid: x"}, "status": 403}
    ]
    assert last is None


def test_targets_are_those_of_the_body() -> None:
    targets = (Target("orders", (("user_id", 5),)), Target("shelf", (("name", "a\n\nb"),)))
    found = read(frame(Invalidate("e.2", targets, 18, "abcdefgh")))
    data = {
        "call": "abcdefgh",
        "spread": 18,
        "targets": [
            {"context": "orders", "params": {"user_id": 5}},
            {"context": "shelf", "params": {"name": "a\n\nb"}},
        ],
    }
    assert found == ([("invalidate", data)], "e.2")
    found = read(frame(Invalidate("e.3", (EVERYTHING,))))
    assert found == ([("invalidate", {"spread": 0, "targets": ["*"]})], "e.3")


def test_a_beat_moves_the_id_and_is_no_event() -> None:
    assert read(frame(Beat("e.4"))) == ([], "e.4")


@pytest.mark.parametrize("reason", ["expired", "shutdown", "slow"])
def test_an_end_says_why(reason: str) -> None:
    assert read(frame(End(reason))) == ([("end", {"reason": reason})], None)
