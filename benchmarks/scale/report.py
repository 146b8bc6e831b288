"""Prints and draws what the simulated traffic comes to with the measured costs.

Invariant: every figure that is drawn is printed by the same run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from costs import KINDS, MICRO, Cost
from harness import chart
from model import Demand, Load, load

DOCS = Path(__file__).resolve().parents[2] / "docs"
DAYS = (1e6, 1e7, 1e8, 1e9)
REGIONS = (1, 2, 4, 8, 16, 32)
CHANGES = (0.001, 0.01, 0.05)
STREAMS = 5000
"""Event streams of one worker, as `scripts/bench events` opens them."""
BUSY = 0.6
"""The share of a processor that is given to Redis before another one is wanted."""
HUNDRED = 100


def costs(found: Sequence[Cost]) -> None:
    """Print what a request costs, by how many entries are stored."""
    print(
        "Microseconds of processor for a request: Redis, and a worker of Django without its view\n"
    )
    head = "".join(f"{of + ' ' + kind:>14}" for of in ("Redis", "worker") for kind in KINDS)
    print(f"  {'entries':>10}{head}{'bytes/entry':>14}")
    for cost in found:
        row = [*(cost.redis[kind] for kind in KINDS), *(cost.worker[kind] for kind in KINDS)]
        print(f"  {cost.entries:10,}" + "".join(f"{each:14.0f}" for each in (*row, cost.bytes)))


def growth(cost: Cost, view: float) -> None:
    """Print loads of the busiest second. `view`: seconds of processor that computing takes."""
    plain = Demand(DAYS[0])
    print(
        f"\nAssumed: {plain.regions} regions, {plain.changes:.0%} of requests are changes,"
        f" {plain.own:.0%} of the rest reads of one's own data,\n{plain.instances:,} public"
        f" instances read as Zipf says, {plain.visits} requests a user and day within"
        f" {plain.stay / 60:.0f} minutes,\n{plain.peak:g} times the mean in the busiest second;"
        f" a view computes for {view * 1000:g} ms. All figures are of that second.\n"
    )
    names = ("requests", "at origin", "computed", "changes", "Redis", "its GB", "cores", "streams")
    print(f"  {'a day':>13} {'edge':>5}" + "".join(f"{name:>10}" for name in names))
    for day in DAYS:
        for edge in (False, True):
            demand = Demand(day)
            print(f"  {day:13,.0f} {'yes' if edge else 'no':>5}", _row(demand, edge, cost, view))
    ends = _ends(cost)
    print(
        f"\nOne Redis is at {BUSY:.0%} of a processor at {ends[False]:,.0f} requests a day without"
        f" an edge, at {ends[True]:,.0f} with edges.\n"
    )
    print("Requests that reach the origin, in per cent, by regions and by the share of changes")
    print(f"  {'changes':>8}" + "".join(f"{count:>8}" for count in REGIONS))
    for share, points in _reaching().items():
        print(f"  {share:>8}" + "".join(f"{each:8.1f}" for _, each in points))


def draw(cost: Cost) -> None:
    """Draw the curves into the documentation."""
    reach = {f"{share} changes": points for share, points in _reaching().items()}
    title = "Requests that reach the origin"
    _write("scale-regions", chart.lines(title, "regions", "per cent", HUNDRED, reach))
    busy = {
        name: [(day, HUNDRED * _redis(load(Demand(day), edge), cost)) for day in DAYS]
        for name, edge in (("no edge", False), ("edges", True))
    }
    title = "One Redis, in per cent of a processor"
    _write("scale-redis", chart.growth(title, "requests a day", "per cent", busy))


def _row(demand: Demand, edge: bool, cost: Cost, view: float) -> str:
    of = load(demand, edge)
    redis = f"{_redis(of, cost):.1%}"
    size = f"{of.entries * cost.bytes / 1e9:.2f}"
    figures = (demand.rate, of.origin, of.computed, of.changed)
    rates = "".join(f"{each:10,.0f}" for each in figures)
    return f"{rates}{redis:>10}{size:>10}{_cores(of, cost, view):10,.1f}{demand.present:10,.0f}"


def _redis(of: Load, cost: Cost) -> float:
    """Return the share of a processor that Redis takes."""
    return _total(of, cost.redis) / MICRO


def _cores(of: Load, cost: Cost, view: float) -> float:
    """Return how many processors workers take."""
    return _total(of, cost.worker) / MICRO + (of.computed + of.changed) * view


def _total(of: Load, each: dict[str, float]) -> float:
    return of.found * each["hit"] + of.computed * each["miss"] + of.changed * each["change"]


def _ends(cost: Cost) -> dict[bool, float]:
    """Return the requests a day at which one Redis is busy, without and with edges."""
    found = {}
    for edge in (False, True):
        low, high = DAYS[0], 1e12
        while high / low > 1.02:
            middle = (low * high) ** 0.5
            busy = _redis(load(Demand(middle), edge), cost) > BUSY
            low, high = (low, middle) if busy else (middle, high)
        found[edge] = low
    return found


def _reaching() -> dict[str, list[tuple[float, float]]]:
    """Return, by the share of changes, (regions, per cent of requests that reach the origin)."""
    plain = Demand(DAYS[-1])
    found: dict[str, list[tuple[float, float]]] = {}
    for changes in CHANGES:
        for regions in REGIONS:
            demand = replace(plain, changes=changes, regions=regions)
            reaching = HUNDRED * load(demand).origin / demand.rate
            found.setdefault(f"{HUNDRED * changes:g} %", []).append((regions, reaching))
    return found


def _write(name: str, text: str) -> None:
    path = DOCS / f"{name}.svg"
    path.write_text(text)
    print(f"written: docs/{path.name}")
