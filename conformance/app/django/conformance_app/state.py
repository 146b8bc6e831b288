"""What the conformance app holds: in the memory of one process, put back by `reset`.

Invariant: whatever waits at a gate goes on when it is opened, at a reset, or after WAIT seconds.
"""

from __future__ import annotations

import threading
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from conformance_app.settings import SERVER

WAIT = float(SERVER["gate_seconds"])
_START: dict[str, Any] = SERVER["state"]


@dataclass
class Gate:
    """A place where functions wait for the suite."""

    opened: threading.Event = field(default_factory=threading.Event)
    waiting: int = 0


class State:
    """The data, by name of its part, and the gates."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gates: dict[str, Gate] = {}
        self.reset()

    def reset(self) -> None:
        """Put everything back, and let go who waits."""
        with self._lock:
            for gate in self._gates.values():
                gate.opened.set()
            self._gates.clear()
            start = deepcopy(_START)
            self.boards: list[dict[str, Any]] = start["boards"]
            self.notes: list[dict[str, Any]] = start["notes"]
            self.themes: dict[str, str] = start["themes"]
            self.members: dict[str, str] = start["members"]
            self.labels: dict[str, str] = start["labels"]
            self.slots: dict[str, int] = start["slots"]
            self.motto: str = start["motto"]
            self.ticks = 0

    def tick(self) -> int:
        """Count on."""
        with self._lock:
            self.ticks += 1
            return self.ticks

    def gate(self, name: str) -> Gate:
        """Return a gate, which is there from when it is first named."""
        with self._lock:
            return self._gates.setdefault(name, Gate())

    def wait_at(self, name: str) -> None:
        """Wait until a gate is open."""
        gate = self.gate(name)
        with self._lock:
            gate.waiting += 1
        try:
            gate.opened.wait(WAIT)
        finally:
            with self._lock:
                gate.waiting -= 1


state = State()
