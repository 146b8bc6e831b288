"""The tables of the project's models: which columns they have, and which of them are keys.

Invariant: a table without a model is one of which nothing is known, and is told apart from one
without columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db import connections, models

# What Django, its admin, Celery's results and Mizan keep for themselves: no context shows it.
OWN_TABLES = frozenset(
    {"django_migrations", "django_session", "django_content_type", "django_admin_log"}
    | {"django_cache", "django_site", "mizan_outbox", "sqlite_sequence", "sqlite_master"}
    | {"django_celery_results_taskresult", "django_celery_beat_periodictask"}
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its model, its columns, its primary key, the sets of columns that are unique, and
    for the columns that refer to rows the tables of those."""

    name: str
    model: type[models.Model]
    columns: frozenset[str]
    key: str
    unique: tuple[frozenset[str], ...]
    references: Mapping[str, str]


@lru_cache(maxsize=1)
def tables() -> dict[str, Table]:
    """Return the tables of all models, by name in lower case."""
    found: dict[str, Table] = {}
    for model in apps.get_models(include_auto_created=True):
        meta = model._meta
        if meta.proxy:
            continue
        found[meta.db_table.lower()] = _table(model, meta)
    return found


def table(name: str) -> Table | None:
    """Return a table by its name; None for one without a model."""
    return tables().get(name.lower())


def _table(model: type[models.Model], meta: Any) -> Table:
    fields = meta.local_concrete_fields
    columns = {each.name: each.column for each in fields}
    together = [tuple(each) for each in meta.unique_together]
    together += [
        names
        for each in meta.constraints
        if isinstance(each, models.UniqueConstraint)
        and each.condition is None
        and (names := _names(each))
    ]
    unique = [frozenset({each.column}) for each in fields if each.unique]
    unique += [frozenset(columns[name] for name in names) for names in together]
    return Table(
        meta.db_table,
        model,
        frozenset(columns.values()),
        meta.pk.column,
        tuple(unique),
        {
            str(each.column).lower(): each.target_field.model._meta.db_table.lower()
            for each in fields
            if each.is_relation
        },
    )


def _names(constraint: models.UniqueConstraint) -> tuple[str, ...]:
    """Return the fields of a constraint, none where it is of anything else."""
    expressions = constraint.expressions
    if not all(isinstance(each, models.F) for each in expressions):
        return ()
    return (*constraint.fields, *(str(getattr(each, "name", "")) for each in expressions))


@lru_cache(maxsize=1)
def attributes() -> dict[type[models.Model], dict[str, tuple[str, str]]]:
    """Return for each model the (table, column) of each of its attributes."""
    return {
        model: {
            each.attname: (each.model._meta.db_table, str(each.column))
            for each in model._meta.concrete_fields
        }
        for model in apps.get_models(include_auto_created=True)
    }


@lru_cache(maxsize=64)
def database(alias: str) -> str:
    """Return the database that an alias is: of a replica the one that it mirrors."""
    settings = connections.settings.get(alias, {})
    return str((settings.get("TEST") or {}).get("MIRROR") or alias)


def forget() -> None:
    """Forget what was worked out (other apps are installed)."""
    for each in (tables, attributes, database):
        each.cache_clear()
