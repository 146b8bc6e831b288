"""What grows with what: measured costs of a request, and a simulation of up to 10^9 requests a day.

usage: scripts/bench scale [--times N] [--view MS] [--plot]

First a redis-server of its own and Django's handler say what a hit, a miss and a change cost them
with 100 to a million entries. Then the traffic of many regions is simulated, with edges and
without, and multiplied with those costs. What is assumed of the traffic is printed. `--plot` draws
the curves into the documentation.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1] / "tests" / "cache")]

from origin import site  # noqa: E402 (found by the line before, as is the next)
from servers import Server  # noqa: E402

SIZES = (100, 10_000, 1_000_000)


def main() -> int:
    """Print what was measured, and what that comes to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=5000, metavar="N", help="requests of a kind")
    parser.add_argument("--view", type=float, default=5.0, metavar="MS", help="a view computes")
    parser.add_argument("--plot", action="store_true", help="draw into docs/")
    arguments = parser.parse_args()
    with Server() as server:
        site.configure(server.url)
        # What reads Django's settings is imported after them.
        import costs
        import report

        found = list(costs.measured(server, SIZES, arguments.times))
    report.costs(found)
    report.growth(found[-1], arguments.view / 1000)
    if arguments.plot:
        report.draw(found[-1])
    return 0


if __name__ == "__main__":
    sys.exit(main())
