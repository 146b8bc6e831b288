"""Entries tied to savepoints: what was noted in a block that is rolled back was never noted.

Invariant: the transaction that a TestCase wraps itself in, which never commits, counts as none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from mizan.server.invalidation import Entry


def tie(entry: Entry, using: str = DEFAULT_DB_ALIAS) -> None:
    """Tie an entry to the open savepoint: Django drops its callback when that rolls back."""
    entry.home = connection = connections[using]
    if connection.in_atomic_block:
        connection.on_commit(entry)
    else:
        entry()


def alive(entries: Sequence[Entry]) -> list[Entry]:
    """Return the entries that were committed, or wait for the commit."""
    homes = {id(entry.home): entry.home for entry in entries}.values()
    waiting = {id(callback) for home in homes for _, callback, *_ in home.run_on_commit}
    return [entry for entry in entries if entry.committed or id(entry) in waiting]


def depth(connection: Any) -> int:
    """Return how many atomic blocks are open, without those of a TestCase."""
    return sum(not block._from_testcase for block in connection.atomic_blocks)  # noqa: SLF001


def in_transaction(using: str = DEFAULT_DB_ALIAS) -> bool:
    """Whether a transaction is open."""
    connection = connections[using]
    return connection.in_atomic_block and depth(connection) > 0


@contextmanager
def guarded() -> Iterator[None]:
    """Put a savepoint into each open transaction, which what fails in the block then cannot end."""
    with ExitStack() as stack:
        for connection in connections.all(initialized_only=True):
            if in_transaction(connection.alias):
                stack.enter_context(transaction.atomic(using=connection.alias))
        yield
