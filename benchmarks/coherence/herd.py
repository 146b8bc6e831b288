"""Many simultaneous misses of one entry: one computation.

usage: herd.py [--readers N] [--processes N] [--rounds N] [--store STORE] [--fault no-claim]
               [--json]

In each round N readers ask for an entry that nobody has; each sends a request to Django's handler
from a thread of its own. They are in one process (memory, Redis), or in several (Redis, a Redis
Cluster of three nodes). A computation leaves a byte in a file. Exits with 1 where there were more
computations than rounds, or a reader got something else.
"""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
import tempfile
import threading
from argparse import Namespace
from contextlib import nullcontext
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import common
from servers import Cluster, Server

from faults import FAULTS

PATIENCE = 60.0
"""Seconds after which readers are taken to be stuck."""
STORES = {"memory": nullcontext, "redis": Server, "cluster": Cluster}


def settings_of(url: str | None, fault: str | None) -> dict[str, Any]:
    """Return the settings: waiting outlasts the computation, on a busy machine too."""
    times = {"WAIT": 20, "COMPUTE_TIMEOUT": 20, "CALL_TIMEOUT": 5}
    if url is None:
        return {"MIZAN_CACHE": times}
    backend = FAULTS[fault] if fault else "redis"
    return {"MIZAN_CACHE": common.cache_setting(url, **times, BACKEND=backend)}


def read_all(readers: int, rounds: int, together: Barrier, failed: Any) -> None:
    """Let readers of this process ask for the same entry, round by round, with all others."""
    web = common.Web()
    here = threading.Barrier(readers)

    def one(is_first: bool) -> None:
        for number in range(rounds):
            if is_first:
                together.wait(PATIENCE)
            here.wait(PATIENCE)
            response = web.read("slow", number=number)
            if response.status_code != 200 or json.loads(response.content) != {"slow": number}:
                failed.value += 1
            here.wait(PATIENCE)

    threads = [threading.Thread(target=one, args=(index == 0,)) for index in range(readers)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def play(given: Namespace) -> tuple[int, int]:
    """Return (computations, readers that got something else) of all rounds."""
    fork = multiprocessing.get_context("fork")
    with (
        tempfile.TemporaryDirectory() as name,
        STORES[given.store]() as store,
        common.tally(Path(name)) as tally,
    ):
        database = str(Path(name) / "db.sqlite3")
        settings = settings_of(store.url if store else None, given.fault)
        common.set_up({"sqlite": database, "settings": settings})
        common.make_tables(1)
        common.close_connections()
        together, failed = fork.Barrier(given.processes), fork.Value("i", 0)
        run = (given.readers // given.processes, given.rounds, together, failed)
        crowd = [fork.Process(target=read_all, args=run) for _ in range(given.processes)]
        for process in crowd:
            process.start()
        for process in crowd:
            process.join()
        died = sum(process.exitcode != 0 for process in crowd)
        return tally.stat().st_size, failed.value + died


def play_all(given: Namespace) -> tuple[dict[str, Any], list[str]]:
    """Play in memory and on Redis, in one process and several; each in a process of its own."""
    found: dict[str, Any] = {}
    wrong: list[str] = []
    for store, processes in (("memory", 1), ("redis", 1), ("redis", 8), ("cluster", 8)):
        command = [sys.executable, __file__, "--json", "--store", store]
        command += ["--processes", str(processes), "--readers", str(given.readers)]
        command += ["--rounds", str(given.rounds)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        said = json.loads(done.stdout.splitlines()[-1])
        wrong += said.pop("wrong")
        found |= said
    return found, wrong


def main() -> int:
    parser = common.parser(__doc__)
    parser.add_argument("--readers", type=int, default=200, metavar="N")
    parser.add_argument("--processes", type=int, default=1, metavar="N")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--store", choices=STORES)
    parser.add_argument("--fault", choices=["no-claim"])
    given = parser.parse_args()
    if given.store is None:
        found, wrong = play_all(given)
        return common.conclude(found, wrong, as_json=given.json)
    computed, failed = play(given)
    name = f"{given.store}, {given.readers} readers in {given.processes} processes"
    wrong = [f"{failed} readers or processes failed ({name})"] if failed else []
    if computed != given.rounds:
        wrong.append(f"{computed} computations in {given.rounds} rounds ({name})")
    told = f"{computed} computations in {given.rounds} rounds"
    return common.conclude({name: told}, wrong, as_json=given.json)


if __name__ == "__main__":
    raise SystemExit(main())
