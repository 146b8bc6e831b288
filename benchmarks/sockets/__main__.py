"""Calls and reads over real sockets: gunicorn and uvicorn, with load by wrk.

usage: scripts/bench sockets [--quick] [--seconds N] [--rounds N] [--json FILE]

The same twenty rows, called for and read, from this project, django-ninja, REST framework and views
by hand (the floor), each in a server of its own with one worker, Django's default middleware and
the same settings. gunicorn has eight threads. At 1, 8 and 64 connections that are kept open, wrk
sends a thousand different requests in turn, each contender for some seconds; of the rounds, in
which the contenders take turns, that counts in which most was answered.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import urllib.request
from contextlib import ExitStack
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from harness.program import Program  # noqa: E402 (found by the line before)
from harness.rows import Row  # noqa: E402
from servers import COMMANDS, Server, serving  # noqa: E402

ABOUT = """Calls and reads over real sockets

Twenty rows of a pydantic model, called for (POST) and read (GET), each contender behind a server of
its own with one worker, on loopback, with Django's default middleware; gunicorn has eight threads,
uvicorn has uvloop and httptools. wrk keeps 1, 8 or 64 connections open. *By hand* is a view with
pydantic. Mizan's origin cache is off, for the others have none."""
APPS = {"mizan": "mizan", "by hand": "by_hand", "ninja": "ninja", "DRF": "drf"}
CONNECTIONS = (1, 8, 64)
# operation -> (method, path of Mizan's, path of the others')
OPERATIONS = {
    "call": ("POST", "/api/call/", "/api/made/"),
    "read": ("GET", "/api/ctx/rows/", "/api/rows/"),
}
METRICS = {"requests": "requests a second", "p50": "ms", "p99": "ms"}
PACKAGES = ("Django", "pydantic", "django-ninja", "djangorestframework", "gunicorn", "uvicorn")
PACKAGES += ("uvloop", "httptools")
Found = dict[str, float]


def load(server: Server, app: str, operation: str, connections: int, seconds: int) -> Found:
    """Let wrk ask for some seconds. Returns what it saw."""
    method, ours, theirs = OPERATIONS[operation]
    path = ours if app == "mizan" else theirs
    options = [f"--connections={connections}", "--threads=1", f"--duration={seconds}s", "--latency"]
    command = ["wrk", *options, f"--script={HERE / 'load.lua'}", server.url]
    done = subprocess.run(
        [*command, "--", method, path, app], capture_output=True, text=True, check=True
    )
    found: Found = json.loads(done.stdout.splitlines()[-1])
    if found["bad"] or not found["requests"]:
        raise SystemExit(f"{app}, {operation}: {found}")
    return {**found, "requests": found["requests"] / found["seconds"]}


def check(servers: dict[str, Server]) -> None:
    """Make sure that all answer a read alike, but for what each wraps it in."""
    answers = {}
    for name, server in servers.items():
        path = OPERATIONS["read"][1 if name == "mizan" else 2]
        with urllib.request.urlopen(f"{server.url}{path}?user_id=5") as reply:  # noqa: S310
            answer = json.load(reply)
        answers[name] = answer["rows"] if isinstance(answer, dict) else answer
    if any(answer != answers["by hand"] for answer in answers.values()):
        raise SystemExit(f"not the same: {answers}")


def measure(program: Program, kind: str, connections: tuple[int, ...]) -> None:
    """Add the rows of one kind of server."""
    given = program.given
    with ExitStack() as stack:
        servers = {name: stack.enter_context(serving(kind, app)) for name, app in APPS.items()}
        check(servers)
        best: dict[tuple[str, int], dict[str, Found]] = {}
        for operation in OPERATIONS:
            for count in connections:
                best[operation, count] = _best(servers, operation, count, given)
        for operation in OPERATIONS:
            for metric, unit in METRICS.items():
                group = f"{kind}, {operation}" + ("" if metric == "requests" else f", {metric}")
                for count in connections:
                    values = {name: run[metric] for name, run in best[operation, count].items()}
                    what = f"{count} connection" + ("s" if count > 1 else "")
                    more = metric == "requests"
                    program.add(Row(group, what, unit, values, "by hand", more))
        memory = {name: server.memory() for name, server in servers.items()}
        program.add(Row(f"{kind}, memory", "a worker after that", "MB", memory, "by hand"))


def _best(
    servers: dict[str, Server], operation: str, connections: int, given: argparse.Namespace
) -> dict[str, Found]:
    best: dict[str, Found] = {}
    for turn in range(given.rounds):
        print(f"{operation}, {connections} connections, round {turn + 1}", file=sys.stderr)
        for name, server in servers.items():
            found = load(server, APPS[name], operation, connections, given.seconds)
            best[name] = max(best.get(name, found), found, key=lambda each: each["requests"])
    return best


def main() -> int:
    """Measure behind both kinds of servers."""
    program = Program("sockets", __doc__)
    program.options.add_argument("--seconds", type=int, default=3, help="of each load")
    program.options.add_argument("--rounds", type=int, default=3)
    given = program.parse()
    connections = CONNECTIONS
    if given.quick:
        given.seconds, given.rounds, connections = 1, 1, (8,)
    for kind in COMMANDS:
        measure(program, kind, connections)
    program.finish(ABOUT, PACKAGES, ["wrk"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
