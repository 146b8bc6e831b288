"""A port that is broken in one way, for the tests of the runner: each has to be caught.

usage: python port.py FAULT

It answers `jcs` and `canonical` rightly for plain values; where the value is the text "bad", it
does what FAULT says.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

HELLO = {
    "name": "broken",
    "version": "1",
    "language": "Python",
    "spec": ["1.0"],
    "capabilities": ["jcs", "canonical"],
}
BAD = "bad"
poisoned = False


def say(text: str) -> None:
    """Write text as it is, at once."""
    sys.stdout.write(text)
    sys.stdout.flush()


def right(request: dict[str, Any]) -> str:
    """Return the right answer for a plain value."""
    value = request["input"]["value"]
    plain = isinstance(value, str) and request["op"] == "canonical"
    text = value if plain else json.dumps(value)
    return json.dumps({"id": request["id"], "ok": {"text": text}}) + "\n"


def refuse(request: dict[str, Any], code: str) -> str:
    """Return a refusal."""
    return json.dumps({"id": request["id"], "error": {"code": code}}) + "\n"


def flood(text: str) -> None:
    """Write without end."""
    while True:
        say(text)


def crash_after(request: dict[str, Any]) -> None:
    """Answer, and end before the next request."""
    say(right(request))
    os._exit(4)


def twice(request: dict[str, Any]) -> None:
    """Answer two times, the second time after a while."""
    say(right(request))
    time.sleep(0.05)
    say(right(request))


def crash(_request: dict[str, Any]) -> None:
    """End with a last word on standard error."""
    sys.stderr.write("out of cheese\n")
    sys.stderr.flush()
    os._exit(3)


def poison(request: dict[str, Any], number: int, is_bad: bool) -> None:
    """Crash at "bad", but not in a port just started: there at what comes after it."""
    global poisoned
    if poisoned or (is_bad and number):
        crash(request)
    poisoned = is_bad


FAULTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "none": lambda request: say(right(request)),
    "crash": crash,
    "crash-after": crash_after,
    "hang": lambda _request: time.sleep(3600),
    "silent": lambda _request: None,
    "half": lambda _request: (say('{"id": '), os._exit(0)),
    "rubbish": lambda _request: say("Traceback (most recent call last):\n"),
    "not-utf8": lambda _request: (sys.stdout.buffer.write(b'"\xff"\n'), sys.stdout.flush()),
    "nan": lambda request: say(f'{{"id": {request["id"]}, "ok": {{"text": NaN}}}}\n'),
    "deep": lambda _request: say("[" * 100_000 + "\n"),
    "blank": lambda _request: say("\n"),
    "no-id": lambda _request: say('{"ok": {"text": "bad"}}\n'),
    "no-object": lambda _request: say("[]\n"),
    "unknown-id": lambda _request: say('{"id": 999999, "ok": {"text": "bad"}}\n'),
    "twice": twice,
    "bad-message": lambda request: say(json.dumps({"id": request["id"], "ok": []}) + "\n"),
    "bad-shape": lambda request: say(json.dumps({"id": request["id"], "ok": {"text": 1}}) + "\n"),
    "flood": lambda _request: flood("spam\n" * 1000),
    "flood-line": lambda _request: flood("spam" * 10_000),
    "flood-log": lambda request: (
        sys.stderr.write("noise\n" * 1_000_000),
        say(right(request)),
    ),
    "wrong": lambda request: say(right({**request, "input": {"value": "worse"}})),
    "wrong-code": lambda request: say(refuse(request, "json.type")),
}


def hello(fault: str) -> str:
    """Return the line of the handshake; some faults begin here."""
    strange = {
        "hello-old": json.dumps({"id": 0, "ok": {**HELLO, "spec": ["9.0"]}}),
        "hello-refused": json.dumps({"id": 0, "error": {"code": "port.busy"}}),
        "hello-shape": json.dumps({"id": 0, "ok": {"name": "x"}}),
        "hello-id": json.dumps({"id": 7, "ok": HELLO}),
        "hello-twice": json.dumps({"id": 0, "ok": HELLO}) + "\n" + json.dumps({"id": 1}),
        "hello-few": json.dumps({"id": 0, "ok": {**HELLO, "capabilities": ["jcs"]}}),
    }
    return strange.get(fault, json.dumps({"id": 0, "ok": HELLO})) + "\n"


def backwards(requests: Iterator[str]) -> None:
    """Answer seven at a time, the last first."""
    while batch := [json.loads(line) for line in islice(requests, 7)]:
        say("".join(map(right, reversed(batch))))


def main(fault: str) -> int:
    """Serve until the input ends."""
    if fault == "hello-crash":
        return 5
    sys.stdin.readline()
    say(hello(fault))
    if fault == "backwards":
        backwards(sys.stdin)
        return 0
    for number, line in enumerate(sys.stdin):
        request = json.loads(line)
        is_bad = request["input"]["value"] == BAD
        if fault == "poison":
            poison(request, number, is_bad)
        FAULTS[fault if is_bad and fault in FAULTS else "none"](request)
    if fault == "lingers":
        time.sleep(3600)
    if fault == "last-words":
        say("bye\n")
    return 6 if fault == "bad-end" else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
