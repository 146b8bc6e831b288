"""Lets people read and change the shop through an edge, and judges what they saw.

Invariant: a stale read, and a reply that shows a user what is not that user's, each turn the
verdict red (SPEC.md, sections 9 and 10); so does a crowd that could not have met any.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from random import Random

import common
import crowd
import history
from behind import Behind
from browser import Browser
from edges import EDGES, Edge
from front import Origin
from history import Outbox, Verdict

BUYERS = 4
LATE, LONGEST = 0.1, 0.25
"""The share of reads that leave the origin late, and the longest that they are kept back (s)."""
DAY = 86_400.0
LEFT_LATE = "reads that left late"
NEEDED = {
    "hit": "no read was a hit",
    "write": "no change was acknowledged",
    LEFT_LATE: "no read left the origin late",
}
"""What is counted -> what a verdict without any says: nothing was proved."""
SHOWN = ("requests", "LEAK", "STALE after an acknowledgement", "write")


def run(name: str, seconds: float, *, seed: int, fault: str = "") -> Verdict:
    """Run a crowd through an edge. `fault`: one that is planted in the origin or in the edge."""
    with tempfile.TemporaryDirectory() as folder:
        noted = Path(folder, "late")
        noted.touch()
        behind = Behind(late=LATE, longest=LONGEST, noted=str(noted), fault=fault)
        with Origin(behind, people=BUYERS) as origin:
            with EDGES[name](origin, fault=fault) as edge:
                verdict = through(edge, origin, seconds, seed=seed, buyers=BUYERS)
            verdict.counts["requests at the origin"] += origin.requests
        verdict.counts[LEFT_LATE] += noted.stat().st_size
    if not verdict.wrong:
        verdict.wrong += unproved(verdict.counts, is_cache=EDGES[name].is_cache)
    return verdict


def unproved(counts: Mapping[str, int], *, is_cache: bool) -> list[str]:
    """Return what did not happen, without which a verdict proves nothing; no hits are expected of
    what is no cache."""
    needed = {name: text for name, text in NEEDED.items() if is_cache or name != "hit"}
    return [f"{text}: nothing is proved" for name, text in needed.items() if not counts[name]]


def through(edge: Edge, origin: Origin, seconds: float, *, seed: int, buyers: int) -> Verdict:
    """Run a crowd through an edge that is there, and return what was wrong."""
    with tempfile.TemporaryDirectory() as folder:
        verdict = _crowded(edge, Path(folder), seconds, Random(seed), buyers)
    verdict.wrong += _left_stale(edge, origin)
    return verdict


def _crowded(edge: Edge, folder: Path, seconds: float, draw: Random, buyers: int) -> Verdict:
    progress, party = common.Progress(), crowd.Party(edge.port, folder)
    people = crowd.arrived(party, draw, buyers=buyers)
    end = time.monotonic() + seconds
    for each in people:
        each.start()
    while not party.over.wait(0.5) and (left := end - time.monotonic()) > 0:
        progress(f"{edge.name}: {history.size(folder):,} records, {left:.0f} s to go")
    party.over.set()
    for each in people:
        each.join()
    progress.done()
    records = history.load(folder)
    verdict = history.judge(records, Outbox(), [], life=DAY, states=crowd.STATES, seen=False)
    counts = sum((each.counts for each in people), Counter(dict.fromkeys(SHOWN, 0)))
    verdict.counts.update(counts)
    verdict.wrong += [line for each in people for line in each.wrong]
    return verdict


def _left_stale(edge: Edge, origin: Origin) -> list[str]:
    """Read everything public through the edge; return what is not as at the origin."""
    time.sleep(LONGEST)
    behind, direct = Browser(edge.port), Browser(origin.port)
    shown = direct.read("catalogue", **crowd.PAGE).data["products"]
    reads = [("product", {"product_id": each["id"]}) for each in shown]
    wrong = []
    for context, params in [*reads, ("catalogue", crowd.PAGE)]:
        kept, true = (each.read(context, **params) for each in (behind, direct))
        if kept.content != true.content:
            wrong.append(f"{context} {params} stays stale ({kept.edge})")
    behind.close()
    direct.close()
    return wrong
