"""What an entry of a kilobyte takes beyond that kilobyte: in Redis, and in the process."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from typing import Any

from django.core.cache import caches

from mizan.cache import MemoryCache
from origin.stores import STORES

COUNT = 100_000
IN_PROCESS = 20_000
BODY = 1000


def run(server: Any) -> int:
    """Print both tables; nothing here is a goal."""
    print(f"\nIn Redis, bytes an entry beyond its {BODY} ({COUNT:,} entries)")
    for make in STORES:
        server.flush()
        store = make(server)
        before = server.client.info("memory")["used_memory"]
        store.fill(COUNT, b"x" * BODY)
        used = server.client.info("memory")["used_memory"] - before
        print(f"  {store.name:15}{used / COUNT - BODY:8.0f}", flush=True)
        server.flush()
    print(f"\nIn the process, bytes an entry beyond its {BODY} ({IN_PROCESS:,} entries)")
    locmem: Any = caches["default"]
    for name, fill in (("mizan", _of_mizan), ("locmem", _of_locmem)):
        print(f"  {name:15}{_taken(fill) / IN_PROCESS - BODY:8.0f}")
    locmem.clear()
    return 0


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
