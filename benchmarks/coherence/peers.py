"""Plays the same interleavings of reads and changes with Mizan and with other caches for Django.

usage: peers.py [--only NAME] [--json]

Each cache is used as its documentation says, with a real Redis, on SQLite, in a process of its own.
Gates hold each party where the scenario wants it (`scenarios.py`). The table says how long a read
that began after the change was acknowledged returns what was there before: never, a while (it heals
by itself), or for good (until the entry's life ends). `!` means that the change raised an error.
Exits with 1 if Mizan's promise was broken.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import common
from common import Progress, table
from rivals import CONTENDERS
from scenarios import NEVER, SCENARIOS, WHILE, play, store

PROMISES = {
    "Mizan": dict.fromkeys(SCENARIOS, NEVER) | {"Redis down": WHILE},
    "MizanConsistent": dict.fromkeys(SCENARIOS, NEVER) | {"Redis down": f"{NEVER} !"},
}


def as_peer(name: str) -> None:
    """Play a contender's scenarios in this process, and print the verdicts as JSON."""
    contender = CONTENDERS[name]
    with tempfile.TemporaryDirectory() as folder, store() as server:
        database = str(Path(folder) / "db.sqlite3")
        settings = contender.settings(server.url)
        common.set_up({"sqlite": database, "apps": contender.apps, "settings": settings})
        common.make_tables(2)
        print(json.dumps(play(contender(), server)))


def verdicts(name: str) -> dict[str, str]:
    """Return a contender's verdicts, played in a process of its own."""
    command = [sys.executable, __file__, "--peer", name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> int:
    parser = common.parser(__doc__)
    parser.add_argument("--only", choices=CONTENDERS, action="append", help="may be repeated")
    parser.add_argument("--peer", choices=CONTENDERS, help="play one in this process")
    given = parser.parse_args()
    if given.peer:
        as_peer(given.peer)
        return 0
    names = given.only or list(CONTENDERS)
    progress = Progress()
    progress(f"playing {len(SCENARIOS)} scenarios with each of {len(names)} caches", now=True)
    with ThreadPoolExecutor() as pool:  # they mostly wait
        found = dict(zip(names, pool.map(verdicts, names), strict=True))
    progress.done()
    if given.json:
        print(json.dumps(found))
    else:
        rows = [[CONTENDERS[name].name, *line.values()] for name, line in found.items()]
        print("\n".join(table(("", *SCENARIOS), rows)))
        links = [[CONTENDERS[name].name, CONTENDERS[name].link] for name in found]
        print("\n".join(table(("", "used as in"), links)))
    broken = [name for name, line in found.items() if PROMISES.get(name, line) != line]
    for name in broken:
        print(f"VIOLATION: {name} should say {PROMISES[name]}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
