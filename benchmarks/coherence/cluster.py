"""The kill test on a Redis Cluster: three nodes; one stops, and slots move, under load.

usage: cluster.py [--operations N] [--fault FAULT] [--seed N] [--json]

Runs `kill.py --store cluster`, and `herd.py` with eight processes on a cluster.
"""

from __future__ import annotations

import subprocess
import sys

import common


def main() -> int:
    if {"-h", "--help"} & set(sys.argv):
        print(__doc__)
        return 0
    common.with_postgres()
    kill = [sys.executable, str(common.HERE / "kill.py"), "--store", "cluster", *sys.argv[1:]]
    quiet = ["--json"] if "--json" in sys.argv else []
    herd = [sys.executable, str(common.HERE / "herd.py"), "--store", "cluster", "--processes", "8"]
    codes = [subprocess.run(each, check=False).returncode for each in (herd + quiet, kill)]
    return 1 if any(codes) else 0


if __name__ == "__main__":
    raise SystemExit(main())
