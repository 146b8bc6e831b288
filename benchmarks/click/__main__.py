"""From a click to a fresh screen: the same page on Mizan and on TanStack Query, which is told by
hand what to fetch anew, in Chromium, with a server that is 50 ms away.

usage: scripts/bench click [--quick] [--clicks N] [--outcomes] [--json FILE]

  --clicks N   how many of each kind, of each contender; 50 by default
  --outcomes   print every click instead, as JSON

The page shows a customer's profile, 20 orders, a number of notifications, and 50 products; its
button changes an order and adds a notification. Kinds: one click; two fast ones; one while the page
loads, with a list of orders whose reply comes 300 ms later than others.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from harness.program import Program  # noqa: E402 (found by the line before)
from harness.rows import MIZAN, Row  # noqa: E402

ABOUT = """From a click to a fresh screen

The same page on Mizan's generated client and on TanStack Query, which is told by
`invalidateQueries` what to fetch anew, in Chromium, with 50 ms of latency on each request: a
profile, 20 orders, a number of notifications and 50 products. A click changes the orders and the
notifications. While loading, the list of orders comes 300 ms late. The floor is one round trip;
10,000 ms stand for a page that never is fresh. README.md says more."""
NPM = ("react", "@tanstack/react-query")
FLOOR, LATENCY = "one round trip", 50.0
NEVER = 10_000.0
"""Milliseconds that count for a click after which the page never is fresh."""
MODULES = HERE.parents[1] / "node_modules"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
KINDS = {"one": "one click", "two": "two fast clicks", "loading": "a click while loading"}
CONTENDERS = {"mizan": "Mizan", "tanstack": "TanStack Query"}


@contextmanager
def server() -> Iterator[str]:
    """Start a server with pages and data of its own, and give its URL."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["node", HERE / "build.js", folder], check=True)
        where = {"CLICK_PAGES": folder, "CLICK_DATABASE": f"{folder}/desk.sqlite3"}
        process = subprocess.Popen(
            [sys.executable, HERE / "serve.py"],
            env=os.environ | where,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            port = process.stdout.readline().strip()  # type: ignore[union-attr]
            if not port:
                raise SystemExit("click: the server did not start; see above")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def browser() -> str:
    """Return the path of Chromium."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    names = ", ".join(BROWSERS)
    raise SystemExit(f"click: none of {names} is on PATH; Debian: apt-get install chromium")


def clicked(url: str, clicks: int) -> dict[str, Any]:
    """Click so often in each way, and return what came of it."""
    command = ["node", HERE / "drive.js", browser(), url, str(clicks)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def row(name: str, outcomes: list[dict[str, Any]]) -> str:
    """Return the line of one contender and kind."""

    def mean(member: str) -> str:
        return f"{statistics.fmean(each[member] for each in outcomes):11.1f}"

    times = sorted(each["ms"] for each in outcomes if each["ms"] is not None)
    if times:
        last = times[min(len(times) - 1, int(0.95 * len(times)))]
        took = f"{statistics.median(times):10.0f}{last:8.0f}"
    else:
        took = f"{'never':>10}{'never':>8}"
    members = ("roundTrips", "requests")
    drawn = ("related", "unrelated")
    stale = f"{sum(each['stale'] for each in outcomes)} of {len(outcomes)}"
    return f"  {name:<16}{''.join(map(mean, members))}{took}{''.join(map(mean, drawn))}{stale:>12}"


def table(outcomes: list[dict[str, Any]]) -> Iterator[str]:
    """Return the lines of all."""
    yield f"{'':18}{'':22}{'ms until fresh':>18}{'components drawn':>22}{'stale':>12}"
    yield (
        f"{'':18}{'round trips':>11}{'requests':>11}{'median':>10}{'p95':>8}"
        f"{'related':>11}{'others':>11}{'at the end':>12}"
    )
    for kind, title in KINDS.items():
        yield title
        for contender, name in CONTENDERS.items():
            wanted = {"scenario": kind, "contender": contender}
            yield row(name, [each for each in outcomes if wanted.items() <= each.items()])


def npm(*names: str) -> dict[str, str]:
    """Return the versions of packages."""
    texts = {name: (MODULES / name / "package.json").read_text() for name in names}
    return {name: json.loads(text)["version"] for name, text in texts.items()}


def about(found: dict[str, Any]) -> str:
    """Return what was measured, and on what."""
    names = ", ".join(f"{name} {number}" for name, number in npm(*NPM).items())
    load = " to ".join(f"{each:.1f}" for each in found["load"])
    return f"Chromium {found['browser']}, {names}, Django {version('django')}; load {load}"


def of_kind(outcomes: list[dict[str, Any]], kind: str) -> dict[str, list[dict[str, Any]]]:
    """Return what came of the clicks of a kind, by the contender's name in rows."""
    some = [each for each in outcomes if each["scenario"] == kind]
    names = {MIZAN: "mizan", "TanStack Query": "tanstack"}
    return {
        name: [each for each in some if each["contender"] == contender]
        for name, contender in names.items()
    }


def rows(outcomes: list[dict[str, Any]]) -> Iterator[Row]:
    """Yield the rows of the page of results."""
    of = {title: of_kind(outcomes, kind) for kind, title in KINDS.items()}
    for what, found in of.items():
        times = {
            name: statistics.median(each["ms"] or NEVER for each in some)
            for name, some in found.items()
        }
        values = {**times, FLOOR: LATENCY}
        yield Row("From the click until the page is fresh, median", what, "ms", values, FLOOR)
    for what, found in of.items():
        asked = {
            name: statistics.fmean(each["requests"] for each in some)
            for name, some in found.items()
        }
        yield Row("Requests of a click, mean", what, "requests", asked)
    for what, found in of.items():
        fresh = {
            name: 100.0 * sum(not each["stale"] for each in some) / len(some)
            for name, some in found.items()
        }
        yield Row("Clicks that leave nothing stale", what, "per cent", fresh, more_is_better=True)


def main() -> int:
    """Measure and print."""
    program = Program("click", __doc__)
    program.options.add_argument("--clicks", type=int, default=50)
    program.options.add_argument("--outcomes", action="store_true", help="print each as JSON")
    options = program.parse()
    before, *_ = os.getloadavg()
    with server() as url:
        found = clicked(url, 3 if options.quick else options.clicks)
    after, *_ = os.getloadavg()
    found["load"] = before, after
    if options.outcomes:
        print(json.dumps(found))
        return 0
    print(about(found), *table(found["outcomes"]), sep="\n")
    for each in rows(found["outcomes"]):
        program.add(each)
    program.finish(ABOUT, ["Django"], ["node"], {"Chromium": found["browser"], **npm(*NPM)})
    return 0


if __name__ == "__main__":
    sys.exit(main())
