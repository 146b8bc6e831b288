"""Checks recorded replies: this project beside jsonschema and jsonschema-rs.

usage: scripts/bench validation [--quick] [--replies N] [--json FILE]

A file in JSON Lines has 100,000 different replies of mutations, each with a result of five orders
and two instances that became stale. "a decoded reply" is one document at a time: a validator of
each library for the schema `result`, and what tells `mizan validate` that one is right. "a file" is
a whole process: `mizan validate` with one job and with one for each core, beside programs that read
each line with `json` and check it by one of the libraries; the floor is one that only reads. These
are timed by the clock on the wall.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import peers  # noqa: E402 (found by the line before)
import replies  # noqa: E402
from harness.program import Program  # noqa: E402
from harness.rows import Row  # noqa: E402
from harness.timer import WHOLE_QUICK, Effort, race  # noqa: E402

from mizan.cli.acceptance import acceptance  # noqa: E402

ABOUT = """Validation

Replies of mutations, each with a result of five orders and two instances that became stale. *A
decoded reply*: CPU time of checking one document by the schema `result`. *A file*: 100,000 of them
in JSON Lines, by the clock on the wall and with the start of Python; `mizan validate` decodes as
SPEC.md demands (exact numbers, no name twice) and says what is wrong where, while the others read
with Python's `json`. The floor only reads."""
MANY = 100_000
PACKAGES = ("jsonschema", "jsonschema-rs", "pydantic")
FILES = Effort(turns=3, values=1, whole=True)


def one_reply(program: Program) -> None:
    """Add the row of decoded documents."""
    documents = [replies.reply(number) for number in range(1000)]
    mine = acceptance("result.schema.json")
    known = {"mizan": mine, **{name: make() for name, make in peers.CHECKS.items()}}
    wrong = {"result": 1, "invalidate": [5]}
    for name, check in known.items():
        if check(documents[0]) is not True or check(wrong) is True:
            raise SystemExit(f"{name} does not check")
    following = {name: cycle(documents) for name in known}
    calls = {
        name: (lambda check=check, given=following[name]: check(next(given)))
        for name, check in known.items()
    }
    times = {name: seconds * 1e6 for name, seconds in race(calls, program.effort).items()}
    program.add(Row("A decoded reply", "checked", "µs", times))


def whole_file(program: Program, path: Path, count: int) -> None:
    """Add the rows of the file."""
    mizan = [str(Path(sys.executable).with_name("mizan")), "validate", "--kind", "result"]
    others = {name: [sys.executable, str(HERE / "peers.py"), name] for name in peers.PROGRAMS}
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
    jobs = {f"--jobs {n}": [*mizan, "--jobs", str(n)] for n in (1, cores)}
    effort = WHOLE_QUICK if program.given.quick else FILES
    calls = {
        name: (lambda command=command: _run([*command, str(path)]))
        for name, command in (jobs | others).items()
    }
    print(f"-- {count:,} replies, {len(calls)} programs", file=sys.stderr)
    rates = {name: count / took for name, took in race(calls, effort, time.perf_counter).items()}
    for name in jobs:
        values = {"mizan": rates[name], **{other: rates[other] for other in others}}
        unit, group = "replies a second", f"A file of {count:,} replies"
        program.add(Row(group, name, unit, values, "json.loads", more_is_better=True))


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


def main() -> int:
    """Measure."""
    program = Program("validation", __doc__)
    program.options.add_argument("--replies", type=int, default=MANY, metavar="N", help="in a file")
    given = program.parse()
    count = min(given.replies, 2000) if given.quick else given.replies
    one_reply(program)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "replies.jsonl"
        replies.write(path, count)
        whole_file(program, path, count)
    program.finish(ABOUT, PACKAGES)
    return 0


if __name__ == "__main__":
    sys.exit(main())
