"""Times contenders in turns: pyperf finds out how often to call each, warms it up and times it.

pyperf's own manager would start each contender in processes of its own, one after the other. Here
its worker runs in this process, so that what else the machine does troubles all of them alike.

Invariant: all contenders of a race are timed equally often, a turn each.
"""

from __future__ import annotations

import gc
import io
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from itertools import count

import pyperf

Call = Callable[[], object]
Clock = Callable[[], float]
_NUMBER = count()


@dataclass(frozen=True)
class Effort:
    """How much is measured: turns, values a turn, and the seconds that a value takes at least.

    `whole`: each value is of one call, and none is made before to warm up; for whole processes.
    """

    turns: int = 20
    values: int = 3
    seconds: float = 0.01
    whole: bool = False


FULL, QUICK = Effort(), Effort(turns=2, values=1, seconds=0.001)
WHOLE, WHOLE_QUICK = Effort(turns=5, values=1, whole=True), Effort(turns=1, values=1, whole=True)


def race(
    calls: Mapping[str, Call], effort: Effort = FULL, clock: Clock = time.process_time
) -> dict[str, float]:
    """Return the best time of one call in seconds, by contender.

    The clock is that of the process's CPU time unless told, so that other load counts little; what
    waits for a server needs `time.perf_counter`.
    """
    gc.collect()
    loops = {name: _calibrated(call, effort, clock) for name, call in calls.items()}
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(effort.turns):
        for name, call in calls.items():
            values = _run(call, loops[name], effort, clock).get_values()
            best[name] = min(best[name], *values)
    return best


@cache
def _runner() -> pyperf.Runner:
    """Return the runner, of which pyperf allows one in a process; its worker needs a count."""
    runner = pyperf.Runner()
    runner.parse_args(["--worker", "--quiet", "--loops=1", "--warmups=1"])
    return runner


def _calibrated(call: Call, effort: Effort, clock: Clock) -> int:
    """Return how many calls take as long as a value shall."""
    if effort.whole:
        return 1
    *_, (loops, _) = _run(call, 0, effort, clock).get_runs()[0].warmups
    return int(loops)


def _run(call: Call, loops: int, effort: Effort, clock: Clock) -> pyperf.Benchmark:
    """Let pyperf time the call: as often as told, or (0) until it takes long enough."""

    def timed(times: int) -> float:
        repeated = range(times)
        start = clock()
        for _ in repeated:
            call()
        return clock() - start

    runner = _runner()
    asked = runner.args
    asked.calibrate_loops, asked.loops = loops == 0, loops
    asked.values, asked.min_time = effort.values, effort.seconds
    asked.warmups = 0 if effort.whole else 1
    # pyperf prints a line for each, and wants each to have another name.
    with redirect_stdout(io.StringIO()):
        return runner.bench_time_func(f"turn {next(_NUMBER)}", timed)
