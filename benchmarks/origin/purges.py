"""What a purge costs, by how many entries are stored."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from origin.stores import PROBE, STORES, Store

SIZES = (100, 10_000, 1_000_000)
PAYLOAD = b"x" * 100
GOAL = 2
"""The most that Mizan's purge with most entries may take, in times of that with fewest."""
TURNS = 50
TITLES = {"purge_one": "what depends on one row", "purge": "all entries"}


def run(server: Any) -> int:
    """Print the curves; return how many goals were missed."""
    times: dict[tuple[str, int], list[float]] = {}
    for count in SIZES:
        for make in STORES:
            server.flush()
            store = make(server)
            store.fill(count, PAYLOAD)
            for name in TITLES:
                times.setdefault((name, count), []).append(_best(store, name, count))
    server.flush()
    names = "".join(f"{make.name:>15}" for make in STORES)
    missed = 0
    for name, title in TITLES.items():
        print(f"\nA purge of {title}, milliseconds\n  {'entries stored':>16}{names}")
        for count in SIZES:
            print(f"  {count:16,}" + "".join(f"{found:15.3f}" for found in times[name, count]))
        few, many = times[name, SIZES[0]][0], times[name, SIZES[-1]][0]
        missed += many / few > GOAL
        print(f"  mizan's with {SIZES[-1]:,} to its own with {SIZES[0]:,}: {many / few:.2f}")
    return missed


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
