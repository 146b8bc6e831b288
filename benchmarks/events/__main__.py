"""Open pages: what a stream of events costs, and how soon it says what became stale.

usage: events [--connections N] [--tabs N] [--rate N] [--seconds N] [--only NAME] [--redis]
              [--collector rare|default] [--profile FILE]

One uvicorn worker (uvloop, httptools) with Django's default middleware serves N streams, those of
customers with some tabs each. Mutations come at a fixed rate, each of one row, of a customer in
turn, and are told to all tabs of that customer. The clients are another process. A delivery is
timed from the moment at which the row was changed, before the commit, until a tab has read the
event; a reply to a mutation from the moment at which that was due to be sent.

contenders: mizan; "bare", what one writes by hand with StreamingHttpResponse and a queue for each
connection, with neither identity nor replay; django-eventstream, likewise without identity.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "tests" / "cache")]

CONTENDERS = ("mizan", "bare", "django-eventstream")
PACKAGES = ("Django", "uvicorn", "uvloop", "httptools")
GOAL_MS = 100.0
SPARE_FILES = 200
_MB = 1_000_000


def main() -> int:
    """Print the table. Returns 1 where Mizan misses the goal or an event was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=5000)
    parser.add_argument("--tabs", type=int, default=10, help="streams of each customer")
    parser.add_argument("--rate", type=int, default=100, help="mutations a second")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--only", choices=CONTENDERS)
    parser.add_argument(
        "--redis", action="store_true", help="through a redis-server; mutations by another worker"
    )
    parser.add_argument(
        "--collector", choices=("rare", "default"), default="rare", help="of Python's garbage"
    )
    parser.add_argument("--profile", help="write where Mizan's server spends its time (cProfile)")
    arguments = parser.parse_args()
    files = arguments.connections + SPARE_FILES
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and files > hard:
        parser.error(f"a process may open {hard} files here: ask for fewer connections")
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    wanted = [arguments.only] if arguments.only else [c for c in CONTENDERS if _is_there(c)]
    print(f"Python {sys.version.split()[0]}, " + ", ".join(f"{p} {version(p)}" for p in PACKAGES))
    print(
        f"{arguments.connections:,} streams, {arguments.tabs} tabs a customer, "
        f"{arguments.rate} mutations a second for {arguments.seconds:g} s, "
        f"{'Redis, two workers' if arguments.redis else 'one worker'}; "
        f"load {os.getloadavg()[0]:.1f}\n"
    )
    print(
        f"{'':20} MB per 1,000   opened      delivery, ms      reply, ms  CPU         events   "
        f"grown\n{'':20}      streams a second    p50    p99    max   (p50)         expected   lost"
        f"    MB"
    )
    found = {name: _run(name, arguments) for name in wanted}
    return int(_is_missed(found.get("mizan")))


def _is_there(contender: str) -> bool:
    return contender != "django-eventstream" or find_spec("django_eventstream") is not None


def _run(contender: str, arguments: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "EVENTS_CONTENDER": contender,
            "EVENTS_FOLDER": folder,
            "EVENTS_COLLECTOR": arguments.collector,
            "EVENTS_PROFILE": str(Path(arguments.profile).resolve()) if arguments.profile else "",
            "DJANGO_SETTINGS_MODULE": "page.settings",
        }
        if not arguments.redis:
            return _measured(contender, arguments, environment)
        from servers import Server

        with Server() as server:
            return _measured(contender, arguments, environment | {"EVENTS_REDIS": server.url})


def _measured(
    contender: str, arguments: argparse.Namespace, environment: dict[str, str]
) -> dict[str, Any]:
    shape = ("connections", "tabs", "rate", "seconds")
    options = [f"--{name}={getattr(arguments, name)}" for name in shape]
    command = [sys.executable, str(HERE / "crowd.py"), contender, *options]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    print(
        f"{contender:20} {found['bytes'] / _MB * 1000:12.1f} {found['opened']:8.0f} "
        f"{found['p50']:6.1f} {found['p99']:6.1f} {found['max']:6.1f} "
        f"{found['reply']:7.1f} {found['busy']:5.0%} {found['expected']:9,} {found['lost']:6,} "
        f"{found['grown'] / _MB:6.1f}",
        flush=True,
    )
    return found


def _is_missed(found: dict[str, Any] | None) -> bool:
    if found is None:
        return False
    is_missed = found["p99"] >= GOAL_MS or bool(found["lost"])
    print(f"\nThe aim is a p99 under {GOAL_MS:g} ms and no event lost{': missed' * is_missed}.")
    return is_missed


if __name__ == "__main__":
    sys.exit(main())
