"""Who reads a replica of the database, which may lag behind the stamps (SPEC.md, section 15).

Invariant: what was read from a replica is stored nowhere, unless REPLICA_LAG covers its delay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connections
from django.db.backends.signals import connection_created

from mizan.django.request import Witness

_reading: ContextVar[Witness | None] = ContextVar("mizan_reading", default=None)


def aliases() -> frozenset[str]:
    """Return the databases that are said to mirror another (`TEST: {"MIRROR": …}`)."""
    return frozenset(
        alias
        for alias, database in connections.settings.items()
        if (database.get("TEST") or {}).get("MIRROR")
    )


@contextmanager
def watched(witness: Witness) -> Iterator[None]:
    """Note in the witness if a replica is asked for anything meanwhile."""
    token = _reading.set(witness)
    try:
        yield
    finally:
        _reading.reset(token)


def watch() -> None:
    """Watch every connection to a replica: those to come, and this thread's."""
    connection_created.connect(_on_connection, dispatch_uid="mizan.replicas")
    for connection in connections.all(initialized_only=True):
        _on_connection(connection=connection)


def _on_connection(*, connection: Any, **_: object) -> None:
    if connection.alias in aliases() and _note not in connection.execute_wrappers:
        connection.execute_wrappers.append(_note)


def _note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    witness = _reading.get()
    if witness is not None:
        witness.lags = True
    return execute(sql, params, many, context)
