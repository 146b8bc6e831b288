"""Vectors a second: the whole suite, repeated in one started port.

usage: conformance.py [--cases N] [-- COMMAND...]     (default: the TypeScript port)
"""

from __future__ import annotations

import argparse
import sys
import time
from itertools import chain, islice, repeat
from pathlib import Path

from mizan_conformance.client import Client
from mizan_conformance.run import judge
from mizan_conformance.vectors import Vector, load_all

ROOT = Path(__file__).resolve().parent.parent
PORT = ROOT / "conformance" / "ports" / "typescript" / "dist" / "port.js"
GOAL = 5000


def measure(command: list[str], cases: int) -> tuple[float, int]:
    """Return vectors a second once the port is started, and how many answers were wrong."""
    client: Client[Vector] = Client(command, deadline=10.0)
    able = set(client.hello.capabilities)
    vectors = [vector for vector in load_all() if vector.op in able]
    asked = islice(chain.from_iterable(repeat(vectors)), cases)
    wrong = 0
    start = time.perf_counter()
    for vector, answer in client.exchange((vector, vector.payload) for vector in asked):
        wrong += judge(vector, answer) is not None
    rate = cases / (time.perf_counter() - start)
    client.finish()
    client.close()
    return rate, wrong


def main() -> int:
    """Print the rate of each of three rounds, and the best beside the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=30_000)
    parser.add_argument("command", nargs="*", help="the port's command, after --")
    arguments = parser.parse_args()
    command = arguments.command or ["node", str(PORT)]
    rounds = [measure(command, arguments.cases) for _ in range(3)]
    for rate, wrong in rounds:
        print(f"{rate:9,.0f} vectors/s  ({arguments.cases} cases, {wrong} wrong)")
    best = max(rate for rate, _ in rounds)
    print(f"best {best:,.0f} vectors/s: {best / GOAL:.1f}x the goal of {GOAL:,}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
