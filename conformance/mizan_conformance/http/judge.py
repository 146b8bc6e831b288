"""Judges a reply by what a case expects of it (SPEC.md, sections 2, 8, 10 and 16).

Invariant: what a case does not speak of is not looked at here; what holds for every reply is held
by `every.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from mizan.errors import MizanError
from mizan.protocol import header
from mizan.protocol.canonical import canonical_json
from mizan.protocol.decode import decode
from mizan.protocol.policy import etag
from mizan.protocol.targets import canonical_set, target_from_json, target_to_json
from mizan_conformance.compare import difference, show
from mizan_conformance.tagged import untag

from .site import Reply

Replies = Sequence[Reply]


def judge(expect: Mapping[str, Any], reply: Reply, replies: Replies) -> str | None:
    """Return what is wrong with a reply, None if nothing is. `replies`: all of the case so far."""
    for name, check in _CHECKS.items():
        if name in expect and (fault := check(expect[name], reply, replies)):
            return fault
    return None


def raw_fault(expect: Mapping[str, Any], reply: Reply | None) -> str | None:
    """Return what is wrong with the reply to raw bytes; None is no reply."""
    if reply is None:
        return None if expect.get("closed") else f"expected {expect['status']}, got no reply"
    return judge(expect, reply, (reply,))


def json_of(reply: Reply) -> Any:
    """Return the JSON value of a reply's body. Raises MizanError."""
    return decode(reply.body)


def _status(expected: int | list[int], reply: Reply, _: Replies) -> str | None:
    several = expected if isinstance(expected, list) else [expected]
    if reply.status in several:
        return None
    right = " or ".join(map(str, several))
    return f"expected the status {right}, got {reply.status}: {_shown(reply)}"


def _headers(expected: Mapping[str, Any], reply: Reply, replies: Replies) -> str | None:
    for name, value in expected.items():
        found = reply.header(name)
        if fault := _header(value, found, reply, replies):
            return f"{name}: {fault}, got {'none' if found is None else repr(found)}"
    return None


def _header(expected: Any, found: str | None, reply: Reply, replies: Replies) -> str | None:
    """Return what was expected of a header field, None where that is so."""
    if expected is None:
        return "expected none" if found is not None else None
    if isinstance(expected, str):
        return None if found == expected else f"expected {expected!r}"
    ((tag, value),) = expected.items()
    return _HEADER_TAGS[tag](value, found, reply, replies)


def _members(found: str | None) -> set[str]:
    return {each.strip().lower() for each in (found or "").split(",")}


def _etag(_: Any, found: str | None, reply: Reply, __: Replies) -> str | None:
    right = etag(reply.body)
    return None if found == right else f"expected {right!r}, from the body's SHA-256"


def _of_reply(value: list[Any], found: str | None, _: Reply, replies: Replies) -> str | None:
    right = replies[value[0]].header(value[1])
    return None if found == right else f"expected {right!r}, as in step {value[0] + 1}"


def _has(value: str, found: str | None, _: Reply, __: Replies) -> str | None:
    return None if value.lower() in _members(found) else f"expected {value!r} in it"


def _set(value: list[str], found: str | None, _: Reply, __: Replies) -> str | None:
    right = {each.lower() for each in value}
    return None if _members(found) == right else f"expected {', '.join(value)} in any order"


def _like(value: str, found: str | None, _: Reply, __: Replies) -> str | None:
    return None if found and re.fullmatch(value, found) else f"expected what {value!r} matches"


_HEADER_TAGS: Final[Mapping[str, Callable[[Any, str | None, Reply, Replies], str | None]]] = {
    "$etag": _etag,
    "$reply": _of_reply,
    "$has": _has,
    "$set": _set,
    "$like": _like,
}


def _json(expected: Any, reply: Reply, _: Replies) -> str | None:
    try:
        found = difference(untag(expected), json_of(reply))
    except MizanError as error:
        return f"the body is no JSON ({error}): {_shown(reply)}"
    return str(found) if found else None


def _text(expected: str, reply: Reply, _: Replies) -> str | None:
    right = expected.encode()
    if reply.body == right:
        return None
    pairs = zip(right, reply.body, strict=False)
    at = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(right), len(reply.body)))
    parts = (repr(each[max(0, at - 10) : at + 30]) for each in (right, reply.body))
    return "the body differs from byte {} on: expected {}, got {}".format(at, *parts)


def _member(name: str, expected: Any, reply: Reply) -> str | None:
    """Compare a member of the body; `_ABSENT` is none."""
    try:
        document = json_of(reply)
    except MizanError as error:
        return f"the body is no JSON ({error}): {_shown(reply)}"
    given = document if isinstance(document, dict) else {}
    right = {} if expected is _ABSENT else {name: expected}
    found = difference(right, {name: given[name]} if name in given else {})
    return str(found) if found else None


_ABSENT: Final = object()


def _result(expected: Any, reply: Reply, _: Replies) -> str | None:
    return _member("result", untag(expected), reply)


def _fresh(expected: list[Any], reply: Reply, _: Replies) -> str | None:
    """Compare slices in any order; none is the member's absence."""
    if not expected:
        return _member("fresh", _ABSENT, reply)
    document = json_of(reply)
    found = document.get("fresh") if isinstance(document, dict) else None
    if not isinstance(found, list):
        return f"expected slices in `fresh`, got {_shown(reply)}"
    wrong = difference(sorted(expected, key=canonical_json), sorted(found, key=canonical_json))
    return f"fresh: {wrong}" if wrong else None


def _invalidate(expected: list[Any], reply: Reply, _: Replies) -> str | None:
    """Hold the header to the targets, and the body where it is the reply of a call."""
    targets = canonical_set(map(target_from_json, expected))
    right = header.format(targets) or None
    found = reply.header("X-Mizan-Invalidate")
    if found != right:
        return f"X-Mizan-Invalidate: expected {right!r}, got {found!r}"
    if reply.header("Content-Type") != "application/json":
        return None
    listed = [target_to_json(each) for each in targets]
    return _member("invalidate", listed or _ABSENT, reply)


def _problem(expected: Mapping[str, Any], reply: Reply, _: Replies) -> str | None:
    try:
        document = json_of(reply)
    except MizanError as error:
        return f"expected a problem document, got no JSON ({error}): {_shown(reply)}"
    if not isinstance(document, dict):
        return f"expected a problem document, got {show(document)}"
    codes = expected.get("code", document.get("code"))
    if document.get("code") not in (codes if isinstance(codes, list) else [codes]):
        return f"expected the code {show(codes)}, got {show(document)}"
    for name in ("function", "data", "detail"):
        if name in expected and (wrong := difference(expected[name], document.get(name))):
            return f"{name}: {wrong}"
    return _errors(expected, document)


def _errors(expected: Mapping[str, Any], document: Mapping[str, Any]) -> str | None:
    """Compare where arguments were refused, and why, where the protocol says the code."""
    errors = document.get("errors", [])
    if "pointers" in expected:
        found = sorted(each["pointer"] for each in errors)
        return _unlike("pointers", sorted(expected["pointers"]), found)
    if "errors" in expected:
        given = [[each["pointer"], each["code"]] for each in errors]
        return _unlike("errors", expected["errors"], given)
    return None


def _unlike(what: str, right: Any, found: Any) -> str | None:
    return None if right == found else f"{what}: expected {show(right)}, got {show(found)}"


def _same(number: int, reply: Reply, replies: Replies) -> str | None:
    return _text(replies[number].body.decode("utf-8", "replace"), reply, replies)


def _shown(reply: Reply) -> str:
    try:
        return show(json.loads(reply.body))
    except ValueError:
        return repr(reply.body[:120])


_CHECKS: Final[Mapping[str, Callable[[Any, Reply, Replies], str | None]]] = {
    "status": _status,
    "problem": _problem,
    "headers": _headers,
    "invalidate": _invalidate,
    "result": _result,
    "fresh": _fresh,
    "json": _json,
    "text": _text,
    "same": _same,
}
