"""What earlier replies promise of later ones (SPEC.md, sections 2, 10 and 15).

Invariant: only what may be stored is remembered, and for as long only as nothing said that it is
stale; so a body that differs was changed by a read, or behind the back of every cache.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from mizan.errors import MizanError
from mizan.protocol import header
from mizan.protocol.targets import Instance, Target, instance_from_json, matches, target_from_json
from mizan.protocol.url import parse_query
from mizan_conformance.http.judge import json_of
from mizan_conformance.http.site import Reply

from .right import Right
from .server import Server

_EVERYBODY: Final = ""
_tags: Final = re.compile(r'"[^"]*"').findall
_has_weak: Final = re.compile(r"W/|\*").search


class Known(NamedTuple):
    """A body that was read: in which step, its ETag, and of which instance it is."""

    step: int
    body: bytes
    tag: str
    instance: Instance


class Memory:
    """What is known of the server's replies, by who asked (nobody's name: all) and URL."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._known: dict[tuple[str, str], Known] = {}
        self.instances: list[Instance] = []

    def expected(self, who: str, right: Right) -> Known | None:
        """Return what a read has to give, None where that is not known."""
        if right.url is None:
            return None
        return self._known.get((who, right.url)) or self._known.get((_EVERYBODY, right.url))

    def read(self, step: int, who: str, right: Right, reply: Reply) -> None:
        """Take in the reply of a read."""
        if right.url is None or reply.status != 200 or reply.method != "GET":
            return
        instance = self._instance(right)
        if instance not in self.instances:
            self.instances.append(instance)
        tag = reply.header("ETag")
        if tag is None or "no-store" in (reply.header("Cache-Control") or ""):
            return
        is_public = (reply.header("Cache-Control") or "").startswith("public")
        key = (_EVERYBODY if is_public else who, right.url)
        self._known.setdefault(key, Known(step, reply.body, tag, instance))

    def wrote(self, right: Right, reply: Reply) -> None:
        """Take in the reply of an unsafe request: forget what it made stale."""
        if right.is_refused and 400 <= reply.status < 500:
            return
        targets = told(reply)
        if targets is None:
            self._known.clear()
            return
        self._known = {
            key: each
            for key, each in self._known.items()
            if not any(matches(target, each.instance) for target in targets)
        }

    def forget(self) -> None:
        """Forget all: something was sent of which nothing is known."""
        self._known.clear()

    def _instance(self, right: Right) -> Instance:
        assert right.name is not None and right.url is not None  # noqa: S101, PT018 (a read's)
        parameters = self._server.schema["contexts"][right.name]["parameters"]
        query = right.url.partition("?")[2]
        parsed = parse_query(self._server.app.base_url, right.name, parameters, query)
        return instance_from_json({"context": right.name, "params": parsed.params})


def told(reply: Reply) -> tuple[Target, ...] | None:
    """Return what a reply says is stale, None where it may not say all."""
    try:
        if reply.status == 200:
            document = json_of(reply)
            listed = document.get("invalidate", []) if isinstance(document, dict) else []
            return tuple(map(target_from_json, listed))
        field = reply.header("X-Mizan-Invalidate")
        return header.parse(field) if field else None
    except MizanError:
        return None


def conditions(asked: str | None) -> frozenset[str]:
    """Return the strong ETags of If-None-Match; none where it is written in another way."""
    return frozenset() if not asked or _has_weak(asked) else frozenset(_tags(asked))


def slices(reply: Reply) -> Iterator[tuple[Instance, Any]]:
    """Yield the instances that came with a call's reply, and their data."""
    document = json_of(reply)
    for each in document.get("fresh", []) if isinstance(document, dict) else ():
        instance = {"context": each["context"], "params": each["params"]}
        yield instance_from_json(instance), each["data"]
