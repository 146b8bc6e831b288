"""Draws requests from a client schema: reads, calls, conditions, headers that are wrong.

Invariant: what is drawn depends on the schema alone; what a reply said is put in when it is played.
Each strategy is made once: making one costs more than drawing from it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from hypothesis import strategies as st

from mizan.errors import MizanError
from mizan.protocol.canonical import canonical_string
from mizan.protocol.url import build, percent_encode
from mizan.testing import accepted_values, headers

from .hostile import odd_requests, raw_requests, text_calls
from .play import Move
from .server import Server
from .values import WORDS, is_readable, mostly, right_values, wrong_in_one_place

MOST_MOVES: Final = 8
_MOST_QUERY: Final = 1500  # characters: beyond, servers of HTTP have a say
_CSRF: Final = {"X-CSRFToken": {"$cookie": "csrftoken"}}
_SUB_DELIMS: Final = "/+:,;@!$'()*?"  # what RFC 3986 lets stand in a value
_JUNK: Final = st.sampled_from(
    ["&", "=", "%", "%zz", "%ff", "+", "%C3", "a=1", "&&", "=1", "%00", "%2B"]
)

Specs = st.SearchStrategy[dict[str, Any]]
Params = st.SearchStrategy[dict[str, Any]]


def moves(server: Server) -> st.SearchStrategy[list[Move]]:
    """Draw a sequence of requests to a server."""
    params = {name: _params(server, name) for name in server.contexts}
    kinds: list[Specs] = []
    if params:
        kinds += [_reads(server, params)] * 4
        kinds += [_spelled(server, params)] * 2 + [_posted(server, params)]
    if server.functions:
        kinds += [_calls(server)] * 5 + [text_calls(server)]
    kinds.append(odd_requests(server))
    asked = [_asked(server, specs) for specs in kinds]
    asked.append(raw_requests(server))
    if server.has_events:
        asked.append(_asked(server, _streams(server)))
    if "session" in server.auth:
        asked.append(_logins(server))
    specs = st.integers(0, len(asked) - 1).flatmap(asked.__getitem__)
    rarely = st.sampled_from([False, False, False, True])
    move = st.builds(Move, specs, st.integers(0, 4), rarely, st.booleans(), st.booleans())
    return st.lists(move, min_size=1, max_size=MOST_MOVES)


def _asked(server: Server, specs: Specs) -> Specs:
    """Let somebody ask; now and then with a header that is wrong."""
    none: st.SearchStrategy[dict[str, str]] = st.just({})
    odd = mostly(none, _odd_headers(server), 4)
    return st.builds(_with_headers, specs, st.sampled_from(server.people), odd)


def _with_headers(
    spec: Mapping[str, Any], who: Mapping[str, Any], more: Mapping[str, str]
) -> dict[str, Any]:
    merged = {**spec.get("headers", {}), **who.get("headers", {}), **more}
    return {**spec, **who, **({"headers": merged} if merged else {})}


def _odd_headers(server: Server) -> st.SearchStrategy[dict[str, str]]:
    plain = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)
    tags = st.sampled_from(["*", '"a"', 'W/"a"', '"', ",,", '"a", "b"'])
    values: dict[str, st.SearchStrategy[str]] = {
        "Accept": st.sampled_from(["text/html", "*/*", "application/xml;q=0", ""]),
        "If-None-Match": tags | plain,
        "Last-Event-ID": plain,
        "X-Mizan-Call": plain,
        "X-Mizan-Held": headers().map(_one_line),
    }
    if "token" in server.auth:
        values["X-Mizan-Token"] = st.sampled_from(["x", "a.b", "....", "%", "null"])

    def named(name: str) -> st.SearchStrategy[dict[str, str]]:
        return values[name].map(lambda value: {name: value.strip()})

    return st.one_of([named(name) for name in values])


def _one_line(text: str) -> str:
    """Return what a header field may carry of a text."""
    kept = text.encode("latin-1", "replace").decode("latin-1")
    return "".join(each for each in kept if each >= " " and not "\x7f" <= each <= "\x9f")[:2000]


def _params(server: Server, context: str) -> Params:
    """Draw parameters of a context: those that it needs, and some of the others."""
    must: dict[str, Any] = {}
    may: dict[str, Any] = {}
    for each in server.schema["contexts"][context]["parameters"]:
        (must if each["required"] else may)[each["name"]] = _small(each["type"])
    return st.fixed_dictionaries(must, optional=may)


def _small(type_: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    accepted = accepted_values(type_)
    if type_["type"] == "integer":
        return st.integers(1, 3) | accepted
    if type_["type"] == "string":
        return WORDS | accepted
    return accepted.filter(is_readable) if type_["type"] == "number" else accepted


def _reads(server: Server, params: Mapping[str, Params]) -> Specs:
    """Reads by their canonical URL."""

    def of(name: str) -> st.SearchStrategy[str]:
        return params[name].map(lambda args: _canonical(server, name, args))

    method = mostly(st.just({}), st.just({"method": "HEAD"}), 6)
    contexts = st.one_of([of(name) for name in params])
    return st.builds(lambda ctx, head: {"ctx": ctx, **head}, contexts, method)


def _canonical(server: Server, context: str, args: Mapping[str, Any]) -> str:
    declared = server.schema["contexts"][context]["parameters"]
    try:
        query = build("/", context, declared, args).url.partition("?")[2]
    except MizanError:  # a default that is none of the type's
        return context
    return f"{context}?{query}" if query and len(query) <= _MOST_QUERY else context


def _spelled(server: Server, params: Mapping[str, Params]) -> Specs:
    """Reads by other spellings of a query, and by queries that cannot be read."""

    def of(name: str) -> st.SearchStrategy[str]:
        known = [each["name"] for each in server.schema["contexts"][name]["parameters"]]
        pairs = params[name] | wrong_in_one_place(params[name])
        texts = st.builds(_query, pairs, st.permutations(known), st.integers(0, 7))
        broken = st.builds(lambda a, b, c: a[:c] + b + a[c:], texts, _JUNK, st.integers(0, 30))
        return mostly(texts, broken).map(lambda query: f"{name}?{_visible(query)}")

    return st.one_of([of(name) for name in params]).map(lambda ctx: {"ctx": ctx})


def _visible(query: str) -> str:
    """An HTTP client sends visible ASCII alone; the rest is for raw bytes."""
    return "".join(each for each in query if "!" <= each <= "~" and each != "#")[:_MOST_QUERY]


def _query(args: Mapping[str, Any], order: Sequence[str], how: int) -> str:
    names = sorted(args, key=lambda name: order.index(name) if name in order else -1)
    return "&".join(f"{name}={_spelling(args[name], how)}" for name in names)


def _spelling(value: Any, how: int) -> str:
    """Return a value as a query may spell it: with more encoded than need be, or in lower case."""
    try:
        text = canonical_string(value)
    except MizanError:
        return "null"
    encoded = quote(text, safe=_SUB_DELIMS) if how & 1 else percent_encode(text)
    if how & 2:
        encoded = "".join(f"%{byte:02X}" for byte in text.encode())
    return encoded.lower() if how & 4 and "%" in encoded else encoded


def _posted(server: Server, params: Mapping[str, Params]) -> Specs:
    """Reads by POST."""

    def of(name: str) -> Specs:
        path = f"{server.app.base_url}ctx/{name}/"
        args = params[name] | wrong_in_one_place(params[name])
        return args.map(lambda found: {"path": path, "text": json.dumps(found)})

    return st.one_of([of(name) for name in params])


def _calls(server: Server) -> Specs:
    base = server.app.base_url
    own = st.sampled_from([{"headers": _CSRF}, {}] if "session" in server.auth else [{}])

    def of(name: str, function: Mapping[str, Any]) -> Specs:
        args = right_values(function["input"], server.schema)
        drawn = mostly(args, wrong_in_one_place(args))
        return st.builds(lambda found, own: {**_call(base, name, found), **own}, drawn, own)

    return st.one_of([of(*each) for each in server.functions.items()])


def _call(base: str, name: str, args: Any) -> dict[str, Any]:
    """Return a call; one whose values UTF-8 cannot carry is written as text, with escapes."""
    try:
        json.dumps(args, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        text = json.dumps({"function": name, "args": args})
        return {"path": f"{base}call/", "text": text}
    return {"call": name, "args": args}


def _streams(server: Server) -> Specs:
    """Subscriptions."""
    path = f"{server.app.base_url}events/?"
    fields = st.sampled_from(sorted(server.schema["contexts"])) | headers().map(_one_line)
    asked = st.lists(fields, max_size=3).map(
        lambda held: "&".join(f"held={quote(each)}" for each in held)
    )
    return asked.map(lambda query: {"method": "GET", "path": path + query})


def _logins(server: Server) -> Specs:
    """Begin and end a session, as users of server.json."""
    users = [
        {"call": "login", "args": {"name": user["name"], "password": user["password"]}}
        for user in server.app.server["users"]
    ]
    others: list[dict[str, Any]] = [{"call": name, "args": {}} for name in ("logout", "mwt_obtain")]
    return st.sampled_from([*users, *others]).map(lambda spec: {**spec, "headers": _CSRF})
