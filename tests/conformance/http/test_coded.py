"""Cases whose requests depend on earlier replies, against servers that are wrong in one way."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from mizan_conformance.http.app import App
from mizan_conformance.http.cases import Wrong
from mizan_conformance.http.coded import CODED
from mizan_conformance.http.site import Reply

Make = Callable[..., Reply]
PLAY = {each.vector.id.partition("/")[2]: each.play for each in CODED}


def test_a_slice_that_is_no_read_is_told(talk: Any, reply: Make) -> None:
    def answer(method: str, *_: Any) -> Reply:
        return reply({"result": 1, "fresh": [{"data": {"a": 1}}]} if method == "POST" else {"a": 2})

    with pytest.raises(Wrong, match="the slice differs from what a read gives: at /a"):
        PLAY["slice-is-a-read"](talk(answer))


def test_no_slice_is_told(talk: Any, reply: Make) -> None:
    with pytest.raises(Wrong, match="expected 200 with 'fresh'"):
        PLAY["slice-is-a-read"](talk(lambda *_: reply({"result": 1})))


@pytest.mark.parametrize(
    ("spec", "who", "said"),
    [
        ({"user": "ada"}, 1, None),
        ({"user": "ada"}, None, "whoami returns {'result': None}"),
        ({"user": "bob"}, 2, "the token is of '2', not of '1'"),
        ({"user": "ada", "kid": "public-test-key-1"}, 1, "the first key is to"),
        ({"user": "ada", "claims": {"exp": 600}}, 1, "the token lives 600 s, expected 300"),
        ({"text": "rubbish"}, 1, "the token that a session got is not valid"),
    ],
)
def test_the_token_of_a_session(
    spec: dict[str, Any], who: int | None, said: str | None, talk: Any, reply: Make, app: App
) -> None:
    def answer(*request: Any) -> Reply:
        results = {"login": 1, "mwt_obtain": {"token": app.token(spec)}, "whoami": who}
        return reply({"result": results[json.loads(request[-1])["function"]]})

    play = PLAY["token-of-a-session"]
    if said is None:
        play(talk(answer))
        return
    with pytest.raises(Wrong) as wrong:
        play(talk(answer))
    assert said in str(wrong.value)
