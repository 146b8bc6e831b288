"""The rows that a statement writes, read before it and after it: which columns change, and whose.

They are read past Django's own cursors, so that nobody who counts or logs queries counts these.

Invariant: what is not certain is None; a statement that changes nothing is no write.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError

from mizan.django.audit import schema
from mizan.django.audit.observed import getter, plain
from mizan.django.audit.statements import Change

MOST = 200
"""The most rows of a statement that are looked at."""

Row = Mapping[str, Any]
Values = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Written:
    """What changed: columns (None: all of them) and the values of the rows (None: not known)."""

    columns: frozenset[str] | None
    values: Values | None


def before(connection: Any, sql: str, params: Any, change: Change) -> list[Row] | None:
    """Return the rows that an UPDATE or a DELETE is about to write; None where nobody knows."""
    if change.where is None or isinstance(params, Mapping):
        return None
    start, end, first = change.where
    condition = f" WHERE {sql[start:end].rstrip().rstrip(';')}" if start < end else ""
    name = connection.ops.quote_name(change.table)
    return _select(connection, f"SELECT * FROM {name}{condition}", list(params or ())[first:])  # noqa: S608 (a condition of the statement itself)


def written(
    connection: Any, change: Change, params: Any, known: list[Row] | None, *, many: bool
) -> Written | None:
    """Return what a statement has changed, by the rows from before it; None: nothing."""
    if change.verb == "INSERT":
        return _inserted(change, params if many else [params])
    columns = frozenset(each.lower() for each in change.columns or ()) or None
    if known is None:
        return Written(columns, None)
    if not known:
        return None
    if change.verb == "DELETE":
        return Written(None, _values(known))
    return _updated(connection, change.table, columns, known)


def _inserted(change: Change, several: Iterable[Any]) -> Written:
    table = schema.table(change.table)
    columns = change.columns or ()
    rows: list[Row] = []
    for params in several:
        value = getter(params)
        for row in change.rows:
            if len(row) == len(columns):
                pairs = zip(columns, row, strict=True)
                rows.append({name: token and value(token) for name, token in pairs})
    if not rows or table is None or len(rows) > MOST:
        return Written(None, None)
    # What is not a parameter the database works out: nobody knows.
    unknown = {name for row in rows for name, token in row.items() if token is None}
    certain = [{name: row[name] for name in row if name not in unknown} for row in rows]
    return Written(None, _values(certain))


def _updated(
    connection: Any, name: str, columns: frozenset[str] | None, known: list[Row]
) -> Written | None:
    table = schema.table(name)
    keys = [row.get(table.key) for row in known] if table else []
    if not keys or None in keys:
        return Written(columns, _values(known))
    assert table is not None  # noqa: S101 (there are no keys without it)
    quote = connection.ops.quote_name
    places = ", ".join(["%s"] * len(keys))
    query = f"SELECT * FROM {quote(name)} WHERE {quote(table.key)} IN ({places})"  # noqa: S608 (names of a model)
    after = {row[table.key]: row for row in _select(connection, query, keys) or ()}
    if len(after) != len(known):
        return Written(columns, _values([*known, *after.values()]))
    pairs = [(row, after[row[table.key]]) for row in known]
    changed = {column.lower() for old, new in pairs for column in old if old[column] != new[column]}
    if not changed:
        return None
    rows = [row for pair in pairs if pair[0] != pair[1] for row in pair]
    return Written(frozenset(changed), _values(rows))


def _values(rows: Sequence[Row]) -> Values:
    """Return the values of each column; NULL belongs to nobody, and is none."""
    found: dict[str, set[str]] = {}
    for row in rows:
        for name, value in row.items():
            texts = found.setdefault(name.lower(), set())
            if value is not None:
                texts.add(plain(value))
    return {name: frozenset(texts) for name, texts in found.items()}


def _select(connection: Any, query: str, params: Sequence[Any]) -> list[Row] | None:
    """Return rows; None for more than MOST, and for a query that the database refuses."""
    if connection.needs_rollback:
        return None
    guards = connection.vendor == "postgresql" and connection.in_atomic_block
    with closing(connection.create_cursor()) as cursor:
        if guards:
            cursor.execute("SAVEPOINT mizan_audit")
        try:
            cursor.execute(f"{query} LIMIT {MOST + 1}", tuple(params))
            names = [column[0] for column in cursor.description]
            rows = cursor.fetchall()
        except (DatabaseError, connection.Database.Error, TypeError, ValueError):
            if guards:
                cursor.execute("ROLLBACK TO SAVEPOINT mizan_audit")
            return None
        if guards:
            cursor.execute("RELEASE SAVEPOINT mizan_audit")
    if len(rows) > MOST:
        return None
    return [dict(zip(names, row, strict=True)) for row in rows]
