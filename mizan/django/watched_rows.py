"""The rows of a statement, read before it runs and after: what lookups say of them.

Invariant: no object is made, so nothing of an application runs; more than MOST rows are none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models.sql.query import Query

MOST = 500
"""The most rows of a statement that are looked at."""

Row = Mapping[str, Any]
"""Values by lookup."""


def selected(compiler: Any, lookups: Iterable[str]) -> list[Row] | None:
    """Return the rows that a statement is about to write, with their keys, locked against others
    where the database can; None for more than MOST."""
    query = compiler.query.chain(klass=Query)
    query.clear_select_clause()
    query.default_cols = True
    rows: Any = models.QuerySet(query.model, query=query).using(compiler.using).order_by()
    if query.group_by is not None or query.distinct:
        rows = of_keys(compiler, rows.values("pk"))  # rows of groups cannot be locked
    features = connections[compiler.using].features
    if features.has_select_for_update and features.has_select_for_update_of:
        more = {"no_key": True} if features.has_select_for_no_key_update else {}
        rows = rows.select_for_update(of=("self",), **more)
    return read(rows, {"pk", *lookups})


def of_keys(compiler: Any, keys: Any) -> Any:
    """Return the rows of a statement's model with some keys."""
    return all_of(compiler.query.model, compiler).filter(pk__in=keys)


def all_of(model: type[models.Model], compiler: Any) -> Any:
    """Return all rows of a model in the database of a statement, whatever its managers hide."""
    return models.QuerySet(model).using(compiler.using)


def read(rows: Any, lookups: Collection[str]) -> list[Row] | None:
    """Return the values of lookups; None for more than MOST rows.

    The query is one for objects, as only their own rows can be locked; none is made, though.
    """
    names = {f"mizan_{place}": each for place, each in enumerate(sorted(lookups))}
    columns = {name: models.F(each) for name, each in names.items()}
    query = rows.only("pk").annotate(**columns)[: MOST + 1].query
    compiler = query.get_compiler(rows.db)
    try:
        found = [*compiler.results_iter()]
    except EmptyResultSet:
        return []
    if len(found) > MOST:
        return None
    places = compiler.annotation_col_map
    return [{each: row[places[name]] for name, each in names.items()} for row in found]
