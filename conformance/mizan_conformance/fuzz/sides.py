"""What answers: this implementation, or a port that runs.

Invariant: a side answers every case of a batch, in its order; a port that crashes, hangs or writes
rubbish is started anew, and that is its answer to the case that did it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from mizan.errors import MizanError
from mizan_conformance.channel import Fault, PortUnusable
from mizan_conformance.client import START_DEADLINE, Client
from mizan_conformance.messages import Answer
from mizan_conformance.python_ops import OPERATIONS
from mizan_conformance.vectors import payload

from .mutate import Case

DEADLINE: Final = 2.0
"""Seconds that a port may take for one input."""


class Side(Protocol):
    """One of the two that are compared."""

    def answers(self, cases: Sequence[Case]) -> list[Answer | Fault]:
        """Return the answer to each case, or what went wrong with it."""

    def close(self) -> None:
        """End it."""


class Reference:
    """The Python core, in this process."""

    def answers(self, cases: Sequence[Case]) -> list[Answer | Fault]:
        """Return what the core answers; any other error than a refusal is a fault of it."""
        return [_of_core(case) for case in cases]

    def close(self) -> None:
        """Nothing to end."""


def _of_core(case: Case) -> Answer | Fault:
    try:
        return Answer(OPERATIONS[case.op](case.input))
    except MizanError as error:
        return Answer(None, error.code, str(error))
    except Exception as error:  # noqa: BLE001 (whatever it is, it is no refusal)
        return Fault("crash", f"the core itself fails: {error!r}")


class Port:
    """A port, as its command starts it."""

    def __init__(self, command: Sequence[str] | str, deadline: float = DEADLINE) -> None:
        """Start it. Raises PortUnusable where that cannot be done."""
        self._start: Callable[[], Client[int]] = lambda: Client(command, deadline, START_DEADLINE)
        self._client: Client[int] | None = None
        self.faults = 0
        self.capabilities = frozenset(self._started().hello.capabilities)

    def answers(self, cases: Sequence[Case]) -> list[Answer | Fault]:
        """Ask for all cases at once; after a fault, for what was in flight one by one."""
        found: dict[int, Answer | Fault] = {}
        waiting = list(range(len(cases)))
        while waiting:
            try:
                self._ask(cases, waiting, found)
            except Fault:
                self._one_by_one(cases, waiting, found)
            waiting = [index for index in waiting if index not in found]
        return [found[index] for index in range(len(cases))]

    def close(self) -> None:
        """End the port."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def _ask(self, cases: Sequence[Case], indices: Sequence[int], found: dict[int, Any]) -> None:
        client = self._started()
        requests = ((index, payload(*cases[index])) for index in indices)
        try:
            for index, answer in client.exchange(requests):
                found[index] = answer  # noqa: PERF403 (what came before a fault is kept)
        except Fault:
            self.faults += 1
            self._owed = client.in_flight
            self.close()
            raise

    def _one_by_one(self, cases: Sequence[Case], waiting: list[int], found: dict[int, Any]) -> None:
        for index in [each for each in self._owed if each in waiting]:
            try:
                self._ask(cases, [index], found)
            except Fault as fault:
                found[index] = fault

    def _started(self) -> Client[int]:
        if self._client is None:
            try:
                self._client = self._start()
            except Fault as fault:
                raise PortUnusable(f"The command does not start as a port: {fault}") from None
        return self._client
