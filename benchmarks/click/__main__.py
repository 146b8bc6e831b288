"""From a click to a fresh screen: the same page on Mizan and on TanStack Query, which is told by
hand what to fetch anew, in Chromium, with a server that is 50 ms away.

usage: click [--clicks N] [--json]

  --clicks N   how many of each kind, of each contender; 50 by default
  --json       print every click instead

The page shows a customer's profile, 20 orders, a number of notifications, and 50 products; its
button changes an order and adds a notification. Kinds: one click; two fast ones; one while the page
loads, with a list of orders whose reply comes 300 ms later than others.
"""

from __future__ import annotations

import argparse
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

HERE = Path(__file__).parent
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


def about(found: dict[str, Any]) -> str:
    """Return what was measured, and on what."""

    def npm(name: str) -> str:
        text = (MODULES / name / "package.json").read_text()
        return f"{name} {json.loads(text)['version']}"

    names = f"{npm('react')}, {npm('@tanstack/react-query')}"
    load = " to ".join(f"{each:.1f}" for each in found["load"])
    return f"Chromium {found['browser']}, {names}, Django {version('django')}; load {load}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="click", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clicks", type=int, default=50)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    before, *_ = os.getloadavg()
    with server() as url:
        found = clicked(url, options.clicks)
    after, *_ = os.getloadavg()
    found["load"] = before, after
    if options.json:
        print(json.dumps(found))
    else:
        print(about(found), *table(found["outcomes"]), sep="\n")


if __name__ == "__main__":
    main()
