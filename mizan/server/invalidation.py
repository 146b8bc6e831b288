"""What a mutation makes stale while it runs (SPEC.md, MZ-SCO-006 and section 15).

Invariant: a target belongs to the outermost running call, and goes away with the savepoint in which
it was added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from threading import Lock
from typing import TYPE_CHECKING, Any

from mizan.protocol.targets import Target, canonical_set

if TYPE_CHECKING:
    from mizan.server.host import Host


class FailedAfterEffects(Exception):  # noqa: N818 (a state: it failed after effects)
    """A call failed with `error` and may have changed what `targets` name."""

    def __init__(self, error: Exception, targets: tuple[Target, ...]) -> None:
        super().__init__(str(error))
        self.error = error
        self.targets = targets


class Entry:
    """Targets that were added at one moment; the host ties it to the savepoint it was added in, of
    the connection `home`."""

    __slots__ = ("committed", "home", "targets")

    def __init__(self, targets: tuple[Target, ...]) -> None:
        self.targets = targets
        self.committed = False
        self.home: Any = None

    def __call__(self) -> None:
        """Note that the transaction was committed (the host calls this)."""
        self.committed = True


class Collector:
    """The targets of one outermost call.

    `settled` is the canonical set, worked out while the transaction is still open; what its commit
    sets off joins it. Once the call `is_over`, what it left running has its targets purged:
    `late` is told of them. `is_atomic`: a transaction that a call opened is open.
    """

    __slots__ = (
        "_entries",
        "_host",
        "_is_settled",
        "_late",
        "_lock",
        "is_atomic",
        "is_over",
        "settled",
    )

    def __init__(self, host: Host, late: Callable[[tuple[Target, ...]], None]) -> None:
        self._host = host
        self._late = late
        self.is_atomic = False
        self._entries: list[Entry] = []
        self._lock = Lock()  # a thread that the function started may outlive it
        self._is_settled = False
        self.is_over = False
        self.settled: tuple[Target, ...] = ()

    def add(self, targets: Iterable[Target]) -> None:
        """Add targets at this moment, inside whatever savepoint is open."""
        entry = Entry(tuple(targets))
        if not entry.targets:
            return
        with self._lock:
            if not self._is_settled:
                self._host.tie(entry)
                self._entries.append(entry)
                return
            if not self.is_over:
                self.settled = canonical_set([*self.settled, *entry.targets])
                return
        self._late(entry.targets)

    def settle(self, last: tuple[Target, ...] = ()) -> None:
        """Work out what was added and not rolled back; in the thread of the transaction.

        `last` is a canonical set to join, which no savepoint can roll back any more.
        """
        with self._lock:
            self._is_settled = True
        self.settled = self._join(last)

    def stale(self) -> tuple[Target, ...]:
        """Return what is stale by now; in the thread of the transaction."""
        return self.settled if self._is_settled else self._join(())

    def _join(self, last: tuple[Target, ...]) -> tuple[Target, ...]:
        if not self._entries:
            return last
        added = [target for entry in self._host.alive(self._entries) for target in entry.targets]
        return canonical_set([*added, *last]) if added else last

    def finish(self) -> tuple[Target, ...]:
        """Return what became stale, for good: the call is over."""
        with self._lock:
            self._is_settled = self.is_over = True
        return self.settled


current: ContextVar[Collector | None] = ContextVar("mizan_collector", default=None)
"""The collector of the outermost call; what a call left running still has its collector."""


def running() -> Collector | None:
    """Return the collector of the outermost running call; None where none runs."""
    collector = current.get()
    return None if collector is None or collector.is_over else collector
