"""Compares a port's header codec with the Python core on random input (SPEC.md, section 8).

Invariant: a run is a function of its seed and of the port; what it finds is the smallest input that
Hypothesis can find, as a vector that can be put into the suite as it is.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, TextIO

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as with_seed
from hypothesis import strategies as st
from hypothesis.errors import Flaky

from mizan.testing import headers, target_set_documents

from .channel import Fault, PortUnusable
from .client import START_DEADLINE, Client
from .fuzz_vector import Case, Difference, core_answer, law_broken
from .progress import Progress, progress_bar
from .run import judge

DEADLINE: Final = 2.0
"""Seconds that the port may take for one input."""

_MOST_FAULTS: Final = 20  # after that a hang or crash is small enough: each costs time
_SETTINGS: Final = settings(
    deadline=None,
    database=None,
    print_blob=False,
    report_multiple_bugs=False,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


def fuzz_header(
    command: Sequence[str],
    examples: int = 1000,
    seed: int | None = None,
    *,
    output: str | Path | None = None,
    deadline: float = DEADLINE,
    start_deadline: float = START_DEADLINE,
    stream: TextIO | None = None,
    progress: Progress | None = None,
) -> Difference | None:
    """Fuzz the header codec of the port that ``command`` starts.

    Draws ``examples`` field values and sets of targets. Returns the smallest difference between
    the port and the core, or None; says so, with the seed, on ``stream`` (standard error). The
    difference is written as a vector to the file ``output``, else to standard output. Raises
    PortUnusable where the command cannot be started, or does not start as a port.
    """
    sink = sys.stderr if stream is None else stream
    seed = random.SystemRandom().randrange(2**32) if seed is None else seed
    bar = progress_bar("Fuzzing", sink) if progress is None else progress
    sink.write(f"Fuzzing the header codec: {examples} examples, seed {seed}.\n")
    fuzz = _Fuzz(lambda: Client(command, deadline, start_deadline), examples, bar)
    try:
        found = fuzz.run(seed)
    finally:
        fuzz.stop()
    if found is None:
        sink.write(f"No difference: {fuzz.asked} answers were as the core gives them.\n")
        return None
    sink.write(f"{found}\nThe same again: --seed {seed} --examples {examples}\n")
    _write(found, output, sink)
    return found


def cases() -> st.SearchStrategy[Case]:
    """Draw the op and the input of one request: `header.parse` or `header.format`."""
    fields = headers().map(lambda text: Case("header.parse", {"field": text}))
    raw = st.binary(max_size=40) | headers().map(str.encode)
    as_bytes = raw.map(lambda data: Case("header.parse", {"field": {"$bytes": data.hex()}}))
    limits = st.fixed_dictionaries({}, optional={"limit": st.integers(1, 120)})
    formats = st.builds(
        lambda targets, limit: Case("header.format", {"targets": targets, **limit}),
        target_set_documents(),
        limits,
    )
    return fields | formats | as_bytes


class _Enough(BaseException):
    """Stops the search: what is found is good enough."""


class _Fuzz:
    def __init__(self, start: Callable[[], Client[str]], examples: int, progress: Progress) -> None:
        self._start = start
        self._examples = examples
        self._progress = progress
        self._client: Client[str] | None = None
        self._found: Difference | None = None
        self._faults = 0
        self._drawn = 0
        self.asked = 0

    def run(self, seed: int) -> Difference | None:
        """Return the smallest difference, or None. Raises PortUnusable."""
        self._port()
        draw = settings(_SETTINGS, max_examples=self._examples)
        attempt = with_seed(seed)(draw(given(case=cases())(self._attempt)))
        try:
            attempt()
        except (Difference, Flaky, _Enough):
            return self._found
        return None

    def stop(self) -> None:
        """End the port."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def _attempt(self, case: Case) -> None:
        self._drawn += 1
        self._progress(min(self._drawn, self._examples), self._examples)
        try:
            self._check(case)
        except Difference as found:
            if self._found is None or found.size <= self._found.size:
                self._found = found
            if self._faults >= _MOST_FAULTS:
                raise _Enough from None
            raise

    def _check(self, case: Case) -> None:
        answer = self._compare(case)
        # What one side reads the other writes, and the other way round (MZ-HDR-015).
        if ok := answer.get("ok"):
            back = "header.format" if case.op == "header.parse" else "header.parse"
            self._compare(Case(back, ok))
        if broken := law_broken(case):
            raise Difference(case, answer, broken)

    def _compare(self, case: Case) -> dict[str, Any]:
        expected = core_answer(case)
        self.asked += 1
        vector = case.as_vector(expected)
        try:
            wrong = judge(vector, self._port().ask("fuzz", case.op, case.input))
        except Fault as fault:
            self.stop()
            self._faults += 1
            wrong = str(fault)
        if wrong:
            raise Difference(case, expected, wrong)
        return expected

    def _port(self) -> Client[str]:
        if self._client is None:
            try:
                self._client = self._start()
            except Fault as fault:
                raise PortUnusable(f"The command does not start as a port: {fault}") from None
        return self._client


def _write(found: Difference, output: str | Path | None, sink: TextIO) -> None:
    text = json.dumps(found.vector(), indent=2) + "\n"
    if output is None:
        sys.stdout.write(text)
        return
    Path(output).write_text(text, "utf-8")
    sink.write(f"Written as a vector to {output}.\n")
