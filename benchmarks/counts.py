"""Counts what common operations do: instructions of Python's bytecode, and calls.

usage: scripts/bench counts [--update] [--json FILE]

Unlike seconds these are the same on every machine, for one minor version of Python and one set of
locked packages; so a test holds them to benchmarks/counts.json. A figure that grew by more than
the tolerance is shown; `--update` accepts it, as it accepts what became less.

Invariant: each operation is counted warm, without a collector, where nothing else counts.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from harness import counted

STORE = Path(__file__).resolve().with_name("counts.json")
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
WARM_UP = 50
TOLERANCE = 0.02
"""The share by which a figure may grow."""
Counts = dict[str, dict[str, int]]


def instructions(operation: Callable[[], object]) -> int:
    """Return how many instructions of bytecode one run executes."""
    seen = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal seen
        if event == "call":
            frame.f_trace_opcodes, frame.f_trace_lines = True, False
        seen += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        operation()
    finally:
        sys.settrace(before)
    return seen


def calls(operation: Callable[[], object]) -> int:
    """Return how many functions one run calls, of Python and of C."""
    seen = 0

    def profile(_: FrameType, event: str, __: object) -> None:
        nonlocal seen
        seen += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        operation()
    finally:
        sys.setprofile(None)
    return seen


def count(operations: dict[str, Callable[[], object]]) -> Counts:
    """Count each operation, once it has run often enough for all that is remembered."""
    found = {}
    gc.disable()
    for name, operation in operations.items():
        for _ in range(WARM_UP):
            operation()
        found[name] = {"instructions": instructions(operation), "calls": calls(operation)}
    gc.enable()
    return found


def part(*, cached: bool) -> Counts:
    """Count one part in this process: with the cache of the process, or everything else."""
    counted.configure(cached=cached)
    return count(({} if cached else counted.pure()) | counted.served(cached=cached))


def whole() -> Counts:
    """Count everything, in two processes whose sets and dicts are always in the same order."""
    found: Counts = {}
    for name in ("plain", "cached"):
        command = [sys.executable, __file__, "--part", name]
        # A measurement of coverage would trace there too.
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")}
        environ = {**inherited, "PYTHONHASHSEED": "0"}
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environ)
        found |= json.loads(done.stdout)
    return found


def grown(known: Counts, found: Counts) -> list[str]:
    """Return a line for each figure that grew beyond the tolerance, or is not stored."""
    lines = []
    for name, figures in found.items():
        for what, now in figures.items():
            before = known.get(name, {}).get(what)
            if before is None:
                lines.append(f"{name}: {now} {what}, and none are stored")
            elif now > before * (1 + TOLERANCE):
                more = now / before - 1
                lines.append(f"{name}: {now} {what}, {more:.1%} more than the {before} stored")
    return lines


def show(known: Counts, found: Counts) -> None:
    """Print what was found beside what is stored."""
    print(f"Python {PYTHON}{'':14}{'instructions':>16}{'stored':>9}{'calls':>9}{'stored':>9}")
    for name, figures in found.items():
        stored = known.get(name, {})
        cells = [each for w in ("instructions", "calls") for each in (figures[w], stored.get(w))]
        print(f"{name:25}" + "".join(f"{each or '-':>9}" for each in cells))


def main() -> int:
    """Count, compare, and store where that was asked. Returns 1 where something grew."""
    parser = argparse.ArgumentParser(
        prog="scripts/bench counts",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--update", action="store_true", help="store what was found")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was found there")
    parser.add_argument("--part", choices=("plain", "cached"), help="count it here, print JSON")
    given = parser.parse_args()
    if given.part:
        print(json.dumps(part(cached=given.part == "cached")))
        return 0
    stored = json.loads(STORE.read_text()) if STORE.exists() else {}
    known, found = stored.get(PYTHON, {}), whole()
    show(known, found)
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n")
    if given.update:
        STORE.write_text(json.dumps({**stored, PYTHON: found}, indent=1, sort_keys=True) + "\n")
        return 0
    if not known:
        print(f"nothing is stored for Python {PYTHON}: scripts/bench counts --update does it")
        return 0
    lines = grown(known, found)
    if lines:
        print("\nMore work than is stored in benchmarks/counts.json:", *lines, sep="\n  ")
        print("Find the cause, or accept it with: scripts/bench counts --update")
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main())
