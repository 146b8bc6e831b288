"""Reads and mutations at a time: a verdict follows from what was answered, not from how fast."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from mizan_conformance.http.cases import Wrong
from mizan_conformance.http.overlap import OVERLAP
from mizan_conformance.http.site import Reply

Make = Callable[..., Reply]
PLAY = {each.vector.id.partition("/")[2]: each.play for each in OVERLAP}


class Server:
    """Answers like a server of the app that runs one thing at a time; nothing waits at its gates
    but in word. `members` replace what it says."""

    def __init__(self, reply: Make, **members: Any) -> None:
        self.reply = reply
        self.said = {"value": 10, "waiting": 1, "caching": "no-store", "status": 200} | members

    def __call__(self, *request: Any) -> Reply:
        body = request[-1]
        function = json.loads(body)["function"] if body else None
        if function == "gate_state":
            return self.reply({"result": {"open": False, "waiting": self.said["waiting"]}})
        if function is not None:
            return self.reply({"result": None})
        value = self.said["value"]
        if callable(value):
            value = value()
        told = {"Cache-Control": self.said["caching"]} | self.said.get("more", {})
        return self.reply({"slot_value": value}, self.said["status"], headers=told)


@pytest.mark.parametrize(
    ("name", "members", "said"),
    [
        ("read-across-mutation", {"caching": "public"}, "expected 'no-store', got 'public'"),
        ("read-across-mutation", {"more": {"ETag": '"1"'}}, 'expected no ETag, got "1"'),
        ("read-across-mutation", {"value": 10}, "a read after the mutation, which may not be"),
        ("read-during-mutation", {"caching": None}, "a read while a mutation runs"),
        ("read-during-mutation", {"value": 11}, "a read after the mutation: expected 12, got 11"),
        ("condition-during-mutation", {"status": 304}, "expected 200, got 304"),
        ("others-go-on", {"value": 5}, "a read of another instance meanwhile: expected 20"),
        ("others-go-on", {"status": 503}, "expected the status 200, got 503"),
        ("acknowledged", {"value": 1}, "a read after an acknowledged mutation: expected 0, got 1"),
        ("crowd", {"value": -1}, "returned -1"),
        ("read-across-mutation", {"waiting": 0}, "did not wait at its gate"),
    ],
)
def test_a_wrong_server_is_told(
    name: str, members: dict[str, Any], said: str, talk: Any, reply: Make
) -> None:
    with pytest.raises(Wrong) as wrong:
        PLAY[name](talk(Server(reply, **members)))
    assert said in str(wrong.value)


def test_a_server_that_fails_to_answer_is_told(talk: Any, reply: Make) -> None:
    stage = talk(lambda *_: reply({}, 500))
    for play in PLAY.values():
        with pytest.raises(Wrong, match=r"expected (the status )?200, got 500"):
            play(stage)
