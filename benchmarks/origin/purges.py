"""What a purge costs, by how many entries are stored."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from harness.rows import Row
from harness.timer import QUICK, race

from origin.stores import PROBE, STORES, Store

SIZES = (100, 10_000, 1_000_000)
PAYLOAD = b"x" * 100
TURNS = 50
TITLES = {"purge_one": "A purge of what depends on one row", "purge": "A purge of all entries"}
FLOOR = "one PING"


def rows(server: Any, *, quick: bool) -> Iterator[Row]:
    """Yield a row for each kind of purge and number of entries, beside a bare round trip."""
    sizes = SIZES[:2] if quick else SIZES
    times: dict[tuple[str, int], dict[str, float]] = {}
    for count in sizes:
        for make in STORES:
            server.flush()
            store = make(server)
            store.fill(count, PAYLOAD)
            print(f"-- {count:,} entries of {store.name}", file=sys.stderr)
            for name in TITLES:
                times.setdefault((name, count), {})[store.name] = _best(store, name, count)
    server.flush()
    for name, title in TITLES.items():
        for count in sizes:
            values = {**times[name, count], FLOOR: _round_trip(server)}
            yield Row(title, f"{count:,} entries", "ms", values, FLOOR, at=float(count))


def _round_trip(server: Any) -> float:
    """Return the best time of the least that can be asked of Redis, in milliseconds."""
    found = race({FLOOR: server.client.ping}, QUICK, time.perf_counter)
    return found[FLOOR] * 1000


def _best(store: Store, name: str, count: int) -> float:
    """Return the best time of a purge in milliseconds: of one where most would have to be stored
    anew for another."""
    purge: Callable[[], None] = getattr(store, name)
    best = float("inf")
    for turn in range(TURNS):
        # Mizan's other entries live again with the stamp of the first.
        few = name == "purge_one" or store.name == "mizan"
        if turn and not few and count > SIZES[0]:
            break
        if turn or not store.has(PROBE):
            store.fill(PROBE + 1 if few or not turn else count, PAYLOAD)
        if not store.has(PROBE):
            raise SystemExit(f"{store.name} has not stored its entries")
        start = time.perf_counter()
        purge()
        best = min(best, (time.perf_counter() - start) * 1000)
        if store.has(PROBE):
            raise SystemExit(f"{store.name} has not purged its entries")
    return best
