"""Simulates what many regions ask of edges, origin and Redis, at any number of requests a day.

Instances are independent of each other, so one of each rank is simulated for as long as it takes
to see some thousand reads of it, whatever their rate, and counted as often as there are such.

Invariant: the same demand and seed give the same load.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp
from random import Random

DAY = 86_400
EDGE_LIFE, ORIGIN_LIFE = 365.0 * DAY, 1.0 * DAY
"""Seconds that an entry is kept: what `cache=True` tells edges, and TTL of MIZAN_CACHE."""
READS = 4000
"""That are simulated of each rank."""
FINE = 24
"""The most popular instances, of which each is a rank of its own."""
STEP = 1.25


@dataclass(frozen=True)
class Demand:
    """`requests`: a day; `regions`: edges, each with a cache of its own; `changes`: their share of
    requests; `own`: the share of reads, and of changes, of somebody's own data, which no edge
    keeps; `instances`: public ones, read and changed as Zipf says (exponent 1); `visits`: requests
    of a user in a day, all within `stay` seconds; `peak`: of the busiest second to the mean."""

    requests: float
    regions: int = 8
    changes: float = 0.01
    own: float = 0.3
    instances: int = 100_000
    visits: int = 50
    stay: float = 1200.0
    peak: float = 3.0

    @property
    def rate(self) -> float:
        """Requests in the busiest second."""
        return self.requests / DAY * self.peak

    @property
    def present(self) -> float:
        """Users who look at a page in the busiest second."""
        return self.requests / self.visits * self.stay / DAY * self.peak


@dataclass
class Load:
    """In the busiest second: reads `kept` by edges, `found` in the origin's cache, and `computed`;
    `changed`: mutations; `entries`: that Redis holds."""

    kept: float = 0.0
    found: float = 0.0
    computed: float = 0.0
    changed: float = 0.0
    entries: float = 0.0

    @property
    def origin(self) -> float:
        """Requests that the origin gets."""
        return self.found + self.computed + self.changed


def load(demand: Demand, edge: bool = True, seed: int = 1) -> Load:
    """Return what the demand comes to; without an edge everything comes to the origin."""
    reads = demand.rate * (1 - demand.changes)
    total = Load(changed=demand.rate * demand.changes)
    harmonic = sum(1 / rank for rank in range(1, demand.instances + 1))
    random = Random(seed)
    public = 1 - demand.own
    for rank, count in ranks(demand.instances):
        share = public / rank / harmonic
        asked, changed = reads * share, total.changed * share
        regions = demand.regions if edge else 0
        kept, found, alive = shares(random, asked, changed, regions)
        total.kept += count * asked * kept
        total.found += count * asked * found
        total.computed += count * asked * (1 - kept - found)
        total.entries += count * alive
    _add_own(total, demand, random)
    return total


def ranks(instances: int) -> Iterator[tuple[float, int]]:
    """Yield (rank, how many instances it stands for), from the most popular on; the rank is such
    that all of them are read as often as that many of it."""
    first = 1
    while first <= instances:
        last = first if first <= FINE else min(instances, int(first * STEP))
        count = last - first + 1
        yield count / sum(1 / rank for rank in range(first, last + 1)), count
        first = last + 1


def shares(
    random: Random, asked: float, changed: float, regions: int
) -> tuple[float, float, float]:
    """Simulate one instance: read `asked` times a second over all regions, changed `changed` times.

    Return the shares of reads that edges keep and that the origin's cache has, and the share of
    time that it has the entry. 0 regions: there is no edge.
    """
    edges, origin = [0.0] * regions, 0.0
    kept = found = 0
    now = alive = 0.0
    reads = READS
    while reads:
        before, now = now, now + random.expovariate(asked + changed)
        alive += max(0.0, min(now, origin) - before)
        if random.random() * (asked + changed) < changed:
            edges, origin = [0.0] * regions, 0.0
            continue
        reads -= 1
        region = int(random.random() * regions)
        if edges and now < edges[region]:
            kept += 1
            continue
        if now < origin:
            found += 1
        else:
            origin = now + ORIGIN_LIFE
        if edges:
            edges[region] = now + EDGE_LIFE
    return kept / READS, found / READS, alive / now


def closed(asked: float, changed: float, life: float) -> float:
    """Return the share of reads that one cache keeps, by the formula: what was read lives until it
    is changed or `life` seconds have passed, and is read meanwhile."""
    alive = (1 - exp(-changed * life)) / changed if changed else life
    return asked * alive / (1 + asked * alive)


def _add_own(total: Load, demand: Demand, random: Random) -> None:
    """Add what users read of their own: a few reads in one stay, of which the first finds none."""
    reads = demand.rate * (1 - demand.changes) * demand.own
    each = demand.visits * (1 - demand.changes) * demand.own
    changes = demand.visits * demand.changes * demand.own
    _, found, alive = shares(random, each / demand.stay, changes / demand.stay, 0)
    found *= 1 - 1 / each
    total.found += reads * found
    total.computed += reads * (1 - found)
    total.entries += demand.present * alive
