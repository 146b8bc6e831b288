"""A project of many functions: its start-up, its memory, and the code generated for it.

usage: scripts/bench functions [--quick] [--json FILE]

10, 100 and 1,000 functions are written as source for this project, django-ninja, REST framework and
views by hand; each starts in processes of its own. The times are CPU time of those processes: from
the start of Python until the first request is answered; and until a typed client in TypeScript is
written, which of django-ninja's OpenAPI document openapi-typescript does (types alone, where
Mizan's client has also functions to call and hooks). In this process: the manifest.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import manifests  # noqa: E402 (found by the line before)
import written  # noqa: E402
from harness.program import Program  # noqa: E402
from harness.rows import Row  # noqa: E402
from harness.timer import WHOLE, WHOLE_QUICK, race  # noqa: E402

ABOUT = """A project of many functions

A project of 10, 100 and 1,000 functions, a tenth of which write. All take the same two arguments,
so that what can be shared is shared. *Start-up*: CPU time from the start of Python until the first
request is answered, in a process of its own; the code is compiled before. *Client*: CPU time until
a typed client is written; openapi-typescript writes types alone, from django-ninja's document, and
the start of Mizan's project is the floor. *Manifest*: CPU time of building it for so many entries
from checked declarations; the floor is writing it as JSON by the C encoder of Python."""
SIZES = (10, 100, 1000)
PEERS = HERE.parent / "peers" / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
PACKAGES = ("Django", "pydantic", "django-ninja", "djangorestframework")


def children() -> float:
    """Return the CPU seconds of all processes that were started and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def started(folder: Path, contender: str, do: str) -> Callable[[], str]:
    """Return what starts the project, lets it do something, and returns what it printed."""
    command = [sys.executable, str(HERE / "started.py"), contender, do]

    def run() -> str:
        done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=True)
        return done.stdout

    return run


def both(first: Callable[[], object], command: list[str], folder: Path) -> Callable[[], object]:
    """Return what runs one after the other."""

    def run() -> None:
        first()
        subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)

    return run


def measure(folder: Path, program: Program, sizes: tuple[int, ...]) -> None:
    """Add the rows of start-up, memory and generated code."""
    effort = WHOLE_QUICK if program.given.quick else WHOLE
    folders = {(who, n): folder / who / str(n) for who in written.HEADS for n in sizes}
    for (who, count), place in folders.items():
        written.write(place, who, count)
    rows: dict[str, list[Row]] = {"Start-up": [], "Memory": [], "Client": []}
    for count in sizes:
        what, at = f"{count:,} functions", float(count)
        print(f"-- {what}", file=sys.stderr)
        starts = {who: started(folders[who, count], who, "answer") for who in written.HEADS}
        memory = {who: int(run()) / 1e6 for who, run in starts.items()}
        times = _milliseconds(race(starts, effort, children))
        rows["Start-up"].append(Row("Start-up", what, "ms", times, "by hand", at=at))
        rows["Memory"].append(Row("Memory", what, "MB", memory, "by hand", at=at))
        mine, theirs = folders["mizan", count], folders["ninja", count]
        types = ["node", str(PEERS), "schema.json", "--output", "client.ts"]
        clients = {
            "mizan": started(mine, "mizan", "generate"),
            "openapi-typescript": both(started(theirs, "ninja", "schema"), types, theirs),
            "start alone": started(mine, "mizan", "nothing"),
        }
        times = _milliseconds(race(clients, effort, children))
        rows["Client"].append(Row("Client", what, "ms", times, "start alone", at=at))
    for row in [row for group in rows.values() for row in group]:
        program.add(row)


def _milliseconds(times: dict[str, float]) -> dict[str, float]:
    return {name: seconds * 1e3 for name, seconds in times.items()}


def main() -> int:
    """Measure."""
    program = Program("functions", __doc__)
    quick = program.parse().quick
    if not PEERS.exists():
        raise SystemExit("openapi-typescript is not installed: npm ci in benchmarks/peers")
    with TemporaryDirectory() as folder:
        measure(Path(folder), program, SIZES[:2] if quick else SIZES)
    for row in manifests.rows(program.effort, quick=quick):
        program.add(row)
    package: Any = json.loads((PEERS.parents[1] / "package.json").read_text())
    program.finish(ABOUT, PACKAGES, ["node"], {"openapi-typescript": package["version"]})
    return 0


if __name__ == "__main__":
    sys.exit(main())
