"""A screen of ten reads: one bundle, ten calls of django-ninja, one batch of tRPC.

usage: scripts/bench screen [--quick] [--screens N] [--json FILE]

Each read answers with twenty rows. Mizan's ten functions are of one context, so that one request
brings them all; django-ninja is asked ten times at once, over connections that are kept; tRPC's
client puts ten queries into one request to its standalone server, in Node. The Django servers run
gunicorn with one worker of eight threads. One client in Node reads the screen again and again, one
at a time and eight at once, by the clock on the wall; the floor is a view by hand of all ten.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
PEERS = HERE.parent / "peers"
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "sockets")]

from harness.program import Program  # noqa: E402 (found by the line before, as is the next)
from harness.rows import Row  # noqa: E402
from servers import end, free_port, serving, until_it_listens  # noqa: E402

ABOUT = """A screen of ten reads

Ten reads of twenty rows each, until a client in Node has them all: one request for a context of
Mizan's; ten of django-ninja at once; one batch of tRPC, whose server is in Node. Django runs under
gunicorn with one worker of eight threads, with its default middleware. The floor is one view by
hand that answers with all ten. Mizan's origin cache is off, for the others have none."""
SCREENS, ROUNDS = 500, 3
DJANGO = {"mizan": "mizan", "by hand": "by_hand", "ninja": "ninja"}
PACKAGES = ("Django", "pydantic", "django-ninja", "gunicorn")
Found = dict[str, float]


@contextmanager
def trpc() -> Iterator[str]:
    """Run tRPC's server; give its URL."""
    port = free_port()
    process = subprocess.Popen(["node", str(PEERS / "trpc.js"), "serve", str(port)])
    try:
        until_it_listens(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        end(process)


def read(contender: str, url: str, screens: int, at_once: int) -> Found:
    """Let the client read; return milliseconds: `p50` and `p99`."""
    command = ["node", str(HERE / "client.js"), contender, url, str(screens), str(at_once)]
    found: Found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return found


def best(
    urls: dict[str, tuple[str, str]], screens: int, at_once: int, rounds: int
) -> dict[str, Found]:
    """Return of each contender the round with the best median; they take turns."""
    known: dict[str, Found] = {}
    for turn in range(rounds):
        print(f"-- {at_once} at once, round {turn + 1}", file=sys.stderr)
        for name, (reader, url) in urls.items():
            found = read(reader, url, screens, at_once)
            known[name] = min(known.get(name, found), found, key=lambda each: each["p50"])
    return known


def main() -> int:
    """Measure."""
    program = Program("screen", __doc__)
    program.options.add_argument("--screens", type=int, default=SCREENS, metavar="N")
    given = program.parse()
    if not (PEERS / "node_modules").exists():
        raise SystemExit("tRPC is not installed: npm ci in benchmarks/peers")
    screens, rounds = (20, 1) if given.quick else (given.screens, ROUNDS)
    with ExitStack() as stack:
        urls = {
            name: (app, stack.enter_context(serving("gunicorn", app)).url)
            for name, app in DJANGO.items()
        }
        urls["tRPC"] = ("trpc", stack.enter_context(trpc()))
        runs = {at_once: best(urls, screens, at_once, rounds) for at_once in (1, 8)}
    for metric in ("p50", "p99"):
        for at_once, found in runs.items():
            values = {name: each[metric] for name, each in found.items()}
            what = "one at a time" if at_once == 1 else f"{at_once} at once"
            program.add(Row(f"Until all ten are there, {metric}", what, "ms", values, "by hand"))
    package = json.loads((PEERS / "node_modules/@trpc/server/package.json").read_text())
    program.finish(ABOUT, PACKAGES, ["node"], {"tRPC": package["version"]})
    return 0


if __name__ == "__main__":
    sys.exit(main())
