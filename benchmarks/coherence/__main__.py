"""Proofs of the origin cache's promise, with real servers and real processes.

usage: scripts/bench coherence [NAME [OPTIONS OF THE PROGRAM]]

  peers      the same interleavings with other caches for Django
  herd       many simultaneous misses of one entry: one computation
  liveness   how often readers bypass the cache beside a hundred mutations a second
  cluster    a Redis Cluster: a node stopped, a slot moved, under load
  kill       workers killed; Redis stopped, flushed, cut off, failed over, under load
  schedules  drawn interleavings of the server's own steps

Without a NAME all run, one after the other, as briefly as they do in the tests.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

NAMES = ("peers", "herd", "liveness", "cluster", "kill", "schedules")


def main(arguments: list[str]) -> int:
    if arguments and arguments[0] not in NAMES:
        print(__doc__)
        return 0 if arguments[0] in ("-h", "--help") else 2
    failed = []
    for name in arguments[:1] or NAMES:
        print(f"-- {name}", file=sys.stderr)
        program = Path(__file__).with_name(f"{name}.py")
        if subprocess.run([sys.executable, program, *arguments[1:]], check=False).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
