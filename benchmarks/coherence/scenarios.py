"""Interleavings of readers and changes, each held in place by gates; `peers.py` runs them.

Invariant: a scenario never sleeps to make things happen in order; each party is stopped at a
statement or before its commit, and goes on when it is told to.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.db import connection, transaction
from rivals import Contender
from servers import Server

PATIENCE = 10.0
"""Seconds after which a party that was to come to its gate is taken to be lost."""
HEALING = 6.0
"""Seconds in which what heals by itself has healed: workers look into the outbox every five."""
NEVER, WHILE, GOOD = "never", "a while", "for good"


class Gate:
    """Where a party stops until it may go on; the first time that it comes by."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._open = threading.Event()

    def stop(self) -> None:
        """Stop here (called by the party)."""
        if not self._reached.is_set():
            self._reached.set()
            self._open.wait(PATIENCE)

    def wait(self) -> None:
        """Wait until the party stands at it."""
        if not self._reached.wait(PATIENCE):
            raise TimeoutError("A party never came to its gate.")

    def open(self) -> None:
        """Let the party go on."""
        self._open.set()


class Party(threading.Thread):
    """Runs something in a thread with its own connection, and keeps what came of it."""

    def __init__(
        self, run: Callable[[], Any], *, read: Gate | None = None, commit: Gate | None = None
    ) -> None:
        super().__init__(daemon=True)
        self._run = run
        self._read, self._commit = read, commit
        self.value: Any = None
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            if self._commit:
                _stop_before_commit(self._commit)
            with connection.execute_wrapper(_stopper(self._read)):
                self.value = self._run()
        except Exception as error:  # noqa: BLE001 (kept for who waits)
            self.error = error
        finally:
            connection.close()


def _stopper(gate: Gate | None) -> Callable[..., Any]:
    """Return what stops after a SELECT of the rows has its result."""

    def execute(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        result = execute(sql, *args)
        if gate and sql.startswith("SELECT") and "rows_row" in sql:
            gate.stop()
        return result

    return execute


def _stop_before_commit(gate: Gate) -> None:
    connection.ensure_connection()
    driver: Any = connection
    commit = driver._commit  # noqa: SLF001 (the one place where Django commits)

    def stopped() -> Any:
        gate.stop()
        return commit()

    driver._commit = stopped  # noqa: SLF001


class Judge:
    """Reads through the cache, and compares with the database."""

    def __init__(self, contender: Contender) -> None:
        self._contender = contender
        self.stale = False
        self.error: Exception | None = None

    def look(self, key: int = 1, patience: float = 1.0) -> bool:
        """Whether a read that begins now is current. One that does not end says nothing."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT version FROM rows_row WHERE key = %s", [key])
            (version,) = cursor.fetchone()
        reader = Party(lambda: self._contender.read(key))
        reader.join(patience)
        is_current = reader.value is None or reader.value == version
        self.stale |= not is_current
        return is_current

    def verdict(self, *keys: int) -> str:
        """Tell how long reads stay stale, now that nothing runs any more."""
        for key in keys:
            end = time.monotonic() + HEALING
            while not self.look(key):
                if time.monotonic() > end:
                    return GOOD
                time.sleep(0.25)
        return WHILE if self.stale else NEVER


Scenario = Callable[[Contender, Server], Judge]


def late_store(contender: Contender, _: Server) -> Judge:
    """A read begins, a change is made and acknowledged, the read ends."""
    return _late(contender, lambda: contender.change(1))


def broad_purge(contender: Contender, _: Server) -> Judge:
    """A read of one row begins, all rows are changed, the read ends."""
    return _late(contender, contender.change_all)


def _late(contender: Contender, change: Callable[[], None]) -> Judge:
    judge, gate = Judge(contender), Gate()
    reader = Party(lambda: contender.read(1), read=gate)
    gate.wait()
    change()
    gate.open()
    reader.join(PATIENCE)
    return judge


def before_commit(contender: Contender, _: Server) -> Judge:
    """A change has done all but commit, a read begins and ends, the change commits."""
    judge, gate = Judge(contender), Gate()
    contender.read(1)
    writer = Party(lambda: contender.change(1), commit=gate)
    gate.wait()
    reader = Party(lambda: contender.read(1))
    reader.join(PATIENCE)
    gate.open()
    writer.join(PATIENCE)
    judge.error = writer.error
    return judge


def store_down(contender: Contender, server: Server) -> Judge:
    """A change while Redis is stopped; it starts again with what it held."""
    judge = Judge(contender)
    contender.read(1)
    server.stop()
    try:
        contender.change(1)
    except Exception as error:  # noqa: BLE001 (told beside the verdict)
        judge.error = error
    server.start()
    return judge


def roll_back(contender: Contender, _: Server) -> Judge:
    """A transaction changes a row, reads it, and rolls back."""
    contender.read(1)
    with suppress(_Undo), transaction.atomic():
        contender.change(1)
        contender.read(1)
        raise _Undo
    return Judge(contender)


def savepoint(contender: Contender, _: Server) -> Judge:
    """A transaction commits one change; another, in a savepoint and read there, rolls back."""
    contender.read(1)
    contender.read(2)
    with transaction.atomic():
        with suppress(_Undo), transaction.atomic():
            contender.change(1)
            contender.read(1)
            raise _Undo
        contender.change(2)
    return Judge(contender)


class _Undo(Exception):  # noqa: N818 (no error: what undoes a transaction)
    pass


SCENARIOS: dict[str, Scenario] = {
    "late store": late_store,
    "broad purge": broad_purge,
    "before commit": before_commit,
    "Redis down": store_down,
    "roll-back": roll_back,
    "savepoint": savepoint,
}


@contextmanager
def store() -> Iterator[Server]:
    """Start a Redis that keeps what it holds when it is stopped, as Redis does by default."""
    with Server(save="3600 1") as server:
        yield server


def play(contender: Contender, server: Server) -> dict[str, str]:
    """Play every scenario; return the verdicts, with the error that a change ended with."""
    found = {}
    for name, scenario in SCENARIOS.items():
        server.flush()
        judge = scenario(contender, server)
        verdict = judge.verdict(1, 2)
        found[name] = f"{verdict} !" if judge.error else verdict
    return found
