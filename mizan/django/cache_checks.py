"""System checks of the origin cache: what fits neither this deployment nor this database.

Invariant: only checks with Django's tag `database` ask a database anything; an id is public and
never reused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, register
from django.core.checks import Warning as Advice
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from mizan.django import cache_settings, edge_settings, origin_cache, outbox
from mizan.django.cache_settings import KEYS, MEMORY, CacheSettings
from mizan.django.check_table import KNOWN

NOT_MADE = "mizan.E216"
MEMORY_OF_EACH = "mizan.W006"
OUTLASTED = "mizan.W007"
NO_AUTOCOMMIT = "mizan.W008"
NO_OUTBOX = "mizan.W009"
IDLE = "mizan.I001"

# PostgreSQL's settings that end what a hold has to outlast -> what of it they bound
_ENDS = {
    "statement_timeout": "a commit",
    "lock_timeout": "waiting for a lock",
    "idle_in_transaction_session_timeout": "idling in a transaction",
    "transaction_timeout": "a transaction",
}
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:(us|ms|s|min|h|d)\s*)?").fullmatch
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}
_GIVEN = re.compile(r"-c\s*([a-z_]+)=((?:\\.|\S)+)").findall


@register(Tags.caches)
def check_memory(**_: Any) -> list[CheckMessage]:
    """Warn where each worker has a cache of its own, and would not hear of the others' purges."""
    if cache_settings.current().backend != MEMORY or settings.DEBUG:
        return []
    said = KNOWN[MEMORY_OF_EACH]
    return [Advice(said.finds, hint=said.fix, obj="MIZAN_CACHE", id=MEMORY_OF_EACH)]


@register(Tags.caches)
def check_made(**_: Any) -> list[CheckMessage]:
    """Report where no cache can be made of settings that are right each by itself."""
    sentence = None if [*cache_settings.problems()] else origin_cache.problem()
    hint = KEYS["OPTIONS"].help
    return [Error(sentence, hint=hint, obj="MIZAN_CACHE", id=NOT_MADE)] if sentence else []


@register(Tags.caches)
def check_database_settings(**_: Any) -> list[CheckMessage]:
    """Warn of what DATABASES says, without asking the database."""
    found = cache_settings.current()
    if found.backend is None:
        return []
    options = connections.settings[DEFAULT_DB_ALIAS].get("OPTIONS", {})
    messages = [*_outlasted(found, _given(options))]
    if not connections.settings[DEFAULT_DB_ALIAS].get("AUTOCOMMIT", True):
        messages.append(_without_autocommit())
    return messages


@register(Tags.database)
def check_database(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Ask the default database for its limits and for the outbox's table."""
    found = cache_settings.current()
    if DEFAULT_DB_ALIAS not in (databases or ()):
        return []
    connection = connections[DEFAULT_DB_ALIAS]
    edge = edge_settings.current()
    is_used = outbox.may_fail() or (edge is not None and bool(edge.purge))
    messages = [*_no_outbox(connection)] if is_used else []
    if found.backend is None or connection.vendor != "postgresql":
        return messages
    limits = _shown(connection)
    static = _given(connections.settings[DEFAULT_DB_ALIAS].get("OPTIONS", {}))
    asked = {name: value for name, value in limits.items() if name not in static}
    messages += _outlasted(found, asked)
    if not limits.get("idle_in_transaction_session_timeout"):
        messages.append(_unbounded(found))
    return messages


def _outlasted(found: CacheSettings, limits: Mapping[str, float | None]) -> Iterator[CheckMessage]:
    """Yield a warning for each limit of the database that is not shorter than a hold."""
    for name, what in _ENDS.items():
        seconds = limits.get(name)
        if seconds and seconds >= found.limits.hold:
            yield Advice(
                f"The database's {name} of {seconds:g} s is not shorter than HOLD_TIMEOUT, "
                f"{found.limits.hold:g} s: {what} may outlast the hold that protects it.",
                hint=f'Make MIZAN_CACHE["HOLD_TIMEOUT"] longer than {seconds:g}, or {name} '
                "shorter.",
                obj="MIZAN_CACHE",
                id=OUTLASTED,
            )


def _unbounded(found: CacheSettings) -> CheckMessage:
    return Info(
        "Nothing ends a transaction that idles: a worker that stands still for longer than "
        f"HOLD_TIMEOUT ({found.limits.hold:g} s) just before its commit may leave what is stale.",
        hint=KNOWN[IDLE].fix,
        obj="MIZAN_CACHE",
        id=IDLE,
    )


def _without_autocommit() -> CheckMessage:
    said = KNOWN[NO_AUTOCOMMIT]
    return Advice(said.finds, hint=said.fix, obj="DATABASES", id=NO_AUTOCOMMIT)


def _no_outbox(connection: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    from mizan.django.models import OutboxRow

    table = OutboxRow._meta.db_table
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        has_it = table in tables
        known = connection.introspection.get_table_description(cursor, table) if has_it else []
    # Where nothing was ever migrated, it is the first `migrate` that asks.
    if MigrationRecorder.Migration._meta.db_table not in tables:
        return
    if {each.column for each in OutboxRow._meta.fields} <= {each.name for each in known}:
        return
    yield Advice(
        f"There is no table {table} as this release needs it: while the cache or the broker of "
        "events cannot be reached, and with purgers always, mutations would fail, or what they "
        "make stale be lost.",
        hint=KNOWN[NO_OUTBOX].fix,
        obj="mizan.OutboxRow",
        id=NO_OUTBOX,
    )


def _given(options: Mapping[str, Any]) -> dict[str, float | None]:
    """Return the limits that OPTIONS["options"] gives, in seconds; None for what is none."""
    given = _GIVEN(str(options.get("options", "")))
    return {name: _seconds(value) for name, value in given if name in _ENDS}


def _seconds(text: str) -> float | None:
    """Return the seconds of PostgreSQL's notation; a bare number is of milliseconds."""
    found = _DURATION(text.strip("'\""))
    return float(found[1]) * _SECONDS[found[2] or "ms"] if found else None


def _shown(connection: BaseDatabaseWrapper) -> dict[str, float | None]:
    """Return what PostgreSQL says of its limits, in seconds."""
    sql = "SELECT name, setting, unit FROM pg_settings WHERE name = ANY(%s)"
    with connection.cursor() as cursor:
        cursor.execute(sql, [[*_ENDS]])
        rows = cursor.fetchall()
    return {name: _seconds(value + unit) for name, value, unit in rows}
