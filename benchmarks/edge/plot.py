"""Measures what edges keep from the origin, prints it, and draws it into the documentation.

Invariant: every figure that is drawn is printed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import common
import ratio
from harness import chart

DOCS = Path(__file__).resolve().parents[2] / "docs"
# name -> (the edge, whether a change purges by scope)
SERIES = {
    "Varnish": ("varnish", True),
    "Varnish, broad": ("varnish", False),
    "mizan-edge": ("mizan-edge", True),
    "mizan-edge, broad": ("mizan-edge", False),
    "no edge": ("none", True),
}
CHANGES = "changes, in per cent of all requests"
HUNDRED = 100


def run(count: int, rate: float, seed: int) -> None:
    """Measure, print and draw. `count`: requests of each run; `rate`: of them a second."""
    print(f"{count:,} requests at {rate:g} a second in each run; load {os.getloadavg()[0]:.1f}\n")
    found: dict[str, list[ratio.Found]] = {}
    for name, (edge, scopes) in SERIES.items():
        print(f"-- {name}", file=sys.stderr)
        runs = ratio.measured(edge, scopes=scopes, count=count, rate=rate, seed=seed)
        found[name] = list(runs)
    shares = [f"{each:g} %" for each in ratio.SHARES]
    slowest = min(each.asked for runs in found.values() for each in runs)
    print(f"The slowest run could send {slowest:.0f} requests a second.\n")
    kept = {name: [(f.share, HUNDRED * f.ratio) for f in runs] for name, runs in found.items()}
    came = {name: [(f.share, f.forwarded) for f in runs] for name, runs in found.items()}
    _table("reads answered by the edge, in per cent", shares, kept)
    _table("requests a second at the origin", shares, came)
    kept.pop("no edge")
    title = "Reads that the edge answers"
    _draw("edge-ratio", chart.lines(title, CHANGES, "per cent", HUNDRED, kept))
    title = f"Requests at the origin, of {rate:g} a second"
    _draw("edge-origin", chart.lines(title, CHANGES, "a second", rate, came))


def _table(title: str, head: list[str], series: dict[str, list[tuple[float, float]]]) -> None:
    rows = [[name, *(f"{y:.1f}" for _, y in points)] for name, points in series.items()]
    print(*common.table([title, *head], rows), "", sep="\n")


def _draw(name: str, text: str) -> None:
    path = DOCS / f"{name}.svg"
    path.write_text(text)
    print(f"written: docs/{path.name}")
