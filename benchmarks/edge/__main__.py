"""The shop behind an edge: is anything stale or another's, and what the edge keeps from the origin.

usage: scripts/bench edge [--minutes N] [--only EDGE] [--fault FAULT] [--seed N] [--json]
       scripts/bench edge --plot [--requests N] [--rate N] [--seed N]

The shop of examples/ runs under gunicorn with a Redis and a PostgreSQL of its own; in front of it
stands Varnish with what `mizan edge vcl` writes, then `mizan-edge`. Some people read and change it
at random through that edge; a tenth of all reads leave the origin late, so that what they say may
be stale before it arrives. Red: a read that began after a change was acknowledged shows what was
before it, anybody is shown what is another's, or nothing is proved, as no read was a hit, none left
late or no change was acknowledged. The minutes are shared by the edges.

With --plot it measures instead how many reads each edge answers and how many requests still come to
the origin, by how often something changes; with changes that purge what they are about (an instance
of a context), and with changes that purge whole contexts (broad). It draws docs/edge-*.svg.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "coherence"), str(HERE.parent)]

import common  # noqa: E402 (found by the line before, as are those below)
import plot  # noqa: E402
import storm  # noqa: E402
from broken import FAULTS  # noqa: E402
from edges import EDGES  # noqa: E402

MINUTE = 60.0


def main() -> int:
    """Run it. Returns 1 where the promise was broken."""
    parser = common.parser(__doc__)
    parser.add_argument("--minutes", type=float, default=2, metavar="N", help="in all")
    parser.add_argument("--only", choices=EDGES)
    parser.add_argument("--fault", choices=FAULTS, default="", help="plant one, to be found")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plot", action="store_true", help="measure and draw what edges keep")
    parser.add_argument("--requests", type=int, default=1000, metavar="N", help="of each run")
    parser.add_argument("--rate", type=float, default=100, metavar="N", help="requests a second")
    given = parser.parse_args()
    common.with_postgres()
    if given.plot:
        plot.run(given.requests, given.rate, given.seed)
        return 0
    names = [given.only] if given.only else [name for name, each in EDGES.items() if each.is_cache]
    status = 0
    for name in names:
        seconds = given.minutes * MINUTE / len(names)
        verdict = storm.run(name, seconds, seed=given.seed, fault=given.fault)
        found = {"edge": name, **verdict.counts}
        status |= common.conclude(found, verdict.wrong[:20], as_json=given.json)
    return status


if __name__ == "__main__":
    raise SystemExit(main())
