"""Requests that no client sends: bodies that are no JSON, other methods and paths, raw bytes.

Invariant: raw bytes end, so that no server waits for more of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from hypothesis import strategies as st

from mizan.testing import json_values

from .server import Server
from .values import HOSTILE, mostly

Specs = st.SearchStrategy[dict[str, Any]]

# What is done to the text of a call without arguments.
_EDITS: Final[tuple[Callable[[str], str], ...]] = (
    lambda text: text[:-1],
    lambda text: text + ",",
    lambda text: "\ufeff" + text,
    lambda text: text.replace("{", '{"function":"x",', 1),
    lambda text: text.replace(":", ":NaN,", 1),
    lambda text: text.replace("{}", '{"a":' + "[" * 100 + "]" * 100 + "}"),
    lambda text: text.replace("{}", '{"a":1e999}'),
    lambda text: text.replace("{}", '{"a":12345678901234567890}'),
    lambda text: text.replace("{}", '{"a":"\\ud800"}'),
    lambda text: text.replace('"', "'"),
    lambda text: f"[{text}]",
    lambda _: "null",
    lambda _: "",
    lambda _: "[" * 5000,
    lambda text: text.replace("{}", "[]"),
    lambda text: text.replace("{}", '{"a":1} //'),
)
_METHODS: Final = ("PUT", "DELETE", "PATCH", "GET", "HEAD")
_KINDS: Final = (
    "text/plain",
    "application/xml",
    "x",
    "multipart/form-data",
    "application/json; charset=utf-16",
    "",
)
_RAW_METHODS: Final = ("GET", "POST", "get", "G\x00T", "", "X" * 300)
_VERSIONS: Final = ("HTTP/1.1", "HTTP/1.0", "HTTP/9.9", "", "HTTP/1.1 x")
_FIELDS: Final = (
    "Host: {host}",
    "Host:",
    "Content-Length: 0",
    "Content-Length: -1",
    "Content-Length: x",
    "Content-Length: 0\r\nContent-Length: 0",
    "Transfer-Encoding: x",
    "X-Mizan-Held: \xff\xfe",
    "X-Mizan-Held",
    "X-Mizan-Token: \x80",
    "If-None-Match: \xff",
    "Content-Type: \xff/json",
    "Cookie: \xff=;;=",
    "Expect: x",
    ": x",
    "A b: c",
    " folded",
    "X: " + "y" * 9000,
)


def text_calls(server: Server) -> Specs:
    """Calls whose bodies no JSON writer writes."""
    path = f"{server.app.base_url}call/"
    names = st.sampled_from(sorted(server.functions))
    edited = st.builds(
        lambda name, edit: [edit(json.dumps({"function": name, "args": {}}))],
        names,
        st.sampled_from(_EDITS),
    )
    binary = st.builds(
        lambda name, data: [f'{{"function":"{name}","args":{{"a":"', {"$bytes": data.hex()}, '"}}'],
        names,
        st.binary(max_size=6),
    )
    anything = (json_values() | HOSTILE).map(lambda value: [json.dumps(value)])
    drawn = mostly(edited, binary | anything, 2)
    return drawn.map(lambda parts: {"path": path, "text": parts})


def odd_requests(server: Server) -> Specs:
    """Other methods, media types, paths and names."""
    base = server.app.base_url
    contexts = [*server.schema["contexts"], "nothing", "NO", "a/b", "..", "%2e"]
    methods = st.sampled_from(_METHODS)
    unknown = st.text("abc_.", min_size=1, max_size=8) | st.just("x" * 70)
    return st.one_of(
        st.builds(
            lambda method, name: {"method": method, "path": f"{base}ctx/{name}/"},
            methods,
            st.sampled_from(contexts),
        ),
        methods.map(lambda method: {"method": method, "path": f"{base}call/"}),
        unknown.map(lambda name: {"call": name, "args": {}}),
        st.sampled_from(_KINDS).map(
            lambda kind: {"path": f"{base}call/", "text": "{}", "headers": {"Content-Type": kind}}
        ),
    )


def raw_requests(server: Server) -> Specs:
    """Bytes that an HTTP client would refuse to send."""
    base = server.app.base_url
    context = f"{base}ctx/{next(iter(server.contexts), 'x')}/"
    paths = st.sampled_from([f"{base}call/", context, "*", "", "//", "/\xff"])
    fields = st.lists(st.sampled_from(_FIELDS), max_size=3)
    heads = st.builds(
        _head, st.sampled_from(_RAW_METHODS), paths, st.sampled_from(_VERSIONS), fields
    )
    noise = st.binary(max_size=30).map(lambda data: b"x" + data + b"\r\n\r\n")
    return mostly(heads, noise).map(lambda data: {"raw": [_part(data)]})


def _head(method: str, path: str, version: str, fields: list[str]) -> bytes:
    lines = [f"{method} {path} {version}", *fields, "Connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1")


def _part(data: bytes) -> Any:
    return data.decode() if data.isascii() else {"$bytes": data.hex()}
