"""How often readers bypass the cache because of a hold, beside a hundred mutations a second.

usage: liveness.py [--reads N] [--rate N] [--mutators N] [--readers N] [--limit PERCENT]
                   [--json]

Some processes change one row, again and again, each time in a short transaction on a PostgreSQL of
their own (scripts/with-postgres); others read that row through Django's handler until there were so
many reads. Exits with 1 where the share of reads that bypass because of
a hold is not below the limit.

Then a holder that is dead joins the living ones: until its deadline by the clock of Redis nothing
may be stored, and soon after it something has to be.
"""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from typing import Any

import common
from servers import Server

HELD = "mizan; fwd=bypass; detail=held"
ROW = 1
DEADLINE = 2.0
"""Seconds that a hold lives."""
PATIENCE = 500
"""Reads after a dead holder's deadline of which one has to be stored, or come from the cache."""


@dataclass
class Mutator:
    """Changes the row at a rate, by a plan that does not slip, until it is told to stop."""

    rate: float
    stop: Event
    count: Any

    def run(self) -> None:
        web, start, done = common.Web(), time.monotonic(), 0
        while not self.stop.is_set():
            response = web.call("bump", key=ROW)
            if response.status_code != 200:
                raise RuntimeError(response.content)
            with self.count.get_lock():
                self.count.value += 1
            done += 1
            time.sleep(max(0.0, start + done / self.rate - time.monotonic()))


def read_often(reads: int, found: Any) -> None:
    """Read the row so often; put the counts of `Cache-Status` into a queue."""
    web = common.Web()
    found.put(Counter(web.read("row", key=ROW).headers["Cache-Status"] for _ in range(reads)))


def shares(readers: int, reads: int) -> Counter[str]:
    """Let readers read; return how often each status was seen."""
    fork = multiprocessing.get_context("fork")
    found: Any = fork.Queue()
    crowd = [
        fork.Process(target=read_often, args=(reads // readers, found)) for _ in range(readers)
    ]
    for each in crowd:
        each.start()
    counts = sum((found.get(timeout=600) for _ in crowd), Counter())
    for each in crowd:
        each.join()
    return counts


def beside_the_dead(server: Server) -> tuple[Counter[str], int]:
    """Hold the row and die. Returns the statuses before the deadline, and the reads after it until
    one was not held."""
    from mizan.cache.base import Hold
    from mizan.django import origin_cache
    from mizan.protocol.targets import Target
    from mizan.server.registry import registry

    cache, catalog = origin_cache.cache(), registry.catalog
    assert cache is not None  # noqa: S101 (it is set)
    tags = catalog.slots.guards([Target("row", (("key", ROW),))])
    cache.hold(Hold(tags))
    deadline = _clock(server) + DEADLINE
    web, before = common.Web(), Counter[str]()
    while True:
        status = web.read("row", key=ROW).headers["Cache-Status"]
        if _clock(server) >= deadline:
            break
        before[status] += 1
    for number in range(PATIENCE):
        if status != HELD:
            return before, number
        status = web.read("row", key=ROW).headers["Cache-Status"]
    return before, PATIENCE


def _clock(server: Server) -> float:
    seconds, micros = server.client.time()
    return float(seconds) + float(micros) / 1e6


def main() -> int:
    parser = common.parser(__doc__)
    parser.add_argument("--reads", type=int, default=20_000, metavar="N")
    parser.add_argument("--rate", type=float, default=100, metavar="N", help="changes a second")
    parser.add_argument("--mutators", type=int, default=4, metavar="N")
    parser.add_argument("--readers", type=int, default=2, metavar="N")
    parser.add_argument("--limit", type=float, default=5, metavar="PERCENT")
    given = parser.parse_args()
    common.with_postgres()
    fork = multiprocessing.get_context("fork")
    with Server() as server:
        setting = common.cache_setting(server.url, HOLD_TIMEOUT=DEADLINE)
        common.set_up({"settings": {"MIZAN_CACHE": setting}})
        common.make_tables(1)
        common.close_connections()
        stop, changed = fork.Event(), fork.Value("q", 0)
        mutator = Mutator(given.rate / given.mutators, stop, changed)
        mutators = [fork.Process(target=mutator.run) for _ in range(given.mutators)]
        for each in mutators:
            each.start()
        begin = time.monotonic()
        counts = shares(given.readers, given.reads)
        rate = changed.value / (time.monotonic() - begin)
        before, needed = beside_the_dead(server)
        stop.set()
        for each in mutators:
            each.join()
    reads, held = counts.total(), counts[HELD]
    share = 100 * held / reads
    wrong = ["a mutator died"] if any(each.exitcode for each in mutators) else []
    if share >= given.limit:
        wrong.append(f"{share:.1f} % of {reads} reads bypassed because of a hold")
    if early := before.total() - before[HELD]:
        wrong.append(f"{early} reads were stored or found while a dead holder held")
    if needed >= PATIENCE:
        wrong.append(f"{PATIENCE} reads after a dead holder's deadline were all held")
    found = {
        "reads": reads,
        "mutations a second": round(rate),
        **counts,
        "bypassed because of a hold": f"{share:.2f} %",
        "reads until a dead holder's deadline, all held": before[HELD],
        "reads after it until one was not held": needed,
    }
    return common.conclude(found, wrong, as_json=given.json)


if __name__ == "__main__":
    raise SystemExit(main())
