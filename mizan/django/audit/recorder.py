"""The recorder: takes what the hooks see, and makes facts of it.

Invariant: what a context's function reads is its own, and that of the functions around it; what the
audit itself does is nobody's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from mizan.django.audit import frames, observed, schema, written
from mizan.django.audit.parser import parse
from mizan.django.audit.record import Fact, Place, Query, Recording, Said
from mizan.django.audit.schema import OWN_TABLES
from mizan.django.audit.statements import Change, Statement
from mizan.django.audit.units import Journal, Unit, Units, Write, Writer
from mizan.protocol.targets import Target

_MOST_KEYS = 20_000  # values of keys that are remembered, to see which rows instances share


@dataclass(slots=True)
class Reader:
    """One run of a function of a context. `values`: those of the parameters that select the
    instance."""

    context: str
    function: str
    values: Mapping[str, str]
    empty: list[tuple[Place, str]] = field(default_factory=list)
    wrote: set[tuple[str, str]] = field(default_factory=set)


@dataclass(slots=True)
class Asked:
    """A query of the ORM that is being executed. `are_objects`: its rows become objects."""

    are_objects: bool
    seen: list[tuple[Reader, Place, str]] = field(default_factory=list)


_readers: ContextVar[tuple[Reader, ...]] = ContextVar("mizan_audit_readers", default=())


class Recorder:
    """What is recorded while the hooks are there; `recording` is the outcome."""

    def __init__(self, ignored: frozenset[str] = OWN_TABLES) -> None:
        self.recording = Recording()
        self.units = Units(self._finished)
        self._ignored = ignored
        self._lock = threading.RLock()
        self._asked = threading.local()
        self._keys: dict[tuple[Place, str, str], tuple[tuple[str, str], ...]] = {}

    # -- reads

    @contextmanager
    def reading(self, reader: Reader, writer: Writer) -> Iterator[None]:
        """Run what a context's function does."""
        token = _readers.set((*_readers.get(), reader))
        try:
            with self.units.open(writer):
                yield
        finally:
            _readers.reset(token)

    def read(self, reader: Reader) -> None:
        """Note that a context's function has ended."""
        with self._lock:
            self.recording.read[reader.context, reader.function] += 1
            for place, text in reader.empty:
                # A row that the function goes on to make was not missing.
                if (place.database, place.table) not in reader.wrote:
                    self.recording.reads[place][text].is_empty = True

    @contextmanager
    def asking(self, asked: Asked) -> Iterator[None]:
        """Execute a query of the ORM."""
        before = getattr(self._asked, "now", None)
        self._asked.now = asked
        try:
            yield
        finally:
            self._asked.now = before

    @staticmethod
    def nothing_found(asked: Asked) -> None:
        """Note that the query gave no row."""
        for reader, place, text in asked.seen:
            reader.empty.append((place, text))

    @staticmethod
    def is_reading() -> bool:
        """Whether a context's function runs."""
        return bool(_readers.get())

    def uses(self, model: type, name: str, alias: str | None) -> None:
        """Note that an attribute of a row's object is looked at."""
        readers = _readers.get()
        place = schema.attributes().get(model, {}).get(name) if readers else None
        if place is None or place[0].lower() in self._ignored:
            return
        database = schema.database(alias or "default")
        for reader in readers:
            key = Place(reader.context, reader.function, database, place[0].lower())
            self.recording.uses.setdefault(key, set()).add(place[1].lower())

    def uses_all(self, model: type, alias: str | None) -> None:
        """Note that all of a row's object is looked at (it is copied, pickled, kept in a cache)."""
        for name in schema.attributes().get(model, {}):
            self.uses(model, name, alias)

    # -- statements

    def execute(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        """Execute a statement, and note what it reads and writes (a wrapper of Django's)."""
        connection = context["connection"]
        text = sql if isinstance(sql, str) else str(sql)
        statement = parse(text)
        if statement.savepoint is not None:
            Journal.of(connection).savepoint(*statement.savepoint)
            return execute(sql, params, many, context)
        changes = [each for each in statement.changes if each.table.lower() not in self._ignored]
        unit = self.units.current() if changes else None
        by = self.units.writers() if unit is not None else ()
        known: list[Any] = []
        if by:
            once = None if many else params
            known = [written.before(connection, text, once, each) for each in changes]
        result = execute(sql, params, many, context)
        if not statement.changes:
            self._observe(statement, text, params, connection.alias)
        if unit is not None and by and not _wrote_nothing(context["cursor"], text):
            for change, rows in zip(changes, known, strict=True):
                self._note(unit, by, connection, change, params, None if many else rows, many)
        return result

    def _observe(self, statement: Statement, sql: str, params: Any, alias: str) -> None:
        readers = _readers.get()
        if not readers or not statement.tables:
            return
        asked: Asked | None = getattr(self._asked, "now", None)
        are_objects = asked is not None and asked.are_objects
        database = schema.database(alias)
        text = sha256(observed.template(sql).encode()).hexdigest()[:12]
        for reader in readers:
            for seen in observed.look(statement, params, reader.values, are_objects=are_objects):
                if seen.table in self._ignored:
                    continue
                place = Place(reader.context, reader.function, database, seen.table)
                query = Query(seen.used, seen.scope, seen.how, links=seen.links)
                # A parameter that the instance has, and by which this selects nothing.
                query.scope |= {name: set() for name in reader.values if name not in seen.scope}
                query.is_shared = self._is_shared(reader, place, seen)
                with self._lock:
                    known = self.recording.reads.setdefault(place, {})
                    known[text].join(query) if text in known else known.update({text: query})
                if asked is not None and seen.is_first:
                    asked.seen.append((reader, place, text))

    def _is_shared(self, reader: Reader, place: Place, seen: observed.Seen) -> bool:
        """Whether another instance has seen the same row."""
        instance = tuple(sorted(reader.values.items()))
        if not instance or len(self._keys) > _MOST_KEYS:
            return False
        keys = [(place, "", each) for each in seen.keys]
        return any(self._keys.setdefault(each, instance) != instance for each in keys)

    def _note(
        self,
        unit: Unit,
        by: tuple[Writer, ...],
        connection: Any,
        change: Change,
        params: Any,
        rows: Any,
        many: bool,
    ) -> None:
        found = written.written(connection, change, params, rows, many=many)
        if found is None:
            return
        database, table = schema.database(connection.alias), change.table.lower()
        spot = frames.nearest()
        site = spot.place if spot else by[-1].where
        values = found.values or {}
        known = schema.table(table)
        references = known.references if known and change.verb == "INSERT" else {}
        fresh = frozenset(
            column
            for column, other in references.items()
            if values.get(column) and all((other, each) in unit.made for each in values[column])
        )
        write = Write(by, site, database, table, change.verb, found.columns, found.values, fresh)
        unit.writes.append(write)
        for reader in _readers.get():
            reader.wrote.add((database, table))
        if connection.in_atomic_block or not connection.get_autocommit():
            Journal.of(connection).add(write)

    def made(self, table: str, key: Any) -> None:
        """Note the key of a row that was just made."""
        unit = self.units.current()
        if unit is not None:
            unit.made.add((table.lower(), observed.plain(key)))

    # -- what is said to be stale

    def say(self, targets: Sequence[Target]) -> None:
        """Note that something was said to be stale."""
        unit = self.units.current() if targets else None
        if unit is not None:
            unit.targets.extend(targets)

    def say_by_rows(self, table: str, contexts: Iterable[str]) -> None:
        """Note that a `watch` says it of the rows of a table."""
        unit = self.units.current()
        if unit is not None:
            unit.by_rows |= {(table.lower(), context) for context in contexts}

    def _finished(self, unit: Unit) -> None:
        targets = list(dict.fromkeys(unit.targets))
        with self._lock:
            self.recording.done.update(unit.done)
            for name in {each.context for each in targets}:
                of_it = [each for each in targets if each.context == name]
                self.recording.said[name, all(not each.params for each in of_it)] += 1
            for write in unit.writes:
                if not write.is_undone:
                    self.recording.writes[_fact(write, targets, unit.by_rows)] += 1


def _wrote_nothing(cursor: Any, sql: str) -> bool:
    """Whether a statement certainly changed no row; with RETURNING SQLite counts them later."""
    return getattr(cursor, "rowcount", -1) == 0 and "returning" not in sql.lower()


def _fact(write: Write, targets: Sequence[Target], by_rows: set[tuple[str, str]]) -> Fact:
    said = []
    names_of = {(each.context, each.function) for each in targets}
    for context, function in sorted(names_of, key=str):
        of_it = [dict(each.params) for each in targets if each[::2] == (context, function)]
        names = [] if not all(of_it) else sorted({name for params in of_it for name in params})
        scope = tuple((name, _named(write, of_it, name)) for name in names)
        said.append(Said(context, function, scope, (write.table, context) in by_rows))
    told = {each.context for each in targets}
    nobodys = sorted(name for table, name in by_rows if table == write.table and name not in told)
    said += [Said(name, None, (), True) for name in nobodys]  # a watch that found it nobody's
    columns = None if write.columns is None else tuple(sorted(write.columns))
    return Fact(
        write.by,
        write.site,
        write.database,
        write.table,
        write.verb,
        columns,
        tuple(said),
        tuple(sorted(write.fresh)),
    )


def _named(write: Write, several: Sequence[Mapping[str, Any]], name: str) -> tuple[str, ...] | None:
    """Return the columns of the rows all of whose values targets name by a parameter; None: every
    column, or nobody knows."""
    if write.values is None or any(name not in params for params in several):
        return None
    named = {observed.plain(params[name]) for params in several}
    return tuple(sorted(column for column, values in write.values.items() if values <= named))
