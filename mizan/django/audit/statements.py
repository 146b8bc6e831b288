"""What is known of a statement of SQL: what it reads and writes (`parser.py` finds it out).

Invariant: names are those that the statement uses itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mizan.django.audit.terms import Ref
from mizan.django.audit.tokens import Token


@dataclass(slots=True)
class Change:
    """One table that is written. `columns`: those that are set, None for all; `rows`: the values of
    an INSERT, by row; `where`: (start, end, first parameter) of a condition that alone says which
    rows are written, None if something else does too."""

    verb: str
    table: str
    columns: tuple[str, ...] | None = None
    rows: list[list[Token | None]] = field(default_factory=list)
    where: tuple[int, int, int] | None = None


@dataclass(slots=True)
class Statement:
    """What a statement does, in the names that it uses itself.

    `tables`: alias to table, those of a subquery after those around it; `used`: columns that what
    it returns depends on; `shown`: columns that it returns as they are; `equal`: (column, what
    it is equal to); `within`: (column, its values); `tied`: columns that a subquery
    names the values of.
    """

    tables: dict[str, str] = field(default_factory=dict)
    used: set[Ref] = field(default_factory=set)
    shown: set[Ref] = field(default_factory=set)
    equal: list[tuple[Ref, Ref | Token]] = field(default_factory=list)
    within: list[tuple[Ref, list[Token]]] = field(default_factory=list)
    tied: list[Ref] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    savepoint: tuple[str, str] | None = None
