"""Runs the suite against a port, and charges what goes wrong to the case that did it.

Invariant: a case is charged with a crash, a hang or rubbish only if it causes that alone in a port
that was just started. An incident that nobody can be charged with is reported as *unattributed*.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from .channel import Fault, PortUnusable
from .client import START_DEADLINE, Client
from .compare import difference, show
from .messages import Answer, InvalidRequest, output_fault, request
from .progress import Progress, progress_bar
from .report import Report, Result
from .tagged import untag
from .vectors import Vector, load_all, select_vectors

__all__ = ["DEADLINE", "PortUnusable", "run_suite"]

DEADLINE: Final = 5.0
"""Seconds that a case may take unless told otherwise."""


def run_suite(
    port: Sequence[str] | str,
    select: str | Sequence[str] = "*",
    deadline: float = DEADLINE,
    *,
    start_deadline: float = START_DEADLINE,
    vectors: Sequence[Vector] | None = None,
    progress: Progress | None = None,
    trace: bool = False,
) -> Report:
    """Run the selected vectors against a port.

    ``port`` is the command that starts it, or, as a string, the ``HOST:PORT`` where it listens;
    ``deadline`` is in seconds, for each case; ``progress`` is called with the number of cases done
    and of all (a bar where standard error is a terminal, unless given); ``trace`` shows the raw
    lines on standard error. Raises PortUnusable where there is no port to speak with, and
    SelectionError where a pattern of ``select`` chooses nothing.
    """
    chosen = select_vectors(load_all() if vectors is None else vectors, select)
    progress = progress or progress_bar("Running")
    run = _Run(port, deadline, start_deadline, chosen, progress, trace=trace)
    run.run()
    return run.report


def suite_fault(vector: Vector) -> str | None:
    """Say what is wrong with a case itself, by the schema of the contract; None if nothing is."""
    try:
        request(0, vector.payload)
    except InvalidRequest as error:
        return str(error)
    if vector.code is not None:
        return None
    fault = output_fault(vector.op, untag(vector.expect["ok"]))
    return fault and f"what it expects cannot be answered: {fault}"


def judge(vector: Vector, answer: Answer) -> str | None:
    """Return what is wrong with an answer, or None where it is what the vector expects."""
    if vector.code is not None:
        if answer.code == vector.code:
            return None
        got = f"{answer.code} ({answer.message})" if answer.message else answer.code
        return f"expected the refusal {vector.code}, got {got or show(answer.ok)}"
    expected = untag(vector.expect["ok"])
    if answer.ok is None:
        why = f" ({answer.message})" if answer.message else ""
        return f"expected {show(expected)}, got the refusal {answer.code}{why}"
    if fault := output_fault(vector.op, answer.ok):
        return fault
    found = difference(expected, answer.ok)
    return str(found) if found else None


class _Incident(NamedTuple):
    """A fault, the cases that were not answered then, and the case that the fault names."""

    fault: Fault
    owed: list[Vector]
    suspect: Vector | None


class _Run:
    def __init__(
        self,
        port: Sequence[str] | str,
        deadline: float,
        start_deadline: float,
        vectors: Sequence[Vector],
        progress: Progress,
        *,
        trace: bool,
    ) -> None:
        self._port = port
        self._trace = trace
        self._deadlines = (deadline, start_deadline)
        self._vectors = vectors
        self._progress = progress
        self._client: Client[Vector] | None = None
        self._results: dict[str, Result] = {}
        self.report = Report((port,) if isinstance(port, str) else tuple(port))

    def run(self) -> None:
        try:
            self._drive()
        except Fault as fault:
            self.report.fatal = f"the port does not start as a port: {fault}"
        finally:
            self._stop()
        not_run = "the port could not be started"
        self.report.results = [
            self._results.get(vector.id) or Result(vector, "not run", not_run)
            for vector in self._vectors
        ]

    def _drive(self) -> None:
        able = set(self._started().hello.capabilities)
        waiting = [vector for vector in self._vectors if self._can(vector, able)]
        while waiting:
            if incident := self._pipeline(waiting):
                self._replay(incident)
            waiting = [vector for vector in waiting if vector.id not in self._results]
        try:
            self._started().finish()
        except Fault as fault:
            self.report.unattributed.append(f"at the end of its input, {fault}")

    def _can(self, vector: Vector, able: Collection[str]) -> bool:
        if vector.op not in able:
            self._note(Result(vector, "skipped", f"the port does not declare {vector.op}"))
            return False
        if fault := suite_fault(vector):
            self._note(Result(vector, "suite", fault))
            return False
        return True

    def _started(self) -> Client[Vector]:
        if self._client is None:
            self._client = Client(self._port, *self._deadlines, trace=self._trace)
            self.report.hello = self._client.hello
        return self._client

    def _stop(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None

    def _pipeline(self, vectors: Sequence[Vector], *, to_the_end: bool = False) -> _Incident | None:
        """Ask for the vectors and note the verdicts, until all are answered or the port fails."""
        client = self._started()
        try:
            for vector, answer in client.exchange((item, item.payload) for item in vectors):
                wrong = judge(vector, answer)
                if wrong:
                    self._note(Result(vector, "failed", wrong, answer.as_json()))
                else:
                    self._note(Result(vector, "passed"))
            if to_the_end:
                client.finish()
                self._stop()
        except Fault as fault:
            self._stop()
            suspect = fault.suspect if isinstance(fault.suspect, Vector) else None
            return _Incident(fault, client.in_flight, suspect)
        return None

    def _replay(self, incident: _Incident) -> None:
        """Ask for what was in flight one at a time; charge what fails alone."""
        suspect = incident.suspect
        charged = bool(suspect) and self._is_guilty(incident)
        for vector in incident.owed:
            if vector != suspect:
                charged |= self._fails_alone(vector)
        if not charged:
            self.report.unattributed.append(str(incident.fault))

    def _is_guilty(self, incident: _Incident) -> bool:
        """Replay the case that an incident names, to the end of the port's output."""
        suspect = incident.suspect
        assert suspect is not None  # noqa: S101 (the caller looked)
        again = self._pipeline([suspect], to_the_end=True)
        if again:
            self._note(Result(suspect, "failed", str(again.fault)))
        return again is not None

    def _fails_alone(self, vector: Vector) -> bool:
        fresh = self._started().is_fresh
        incident = self._pipeline([vector])
        if incident and not fresh:
            # The one before may have left the port broken: only a port just started can tell.
            again = self._pipeline([vector])
            if again is None:
                self.report.unattributed.append(str(incident.fault))
            incident = again
        if incident:
            self._note(Result(vector, "failed", str(incident.fault)))
        return incident is not None

    def _note(self, result: Result) -> None:
        self._results[result.vector.id] = result
        self._progress(len(self._results), len(self._vectors))
