"""What became stale in a transaction that no call of ours opened: `atomic()`, ATOMIC_REQUESTS.

Django tells nobody that it is about to commit, so the connection's own `commit` does, from the
first time that something is gathered on it.

Invariant: all that was gathered and not rolled back is held in one round trip as the last step
before the commit, and renewed in one after it.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from mizan.django import savepoints
from mizan.protocol.targets import Target, canonical_set
from mizan.server.catalog import Catalog
from mizan.server.coherence import Pledge, fulfil_now, pledge, withdraw
from mizan.server.drive import drive
from mizan.server.invalidation import Entry

logger = logging.getLogger("mizan.cache")
_NAME = "_mizan_gathering"


class _Gathered(Entry):
    """Targets that were gathered at one moment; `promise` is that of their transaction, unless it
    is a TestCase's, which never commits."""

    __slots__ = ("catalog", "promise")

    def __init__(self, catalog: Catalog, targets: tuple[Target, ...]) -> None:
        super().__init__(targets)
        self.catalog = catalog
        self.promise = Pledge(targets)

    def __call__(self) -> None:
        super().__call__()
        promise = self.promise
        try:
            fulfil_now(self.catalog, promise)
        except Exception:  # the change is committed, and the hold expires by itself
            logger.exception("cache.purge_failed")
        promise.targets = ()  # the others need do nothing more


class _Gathering:
    """What waits for the commit of one connection."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._commit = connection.commit
        self._waiting: list[_Gathered] = []
        connection.commit = self._commit_held

    def add(self, catalog: Catalog, targets: tuple[Target, ...]) -> None:
        if not self._connection.run_on_commit:
            self._waiting.clear()  # those of a transaction that was rolled back
        last = self._waiting[-1] if self._waiting else None
        if last and last.targets == targets and self._alive([last]):
            return  # as in a loop; what has outlived its savepoint lives as long as this would
        entry = _Gathered(catalog, targets)
        self._waiting.append(entry)
        savepoints.tie(entry, self._connection.alias)

    @staticmethod
    def _alive(entries: list[_Gathered]) -> list[_Gathered]:
        """Return what waits for the commit; a TestCase's entries may have been told of one."""
        alive = {id(entry) for entry in savepoints.alive(entries) if not entry.committed}
        return [entry for entry in entries if id(entry) in alive]

    def _commit_held(self) -> None:
        """Commit, after what was gathered is held."""
        waiting = self._alive(self._waiting)
        self._waiting.clear()
        if not waiting:
            self._commit()
            return
        catalog = waiting[-1].catalog
        promise = Pledge(canonical_set([each for entry in waiting for each in entry.targets]))
        try:
            drive(pledge(catalog, promise, delay=self._delay(catalog)))
        except BaseException:
            self._connection.rollback()
            raise
        for entry in waiting:
            entry.promise = promise
        try:
            self._commit()
        except Exception as error:
            if catalog.host.rolled_back(error):
                drive(withdraw(catalog, promise))
            raise

    def _delay(self, catalog: Catalog) -> float:
        """Return how long a row of the outbox waits: it is not of this commit where the database
        is another one."""
        is_own = self._connection.alias == DEFAULT_DB_ALIAS
        return 0.0 if is_own else catalog.host.hold_timeout


def gather(catalog: Catalog, targets: tuple[Target, ...], using: str = DEFAULT_DB_ALIAS) -> None:
    """Hold targets before the open transaction of a database commits, and renew them after it."""
    connection: Any = connections[using]
    gathering = getattr(connection, _NAME, None)
    if gathering is None:
        gathering = _Gathering(connection)
        setattr(connection, _NAME, gathering)
    gathering.add(catalog, targets)
