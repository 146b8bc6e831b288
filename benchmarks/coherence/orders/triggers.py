"""Triggers of PostgreSQL: each statement that writes orders, or their labels, counts up the
versions of the rows that it concerns, and notes them in a setting of the transaction.

Invariant: a version goes up in the statement that writes, whoever wrote it, so no version is right
that a cache has from before; what a savepoint rolls back is noted no more.
"""

from __future__ import annotations

from django.db import connection

_NOTED = "orders.written"
_OLD, _NEW = "SELECT * FROM before", "SELECT * FROM after"
_EVENTS = {
    "INSERT": ("NEW TABLE AS after", _NEW),
    "UPDATE": ("OLD TABLE AS before NEW TABLE AS after", f"{_OLD} UNION ALL {_NEW}"),
    "DELETE": ("OLD TABLE AS before", _OLD),
}
_OWNERS = {
    "orders_order": "SELECT owner_id FROM ({rows}) AS rows",
    "orders_order_labels": (
        "SELECT owner_id FROM orders_order WHERE id IN (SELECT order_id FROM ({rows}) AS rows)"
    ),
}
# Rows are locked in order of their keys, so that single statements do not wait in a ring.
_TRIGGER = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    noted text;
BEGIN
    PERFORM FROM rows_row WHERE key IN ({owners}) ORDER BY key FOR UPDATE;
    WITH written AS (
        UPDATE rows_row SET version = version + 1 WHERE key IN ({owners}) RETURNING key, version
    )
    SELECT string_agg(key || '=' || version, ',') INTO noted FROM written;
    PERFORM set_config('{setting}', concat_ws(',',
        nullif(current_setting('{setting}', true), ''), noted), true);
    RETURN NULL;
END $$;
CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {tables}
FOR EACH STATEMENT EXECUTE FUNCTION {name}();
"""


def make() -> None:
    """Make the triggers, beside tables that were made anew."""
    with connection.cursor() as cursor:
        for table, owners in _OWNERS.items():
            for event, (tables, rows) in _EVENTS.items():
                cursor.execute(
                    _TRIGGER.format(
                        name=f"{table}_{event.lower()}",
                        event=event,
                        table=table,
                        tables=tables,
                        owners=owners.format(rows=rows),
                        setting=_NOTED,
                    )
                )


def written() -> dict[int, int]:
    """Return the versions that the open transaction has written, by key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s, true)", [_NOTED])
        noted = cursor.fetchone()[0]
    pairs = (each.split("=") for each in (noted or "").split(",") if each)
    return {int(key): int(version) for key, version in pairs}
