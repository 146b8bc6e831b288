"""Runs the benchmarks one after the other, keeps their results, and writes the page.

usage: scripts/bench all [--quick] [--only NAME...] [--out FOLDER]
       scripts/bench report [--check] [--out FOLDER]

Results are stored as FOLDER/results/NAME.json; the page is FOLDER/RESULTS.md, its plots are
FOLDER/plots/*.svg. FOLDER is benchmarks/, which is tracked; of a quick run it is build/bench/.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from . import page
from .program import leave_on_sigterm

BENCHMARKS = Path(__file__).resolve().parent.parent
QUICK = BENCHMARKS.parent / "build" / "bench"
PROGRAMS = (
    "calls",
    "sockets",
    "screen",
    "cache",
    "functions",
    "validation",
    "canonical",
    "header",
    "tokens",
    "saves",
    "size",
    "click",
)
"""Those that compare and give rows; the others of benchmarks/ prove something."""


def main() -> int:
    """Run what is asked. Returns 0; 1 where a benchmark failed or the page is not up to date."""
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    every = commands.add_parser("all", help="run every benchmark, then write the page")
    every.add_argument("--quick", action="store_true", help="rough figures, soon")
    every.add_argument("--only", nargs="+", choices=PROGRAMS, default=PROGRAMS, metavar="NAME")
    report = commands.add_parser("report", help="write the page anew from stored results")
    report.add_argument("--check", action="store_true", help="only say whether it is up to date")
    for each in (every, report):
        each.add_argument("--out", type=Path, metavar="FOLDER", help="of results, page and plots")
    given = parser.parse_args()
    leave_on_sigterm()
    quick = given.command == "all" and given.quick
    folder = (given.out or (QUICK if quick else BENCHMARKS)).absolute()
    if given.command == "report":
        return check(folder) if given.check else write(folder)
    failed = []
    for number, name in enumerate(given.only, 1):
        print(f"\n== {number} of {len(given.only)}: {name}", file=sys.stderr, flush=True)
        failed += [] if run(name, folder, quick) else [name]
    write(folder)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


def run(name: str, folder: Path, quick: bool) -> bool:
    """Run a benchmark. Returns whether it stored its results."""
    start = time.monotonic()
    options = ["--quick"] if quick else []
    result = folder / "results" / f"{name}.json"
    command = [sys.executable, program_of(name), *options, "--json", result]
    # `subprocess.run` would kill it, and leave its servers behind.
    with subprocess.Popen(command) as process:
        try:
            code = process.wait()
        finally:
            process.terminate()
    outcome = "done" if code == 0 else f"FAILED with {code}"
    print(f"== {name}: {outcome} after {time.monotonic() - start:.0f} s", file=sys.stderr)
    return code == 0


def program_of(name: str) -> Path:
    """Return the program of a benchmark, or the folder that is one."""
    file = BENCHMARKS / f"{name}.py"
    return file if file.exists() else BENCHMARKS / name


def write(folder: Path) -> int:
    """Write the page, and say where."""
    written = page.write(folder)
    if not written:
        print(f"no results in {folder}/results: scripts/bench all makes some", file=sys.stderr)
        return 1
    print(f"written: {os.path.relpath(written[0])}, {len(written) - 1} plots", file=sys.stderr)
    return 0


def check(folder: Path) -> int:
    """Say which files are not what the results give, and which come of no result."""
    given = page.documents(folder)
    wrong = [
        path
        for path, text in given.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    there = [*folder.glob("RESULTS.md"), *sorted((folder / "plots").glob("*.svg"))]
    extra = [path for path in there if path not in given]
    for path in wrong:
        print(f"{os.path.relpath(path)} is not what results/ gives: scripts/bench report")
    for path in extra:
        print(f"{os.path.relpath(path)} comes of nothing in results/: remove it")
    return int(bool(wrong or extra))


if __name__ == "__main__":
    sys.exit(main())
