"""Units of work: who writes, what was written and not rolled back, and what was said to be stale.

A unit is what one reply, one task or one command does; what it says is stale counts for all that it
wrote. Without one the outermost function of the application is the unit.

Invariant: a write that was rolled back before its unit ended was never made.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from mizan.django.audit import frames
from mizan.protocol.targets import Target


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes. `kind`: client, affects, view, command, task or function; `where`: the file and
    line of its code; `declared`: the contexts (or `context/function`) that it declares stale;
    `context`: the one that it reads, for a function of a context."""

    kind: str
    name: str
    where: str
    declared: tuple[str, ...] = ()
    context: str | None = None


@dataclass(slots=True)
class Write:
    """Rows of one table that one statement wrote. `columns`: those that changed, None for all;
    `values`: those of the rows by column, before and after, None if nobody knows; `by`: who wrote,
    the outermost first; `fresh`: references to rows that the unit has made."""

    by: tuple[Writer, ...]
    site: str
    database: str
    table: str
    verb: str
    columns: frozenset[str] | None
    values: Mapping[str, frozenset[str]] | None
    fresh: frozenset[str] = frozenset()
    is_undone: bool = False


@dataclass(slots=True)
class Unit:
    """One unit: what it wrote, and what it said is stale. `by_rows`: (table, context) for which a
    `watch` has said it; `made`: (table, key) of the rows that it made."""

    is_plain: bool = False
    writes: list[Write] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    by_rows: set[tuple[str, str]] = field(default_factory=set)
    made: set[tuple[str, str]] = field(default_factory=set)
    done: list[Writer] = field(default_factory=list)


Finished = Callable[[Unit], None]

_unit: ContextVar[Unit | None] = ContextVar("mizan_audit_unit", default=None)
_by: ContextVar[tuple[Writer, ...]] = ContextVar("mizan_audit_by", default=())


class Units:
    """The units of a process; `finished` is told of each at its end."""

    def __init__(self, finished: Finished) -> None:
        self._finished = finished
        self._plain = threading.local()

    @contextmanager
    def open(self, writer: Writer | None, *, is_apart: bool = False) -> Iterator[None]:
        """Run something as the work of a writer: as a unit, unless within one. `is_apart`: as one
        in any case (a task, which elsewhere runs in another process)."""
        end = self.begin(writer, is_apart=is_apart)
        is_done = False
        try:
            yield
            is_done = True
        finally:
            end(is_done)

    def begin(self, writer: Writer | None, *, is_apart: bool = False) -> Callable[[bool], None]:
        """Begin what `open` does; call what it returns at the end, with whether it was done."""
        outer = None if is_apart else _unit.get()
        unit = outer or Unit()
        before = (_unit.get(), _by.get())
        _unit.set(unit)
        _by.set((() if is_apart else before[1]) + ((writer,) if writer else ()))

        def end(is_done: bool) -> None:
            _unit.set(before[0])
            _by.set(before[1])
            if writer is not None and is_done:
                unit.done.append(writer)
            if outer is None:
                self._finished(unit)

        return end

    @staticmethod
    def name(writer: Writer) -> None:
        """Name who writes, from here to the end of the unit."""
        _by.set((*_by.get(), writer))

    def resumed(self, call: Callable[[], Any]) -> Callable[[], Any]:
        """Return a call that, whenever it is made, is the work of who writes now, and within what
        the unit has said by now."""
        unit, by = _unit.get(), _by.get()
        if unit is None:
            return call

        def resume() -> Any:
            end = self.begin(None)
            now = _unit.get()
            if now is not None and now is not unit:  # the unit is over, as in a TestCase
                now.targets.extend(unit.targets)
                now.by_rows |= unit.by_rows
            _by.set(by)
            try:
                return call()
            finally:
                end(True)

        return resume

    def current(self) -> Unit | None:
        """Return the open unit, or that of the application's function that runs; None: neither."""
        unit = _unit.get()
        if unit is not None:
            return unit
        outermost: FrameType | None = None
        for frame in frames.own_frames():
            outermost = frame
        if outermost is None:
            return None
        if getattr(self._plain, "frame", None) is not outermost:
            self.flush()
            self._plain.frame, self._plain.unit = outermost, Unit(is_plain=True)
        plain: Unit = self._plain.unit
        return plain

    def flush(self) -> None:
        """End the unit of a function that has no end of its own."""
        unit = getattr(self._plain, "unit", None)
        self._plain.frame = self._plain.unit = None
        if unit is not None:
            self._finished(unit)

    def writers(self) -> tuple[Writer, ...]:
        """Return who writes now, the outermost first; the application's function is the last where
        nobody else is."""
        by = _by.get()
        if by:
            return by
        spot = frames.nearest()
        if spot is None:
            return ()
        name = spot.code.co_qualname.replace("<locals>.", "")
        return (Writer("function", f"{spot.module}.{name}", frames.place_of(spot.code)),)


class Journal:
    """The writes of one connection that a roll-back would undo."""

    _NAME = "_mizan_audit_journal"

    def __init__(self) -> None:
        self._writes: list[Write] = []
        self._marks: dict[str, int] = {}

    @classmethod
    def of(cls, connection: Any) -> Journal:
        """Return that of a connection."""
        found = connection.__dict__.get(cls._NAME)
        if found is None:
            found = connection.__dict__[cls._NAME] = cls()
        return found  # type: ignore[no-any-return] # ours alone has the name

    def add(self, write: Write) -> None:
        """Note a write in an open transaction."""
        self._writes.append(write)

    def savepoint(self, verb: str, name: str) -> None:
        """Begin a savepoint, or undo what came since."""
        if verb == "SAVEPOINT":
            self._marks[name] = len(self._writes)
            return
        for write in self._writes[self._marks.get(name, 0) :]:
            write.is_undone = True

    def end(self, *, is_undone: bool) -> None:
        """End the transaction."""
        for write in self._writes:
            write.is_undone |= is_undone
        self._writes.clear()
        self._marks.clear()
