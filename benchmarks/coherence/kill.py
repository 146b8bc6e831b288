"""Kills workers and breaks Redis under load; looks for a stale read after an acknowledged change.

usage: kill.py [--operations N] [--store one|sentinel|cluster] [--on-unavailable MODE]
               [--watched] [--fault FAULT] [--seed N] [--json]

Four workers with a PostgreSQL (scripts/with-postgres starts one where there is none) read and
change twenty rows through Django's handler as fast as they can; `--watched`: and orders of them
through the ORM, in ways that `watch` sees (`orders/writers.py`). Meanwhile workers are killed at
any point, and Redis is stopped, killed, flushed, frozen, cut off (`one`), or failed over by
Sentinel (`sentinel`); each disaster happens at least once. Without --store the storms of PLAN are
run, one after the other. `history.py` says what a stale read is. At the end every row is read once
more: nothing stale may stay behind, and the outbox has to be empty.
"""

from __future__ import annotations

import json
import subprocess
import sys
from argparse import Namespace
from collections import Counter
from random import Random

import common
import fleet
import storms
from history import Verdict

from faults import FAULTS

STORES = {"one": storms.one_server, "sentinel": storms.fail_over, "cluster": storms.cluster}
PLAN = (
    (("--store", "one", "--on-unavailable", "available"), 0.5),
    (("--store", "one", "--on-unavailable", "available", "--watched"), 0.2),
    (("--store", "one", "--on-unavailable", "consistent"), 0.1),
    (("--store", "one", "--on-unavailable", "consistent", "--watched"), 0.1),
    (("--store", "sentinel", "--on-unavailable", "available"), 0.1),
)
"""The storms that are run where none is chosen, and the share of all operations."""
SHORT, LONG = (0.05, 0.4), (0.3, 1.5)
"""Seconds between two disasters; in a run of many operations there are enough of them."""
MANY = 100_000


def setting_of(storm: fleet.Storm, mode: str, fault: str | None) -> dict[str, object]:
    """Return MIZAN_CACHE for a storm."""
    backend = FAULTS[fault] if fault else "redis"
    times = {"HOLD_TIMEOUT": 4, "COMPUTE_TIMEOUT": 2, "WAIT": 0.5, "TTL": storm.life}
    return common.cache_setting("", **times, BACKEND=backend, ON_UNAVAILABLE=mode)


def run(given: Namespace) -> Verdict:
    """Run one storm."""
    with STORES[given.store](Random(given.seed)) as storm:
        setting = setting_of(storm, given.on_unavailable, given.fault)
        pause = LONG if given.operations >= MANY else SHORT
        count, watched = given.operations, given.watched
        return fleet.sail(storm, operations=count, setting=setting, pause=pause, watched=watched)


def run_all(given: Namespace) -> Verdict:
    """Run all storms, each in a process of its own, as Django is set up for one store."""
    verdict = Verdict()
    for options, share in PLAN:
        print("--", *options, file=sys.stderr)
        command = [sys.executable, __file__, "--json", *options]
        command += ["--operations", str(round(given.operations * share)), "--seed", str(given.seed)]
        command += ["--fault", given.fault] if given.fault else []
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if not done.stdout:
            raise RuntimeError(f"The storm {' '.join(options)} gave nothing.")
        found = json.loads(done.stdout.splitlines()[-1])
        verdict += Verdict(wrong=found.pop("wrong"), counts=Counter(found))
    return verdict


def main() -> int:
    parser = common.parser(__doc__)
    parser.add_argument("--operations", type=int, default=20_000, metavar="N")
    parser.add_argument("--store", choices=STORES)
    modes = ("available", "consistent")
    parser.add_argument("--on-unavailable", choices=modes, default="available")
    parser.add_argument("--watched", action="store_true", help="write by the ORM")
    parser.add_argument("--fault", choices=FAULTS)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    common.with_postgres()
    verdict = run(given) if given.store else run_all(given)
    return common.conclude(dict(verdict.counts), verdict.wrong[:20], as_json=given.json)


if __name__ == "__main__":
    raise SystemExit(main())
