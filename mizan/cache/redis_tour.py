"""What visits every server: clear, stats, and questions of operators (SPEC.md, section 15).

Invariant: a tour touches no key but Mizan's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mizan.cache.redis_plan import PREFIX
from mizan.cache.redis_routes import Route, checked, exchange
from mizan.cache.redis_scripts import FORGET
from mizan.cache.redis_wire import Address, Batch, Command, Course

_AT_ONCE = 1000  # keys


def clear(route: Route) -> Course[None]:
    """Drop all that is Mizan's, but guards that are held: a commit is about to happen."""
    for node in (yield from route.nodes()):
        cursor = b"0"
        while True:
            cursor, keys = yield from _scan(node, cursor)
            if keys:
                yield from exchange(node, [_drop(key) for key in keys])
            if cursor == b"0":
                break


def stats(route: Route) -> Course[dict[str, int | float | str]]:
    """Count entries and guards, and what the servers use, in bytes."""
    counted = {b"e": 0, b"g": 0}
    used = 0
    for node in (yield from route.nodes()):
        (info,) = yield from exchange(node, [(b"INFO", b"memory")])
        used += int(info.partition(b"used_memory:")[2].split()[0])
        cursor = b"0"
        while True:
            cursor, keys = yield from _scan(node, cursor)
            for kind in counted:
                counted[kind] += sum(_kind(key) == kind for key in keys)
            if cursor == b"0":
                break
    return {"entries": counted[b"e"], "guards": counted[b"g"], "bytes": used}


def ask(route: Route, command: Sequence[str | int]) -> Course[dict[str, Any]]:
    """Return the replies of all servers to a command, by their addresses."""
    nodes = yield from route.nodes()
    replies = yield [Batch(node, [tuple(command)]) for node in nodes]
    return {
        f"{node.host}:{node.port}": checked([tuple(command)], reply)[0]
        for node, reply in zip(nodes, replies, strict=True)
    }


def _scan(node: Address, cursor: bytes) -> Course[tuple[bytes, list[bytes]]]:
    command = (b"SCAN", cursor, b"MATCH", f"{PREFIX}*", b"COUNT", _AT_ONCE)
    ((cursor, keys),) = yield from exchange(node, [command])
    return cursor, keys


def _drop(key: bytes) -> Command:
    return FORGET(key.decode()) if _kind(key) == b"g" else (b"UNLINK", key)


def _kind(key: bytes) -> bytes:
    return key[len(PREFIX) : len(PREFIX) + 1]
