"""How fast the command line starts: `mizan --help` beside a bare `import click`.

usage: cli.py [--rounds N]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

GOAL = 2.0
MIZAN = str(Path(sys.executable).with_name("mizan"))
COMMANDS: dict[str, Sequence[str]] = {
    "import click": [sys.executable, "-c", "import click"],
    "mizan --help": [MIZAN, "--help"],
}


def measure(command: Sequence[str]) -> float:
    """Return how long a command takes, in seconds."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main() -> int:
    """Print the median of each command, taken in turns, and the ratio beside the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    times = [[measure(command) for command in COMMANDS.values()] for _ in range(rounds)]
    medians = [statistics.median(column) for column in zip(*times, strict=True)]
    for name, median in zip(COMMANDS, medians, strict=True):
        print(f"{name:<14} {median * 1000:7.1f} ms")
    bare, mizan = medians
    print(f"ratio {mizan / bare:.2f} (goal: at most {GOAL:g})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
