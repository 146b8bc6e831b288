"""What one query tells of a context: which columns it depends on, and which rows it may return.

Invariant: a parameter is said to select rows by a column only where the column was equal to its
value in every query of that text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mizan.django.audit import schema
from mizan.django.audit.schema import Table
from mizan.django.audit.statements import Statement
from mizan.django.audit.terms import Ref
from mizan.django.audit.tokens import Token

_LIST = re.compile(r"\((?:\s*(?:%s|\?)\s*,)+\s*(?:%s|\?)\s*\)")
Columns = Mapping[str, set[str]]


@dataclass(slots=True)
class Seen:
    """A table in a query. `used`: columns that the result depends on; `scope`: for a parameter the
    columns that were equal to its value; `how`: what chooses the rows (`key`: a key that is unique,
    `link`: a reference to other rows, `open`: neither); `keys`: the values of such a key;
    `is_first`: others are joined to it; `links`: the references that choose them."""

    table: str
    used: set[str]
    scope: dict[str, set[str]]
    how: str
    keys: list[str] = field(default_factory=list)
    is_first: bool = False
    links: set[str] = field(default_factory=set)


def plain(value: Any) -> str:
    """Return a value as text, in which a UUID is the same with and without dashes."""
    return str(int(value) if isinstance(value, bool) else value).replace("-", "").lower()


def template(sql: str) -> str:
    """Return a query's text with all lists of parameters of one length."""
    return _LIST.sub("(%s)", sql)


def getter(params: Any) -> Callable[[Token], str | None]:
    """Return what gives the value of a parameter or literal, None for NULL or one not given."""

    def value(token: Token) -> str | None:
        if token.kind != "param":
            return plain(token.text.strip("'"))
        if isinstance(params, Mapping):
            found = params.get(token.text.strip("%(s):"))
        else:
            found = params[token.place] if params and token.place < len(params) else None
        return None if found is None else plain(found)

    return value


def look(
    statement: Statement, params: Any, values: Mapping[str, str], *, are_objects: bool
) -> Iterator[Seen]:
    """Yield what a query tells of each of its tables, for an instance with some values.

    `are_objects`: its rows become objects, which tell themselves which columns are looked at.
    """
    names = statement.tables
    refs = statement.used if are_objects else statement.used | statement.shown
    used = _by_alias(refs, names)
    fixed = _Fixed(statement, names, getter(params))
    for place, (alias, name) in enumerate(names.items()):
        table = schema.table(name)
        columns = {each.lower() for each in used[alias]}
        scope = {
            param: found
            for param, value in values.items()
            if (found := fixed.equal_to(alias, value))
        }
        how, keys = fixed.how(alias, table)
        links = fixed.links(alias, table)
        yield Seen(name.lower(), columns, scope, how, keys, place == 0, links)


def _by_alias(refs: set[Ref], names: Mapping[str, str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {alias: set() for alias in names}
    for alias, column in refs:
        for each in _owners((alias, column), names):
            found[each].add(column)
    return found


def _owners(ref: Ref, names: Mapping[str, str]) -> list[str]:
    """Return the aliases whose column is meant."""
    alias, column = ref
    if alias is not None:
        return [alias] if alias in names else []
    tables = {each: schema.table(name) for each, name in names.items()}
    return [
        each
        for each, table in tables.items()
        if column == "*" or _has(table, column, is_alone=len(names) == 1)
    ]


def _has(table: Table | None, column: str, *, is_alone: bool) -> bool:
    """Whether a column without an alias is one of a table's; of one without a model if it is the
    only one."""
    return is_alone if table is None else column.lower() in {each.lower() for each in table.columns}


class _Fixed:
    """What the columns of a query are equal to."""

    def __init__(
        self, statement: Statement, names: Mapping[str, str], value: Callable[[Token], str | None]
    ) -> None:
        self._names = names
        self._order = {alias: place for place, alias in enumerate(names)}
        self._values: dict[tuple[str, str], list[set[str]]] = {}
        self._joins: list[tuple[tuple[str, str], tuple[str, str]]] = []
        self._fixed: dict[str, set[str]] = {alias: set() for alias in names}
        for ref, right in statement.equal:
            if isinstance(right, Token):
                self._fix(ref, [right], value)
            else:
                self._join(ref, right)
        for ref, tokens in statement.within:
            self._fix(ref, tokens, value)
        for ref in statement.tied:
            for alias in _owners(ref, names):
                self._fixed[alias].add(ref[1].lower())

    def _fix(self, ref: Ref, tokens: Sequence[Token], value: Callable[[Token], str | None]) -> None:
        found = {each for token in tokens if (each := value(token)) is not None}
        for alias in _owners(ref, self._names):
            column = (alias, ref[1].lower())
            self._values.setdefault(column, []).append(found)
            self._fixed[alias].add(column[1])

    def _join(self, left: Ref, right: Ref) -> None:
        for one in _owners(left, self._names):
            for other in _owners(right, self._names):
                pair = ((one, left[1].lower()), (other, right[1].lower()))
                self._joins.append(pair)
                # What is joined to a table is chosen by that, not the other way round.
                later = max(pair, key=lambda each: self._order[each[0]])
                self._fixed[later[0]].add(later[1])

    def equal_to(self, alias: str, value: str) -> set[str]:
        """Return the columns of a table that are equal to a value, by themselves or by a join."""
        equal = {column for column, sets in self._values.items() if {value} in sets}
        grows = True
        while grows:
            more = {
                other
                for pair in self._joins
                for one, other in (pair, pair[::-1])
                if one in equal and other not in equal
            }
            equal |= more
            grows = bool(more)
        return {column for each, column in equal if each == alias}

    def how(self, alias: str, table: Table | None) -> tuple[str, list[str]]:
        """Return what chooses the rows of a table, and the values of its key."""
        fixed = self._fixed[alias]
        if table is None:
            return ("link" if fixed else "open"), []
        unique = [{each.lower() for each in columns} for columns in table.unique]
        if any(columns <= fixed for columns in unique):
            sets = self._values.get((alias, table.key.lower()), [])
            return "key", sorted({each for found in sets for each in found})
        return ("link" if self.links(alias, table) else "open"), []

    def links(self, alias: str, table: Table | None) -> set[str]:
        """Return the references to other rows that choose the rows of a table."""
        return set() if table is None else self._fixed[alias] & table.references.keys()
