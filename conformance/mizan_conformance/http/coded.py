"""Cases whose requests depend on earlier replies, so that they are no data (SPEC.md, 13 and 14)."""

from __future__ import annotations

import time
from typing import Any, Final

from mizan.errors import MizanError
from mizan.protocol import token
from mizan_conformance.compare import difference

from .cases import Case, Wrong, case
from .judge import json_of
from .site import Reply
from .stage import Stage

_TTL: Final = 300


def _member(reply: Reply, name: str) -> Any:
    document = json_of(reply)
    if reply.status != 200 or name not in document:
        raise Wrong(f"{reply.asked}: expected 200 with {name!r}, got {reply.status} {document}")
    return document[name]


def _slice_is_a_read(stage: Stage) -> None:
    reply = stage.send(
        {
            "call": "add_note",
            "args": {"board_id": 1, "text": "Žluťoučký kůň 🂡"},
            "held": "board;board_id=1;newest_first=true",
        }
    )
    (fresh,) = _member(reply, "fresh")
    read = stage.read("board?board_id=1&limit=10&newest_first=true")
    if found := difference(json_of(read), fresh["data"]):
        raise Wrong(f"the slice differs from what a read gives: {found}")


def _token_of_session(stage: Stage) -> None:
    user = stage.app.user("ada")
    _member(stage.call("login", name="ada", password=user["password"]), "result")
    name = stage.app.server["csrf"]
    obtain = {"call": "mwt_obtain", "headers": {name["header"]: {"$cookie": name["cookie"]}}}
    text = _member(stage.send(obtain), "result")["token"]
    _verify(stage, text, str(user["id"]))
    stage.cookies.clear()
    who = stage.send({"call": "whoami", "headers": {"X-Mizan-Token": text}})
    if _member(who, "result") != user["id"]:
        raise Wrong(f"with the token that ada's session got, whoami returns {json_of(who)}")


def _verify(stage: Stage, text: str, sub: str) -> None:
    tokens = stage.app.server["tokens"]
    keys = [token.Key.from_jwk(each) for each in tokens["keys"]]
    try:
        claims = token.verify(text, keys, audience=tokens["audience"], now=int(time.time()))
    except MizanError as error:
        raise Wrong(f"the token that a session got is not valid: {error} [{error.code}]") from error
    if claims["sub"] != sub:
        raise Wrong(f"the token is of {claims['sub']!r}, not of {sub!r}")
    if claims["kid"] != tokens["keys"][0]["kid"]:
        raise Wrong(f"{claims['kid']!r} signed the token; the first key is to")
    if (life := claims["exp"] - claims["iat"]) != _TTL:
        raise Wrong(f"the token lives {life} s, expected {_TTL}")


CODED: Final[tuple[Case, ...]] = (
    case(
        "http-flight/slice-is-a-read",
        ("MZ-SFL-001",),
        "A slice has the data that a read after the call gives.",
        _slice_is_a_read,
    ),
    case(
        "http-session/token-of-a-session",
        ("MZ-MWT-002", "MZ-MWT-008", "MZ-MWT-009"),
        "A session gets a token, signed with the first key, good for 300 s, that proves its user.",
        _token_of_session,
        ("session", "token"),
    ),
)
