"""What an entry of a kilobyte takes beyond that kilobyte: in Redis, and in the process."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

from django.core.cache import caches
from harness.rows import Row

from mizan.cache import MemoryCache
from origin.stores import STORES, OfTags

COUNT = 100_000
IN_PROCESS = 20_000
BODY = 1000


def rows(server: Any, *, quick: bool) -> Iterator[Row]:
    """Yield a row of what entries take in Redis, and one of what they take in the process."""
    count = COUNT // 100 if quick else COUNT
    taken = {}
    for make in STORES:
        server.flush()
        store = make(server)
        before = server.client.info("memory")["used_memory"]
        store.fill(count, b"x" * BODY)
        used = server.client.info("memory")["used_memory"] - before
        taken[store.name] = used / count - BODY
        server.flush()
    group, unit = f"Memory of an entry beyond its body of {BODY:,} bytes", "bytes"
    yield Row(group, f"in Redis, of {count:,}", unit, taken, OfTags.name)
    locmem: Any = caches["default"]
    own = {
        name: _taken(fill) / IN_PROCESS - BODY
        for name, fill in (("mizan", _of_mizan), ("locmem", _of_locmem), (OfTags.name, _of_tags))
    }
    locmem.clear()
    yield Row(group, f"in the process, of {IN_PROCESS:,}", unit, own, OfTags.name)


def _of_mizan() -> Any:
    cache = MemoryCache(max_entries=IN_PROCESS, max_bytes=10**9)
    for number in range(IN_PROCESS):
        key, guards = f"mizan:1:e:item:{number:064x}", ("item", f"h-{number:026}")
        begun = cache.begin(key, cache.read(key, guards), guards)
        cache.store(key, guards, begun, bytes(BODY), 900)
    return cache


def _of_locmem() -> Any:
    cache: Any = caches["default"]
    for number in range(IN_PROCESS):
        cache.set(f"item:{number}", bytes(BODY), 900)
    return cache


def _of_tags() -> Any:
    """By hand: two dictionaries, as little as can be purged by row."""
    entries = {}
    tags: dict[str, set[str]] = {"item": set()}
    for number in range(IN_PROCESS):
        key = f"page:{number}"
        entries[key] = (900.0 + number, bytes(BODY))
        tags["item"].add(key)
        tags[f"item:{number}"] = {key}
    return entries, tags


def _taken(fill: Callable[[], Any]) -> int:
    """Return how many bytes what is made holds, by the interpreter's own count."""
    gc.collect()
    tracemalloc.start()
    kept = fill()
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del kept
    return taken
