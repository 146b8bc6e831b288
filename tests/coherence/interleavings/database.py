"""A small database: rows of numbers, transactions that nest, commits whose outcome nobody knows.

Each change adds the number of who made it to a row, so a row that lacks one is older than it. Every
statement sees what is committed by then (READ COMMITTED).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Row = tuple[int, int]
Numbers = frozenset[int]


class Refused(Exception):  # noqa: N818 (a state: the database refused a commit)
    """A commit was refused: nothing was changed, for certain."""


class ConnectionLost(Exception):  # noqa: N818 (a state: nobody knows)
    """The connection was lost in a commit, which may land yet."""


@dataclass(eq=False)
class Purge:
    """A row of the outbox. `owner`: who left it; `delayed`: until that one is gone."""

    number: int
    owner: int
    targets: Any
    delayed: bool


@dataclass(eq=False)
class Frame:
    """What a transaction or a savepoint did. `owner` is the number of its connection."""

    owner: int
    changes: list[Row] = field(default_factory=list)
    purges: list[Purge] = field(default_factory=list)
    callbacks: list[Callable[[], object]] = field(default_factory=list)


class Database:
    """What is committed, and the commits that are on their way (`flying`).

    `applied` is told (number of the connection, rows) of each change when it can be seen.
    """

    def __init__(self, applied: Callable[[int, list[Row]], None]) -> None:
        self.rows: dict[Row, Numbers] = {}
        self.outbox: dict[int, Purge] = {}
        self.flying: list[Frame] = []
        self.purges = 0
        self._applied = applied

    def value(self, row: Row) -> Numbers:
        return self.rows.get(row, frozenset())

    def apply(self, frame: Frame) -> None:
        for row in frame.changes:
            self.rows[row] = self.value(row) | {frame.owner}
        self.outbox |= {purge.number: purge for purge in frame.purges}
        self._applied(frame.owner, frame.changes)

    def land(self, frame: Frame) -> None:
        """Let a commit take effect that its worker heard nothing of."""
        self.flying.remove(frame)
        self.apply(frame)


class Connection:
    """One worker's connection, and the transaction that is open in it."""

    def __init__(self, database: Database, owner: int) -> None:
        self.database = database
        self.owner = owner
        self.frames: list[Frame] = []

    def value(self, row: Row) -> Numbers:
        is_mine = any(row in frame.changes for frame in self.frames)
        return self.database.value(row) | ({self.owner} if is_mine else frozenset())

    def change(self, row: Row) -> None:
        self._in_frame(lambda frame: frame.changes.append(row))

    def remember(self, targets: Any, *, delayed: bool) -> int:
        self.database.purges += 1
        purge = Purge(self.database.purges, self.owner, targets, delayed)
        self._in_frame(lambda frame: frame.purges.append(purge))
        return purge.number

    def _in_frame(self, do: Callable[[Frame], None]) -> None:
        """Do something within the open transaction, or in one of its own."""
        if self.frames:
            do(self.frames[-1])
        else:
            frame = Frame(self.owner)
            do(frame)
            self.database.apply(frame)

    def when_committed(self, do: Callable[[], object]) -> None:
        if self.frames:
            self.frames[-1].callbacks.append(do)
        else:
            do()

    def begin(self) -> None:
        self.frames.append(Frame(self.owner))

    def end_savepoint(self) -> None:
        frame = self.frames.pop()
        outer = self.frames[-1]
        outer.changes += frame.changes
        outer.purges += frame.purges
        outer.callbacks += frame.callbacks

    def roll_back(self) -> None:
        if self.frames:
            self.frames.pop()

    def commit(self, outcome: str) -> None:
        """End the transaction. `outcome`: `ok`, `refused`, or `flying` where nobody knows."""
        frame = self.frames.pop()
        if outcome == "refused":
            raise Refused
        if outcome == "flying":
            self.database.flying.append(frame)
            raise ConnectionLost
        self.database.apply(frame)
        for do in frame.callbacks:
            do()
