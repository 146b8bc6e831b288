"""The writes of the ORM, seen where each of them passes: the compilers of INSERT, UPDATE, DELETE.

Django's signals tell of `save` and `delete`, but of no `QuerySet.update`, `bulk_create` or
`SET_NULL`, and they come before or after the statement, in nobody's transaction. A compiler runs
once per statement, knows its rows by its WHERE, and can be wrapped in a transaction.

Invariant: the rows of a statement are read, and locked where the database can, before it runs;
where it may have written others, or too many to name, the whole context is stale.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models.constants import OnConflict
from django.db.models.sql import compiler as compilers
from django.db.models.sql.query import Query

from mizan.django import carried, gathered, savepoints, watched_inserts, watched_rows
from mizan.django.watched_rows import Row, of_keys, read, selected
from mizan.django.watching import WATCHES, Watched, plan
from mizan.protocol.targets import Target, canonical_set
from mizan.server.direct import stale
from mizan.server.drive import around
from mizan.server.existing import block_of
from mizan.server.invalidation import running
from mizan.server.registry import registry
from mizan.server.writers import Effect

Targets = tuple[Target, ...]
Write = Callable[[], Any]
Steps = Callable[[Any, Sequence[Watched], Write], tuple[Any, Iterable[Target]]]


def install() -> None:
    """Begin to see the writes of the ORM; once."""
    for compiler, steps in _STEPS.items():
        method: Any = compiler.execute_sql
        if not hasattr(method, "_mizan"):
            setattr(compiler, "execute_sql", _seen(method, steps))  # noqa: B010 (mypy: a method)


def _seen(original: Callable[..., Any], steps: Steps) -> Callable[..., Any]:
    @functools.wraps(original)
    def execute_sql(self: Any, *args: Any, **kwargs: Any) -> Any:
        write = functools.partial(original, self, *args, **kwargs)
        if not WATCHES:
            return write()
        watched = plan(registry.catalog).get(self.query.get_meta().concrete_model)
        return _write(self, watched, steps, write) if watched else write()

    setattr(execute_sql, "_mizan", True)  # noqa: B010
    return execute_sql


def _write(compiler: Any, watched: Sequence[Watched], steps: Steps, write: Write) -> Any:
    """Run a statement with its targets, in one transaction."""
    using = compiler.using
    if using == DEFAULT_DB_ALIAS and not savepoints.in_transaction():
        with around(block_of(registry.catalog, ())):
            result, targets = steps(compiler, watched, write)
            _collect(targets)
        return result
    # In a caller's transaction nothing is opened: a failure marks it, as Django's own writes do.
    with transaction.atomic(using=using, savepoint=False):
        result, targets = steps(compiler, watched, write)
        found = canonical_set([*targets])
        if found and using == DEFAULT_DB_ALIAS:
            stale(registry.catalog, found)
        elif found:
            gathered.gather(registry.catalog, found, using)
            carried.tell(found, using)
    return result


def _collect(targets: Iterable[Target]) -> None:
    collector = running()
    if collector is not None:  # always: the block has one
        collector.add(canonical_set([*targets]))


def _insert(
    compiler: Any, watched: Sequence[Watched], write: Write
) -> tuple[Any, Iterable[Target]]:
    rows: list[Any] = write()
    concerned = [each for each in watched if each.source.only is None]
    if not concerned:
        return rows, ()
    query = compiler.query
    # Who knows which rows an upsert found, and what they were before?
    is_certain = query.on_conflict is not OnConflict.UPDATE and len(query.objs) <= watched_rows.MOST
    found = watched_inserts.rows(compiler, _lookups(concerned), rows) if is_certain else None
    return rows, _targets(concerned, [found])


def _update(
    compiler: Any, watched: Sequence[Watched], write: Write
) -> tuple[Any, Iterable[Target]]:
    query = compiler.query
    values = {field.attname: value for field, _, value in query.values}
    columns = values.keys() | {
        field.attname for fields in query.related_updates.values() for field, _, _ in fields
    }
    concerned = [each for each in watched if each.source.only is None or each.source.only & columns]
    if not concerned:
        return write(), ()
    lookups = _lookups(concerned)
    heads = _heads(query, lookups) & columns
    before = selected(compiler, lookups | heads)
    result = write()
    if before is None or _wrote_more(result, before):
        return result, _targets(concerned, [None])
    if not any(_moves(name, values, before) for name in heads):
        return result, _targets(concerned, [before])
    after = read(of_keys(compiler, [row["pk"] for row in before]), lookups)
    return result, _targets(concerned, [before, after])


def _delete(
    compiler: Any, watched: Sequence[Watched], write: Write
) -> tuple[Any, Iterable[Target]]:
    concerned = [each for each in watched if each.source.only is None]
    if not concerned:
        return write(), ()
    before = selected(compiler, _lookups(concerned))
    result = write()
    certain = None if before is not None and _wrote_more(result, before) else before
    return result, _targets(concerned, [certain])


# SQLDeleteCompiler inherits its `execute_sql`; it gets one of its own.
_STEPS: dict[Any, Steps] = {
    compilers.SQLInsertCompiler: _insert,
    compilers.SQLUpdateCompiler: _update,
    compilers.SQLDeleteCompiler: _delete,
}


def _lookups(watched: Iterable[Watched]) -> set[str]:
    return {lookup for each in watched for lookup in each.source.lookups.values()}


def _heads(query: Query, lookups: Iterable[str]) -> set[str]:
    """Return the columns of the statement's own table with which lookups begin."""
    meta: Any = query.get_meta()
    names = {lookup.partition("__")[0] for lookup in lookups}
    return {
        each.attname
        for each in meta.concrete_fields
        if names & {each.name, each.attname} or (each.primary_key and "pk" in names)
    }


def _moves(name: str, values: Mapping[str, Any], before: Sequence[Row]) -> bool:
    """Whether an update gives a column of some row another value; when in doubt it does."""
    if name not in values or hasattr(values[name], "resolve_expression"):
        return True
    return any(row[name] != values[name] for row in before)


def _wrote_more(result: Any, before: Sequence[Row]) -> bool:
    """Whether a statement wrote rows that were not there when its rows were read."""
    return isinstance(result, int) and result > len({row["pk"] for row in before})


def _targets(
    watched: Iterable[Watched], several: Iterable[Sequence[Row] | None]
) -> Iterator[Target]:
    """Yield what rows make stale; None are rows that nobody knows."""
    for rows in several:
        for each in watched:
            for effect in each.effects:
                known: Iterable[Row] = ({},) if rows is None else rows
                for row in known:
                    if not _is_nobodys(each, effect, row):
                        yield effect.target(functools.partial(_value, each, row))


def _is_nobodys(watched: Watched, effect: Effect, row: Row) -> bool:
    """Whether a row leads to nobody: none of those that a path passes are there."""
    source = watched.source
    paths = {path for _, path in effect.sources.values()} & source.nobodys
    return any(row.get(source.lookups[path], "") is None for path in paths)


def _value(watched: Watched, row: Row, path: str) -> Any:
    """Return what a path leads to from a row that was written. Raises KeyError where the row does
    not tell."""
    return row[watched.source.lookups[path]]
