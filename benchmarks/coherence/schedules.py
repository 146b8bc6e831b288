"""Drawn interleavings of the server's own steps, on a real Redis.

usage: schedules.py [--count N] [--first SEED] [--memory] [--jobs N] [--planted FAULT] [--json]
       schedules.py --states

Each schedule has readers, mutations of all kinds and mostly one who delivers the outbox. In any
order it takes one step of one of them: a round trip to the cache, a statement, a commit. Workers
die, commits are refused or hang, the cache is away or does not answer, stamps are evicted. Exits
with 1 where a read was older than a mutation that was acknowledged before it began, or where
something stale stayed.

`--planted` breaks the server or the cache in one way, to see that this is found. `--states` looks
instead at every state of two readers and two mutations, at fine steps, where one of them may die or
one commit fail, in memory: that takes minutes.
"""

from __future__ import annotations

import multiprocessing
import queue
import sys
import time
from collections import Counter
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from typing import Any

import common

sys.path.insert(0, str(common.ROOT / "tests" / "coherence"))

from interleavings.explore import Drawn, draw_all, explore
from interleavings.plants import PLANTS
from interleavings.play import StaleError, stepping
from interleavings.scenarios import COMMITS, FINE, two_and_two
from interleavings.stores import Memory, Redis
from servers import Server

BATCH = 50
SHOWN = 3
"""How many schedules that broke the promise are printed."""
FAULTS = {plant.__name__: plant for plant in PLANTS}


@dataclass
class Share:
    """The part of the schedules that one process draws, on its own server (None: in memory)."""

    seeds: range
    server: Server | None
    planted: str | None
    found: Any

    def draw(self) -> None:
        """Draw them; put what came of each batch into the queue."""
        store = Redis(self.server) if self.server else Memory()
        plant = FAULTS[self.planted]() if self.planted else nullcontext()
        with stepping(), plant:
            for at in range(0, len(self.seeds), BATCH):
                batch = self.seeds[at : at + BATCH]
                self.found.put((len(batch), draw_all(batch, store)))
        store.close()


def drawn(given: Any) -> tuple[int, Drawn]:
    """Return how many schedules were drawn, and all that was found."""
    fork = multiprocessing.get_context("fork")
    done, total, progress = 0, Drawn(0, Counter(), []), common.Progress()
    with ExitStack() as stack:
        found = fork.Queue()
        for job in range(given.jobs):
            seeds = range(given.first + job, given.first + given.count, given.jobs)
            server = None if given.memory else stack.enter_context(Server())
            share = Share(seeds, server, given.planted, found)
            process = fork.Process(target=share.draw, daemon=True)
            process.start()
            stack.callback(process.terminate)
        while done < given.count:
            number, batch = found.get(timeout=300)
            done += number
            total.steps += batch.steps
            total.counts += batch.counts
            total.broken += batch.broken
            progress(f"{done} of {given.count} schedules, {len(total.broken)} broken")
    progress.done()
    return done, total


def states() -> tuple[dict[str, Any], list[str]]:
    """Look at every state of two readers and two mutations."""
    scenario = two_and_two("two parameters", grain=FINE, faults=COMMITS)
    with stepping():
        try:
            explored = explore(scenario, Memory())
        except StaleError as error:
            return {"states": "not all"}, [str(error)]
    return {"states": explored.states}, []


def main() -> int:
    parser = common.parser(__doc__)
    parser.add_argument("--count", type=int, default=1000, metavar="N")
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes")
    parser.add_argument("--memory", action="store_true", help="on the cache in memory")
    parser.add_argument("--planted", choices=FAULTS)
    parser.add_argument("--states", action="store_true", help="look at every state")
    given = parser.parse_args()
    if given.states:
        found, wrong = states()
        return common.conclude(found, wrong, as_json=given.json)
    begin = time.monotonic()
    try:
        done, total = drawn(given)
    except queue.Empty:
        print("A process that draws has died.", file=sys.stderr)
        return 2
    found = {
        "schedules": done,
        "steps": total.steps,
        **{f"cache: {name}": number for name, number in sorted(total.counts.items())},
        "broken": len(total.broken),
        "seconds": round(time.monotonic() - begin),
    }
    return common.conclude(found, total.broken[:SHOWN], as_json=given.json)


if __name__ == "__main__":
    raise SystemExit(main())
