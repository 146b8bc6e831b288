"""What a statement of SQL reads and writes: tables, columns, and what its conditions are equal to.

The grammar is that of no dialect: clauses are told by their keywords, and what is not understood is
passed over.

Invariant: a table whose name stands where a table's name can stand is found; a condition is noted
only where every row has to fulfil it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from mizan.django.audit.statements import Change, Statement
from mizan.django.audit.terms import (
    VERBS,
    Ref,
    all_hold,
    choice_of,
    ends,
    flat,
    is_query,
    names_of,
    next_says,
    reference,
    savepoint_of,
    says,
    values_of,
)
from mizan.django.audit.tokens import Token, Tree, tree

_CLAUSES = {
    "SELECT": "select", "FROM": "from", "JOIN": "from", "USING": "from", "ON": "where",
    "WHERE": "where", "HAVING": "used", "GROUP": "used", "ORDER": "used", "WINDOW": "used",
    "LIMIT": "end", "OFFSET": "end", "SET": "set", "INTO": "into", "VALUES": "values",
    "RETURNING": "end", "UNION": "end", "INTERSECT": "end", "EXCEPT": "end",
}  # fmt: skip
_NOT_ALIASES = frozenset(
    {*_CLAUSES, *VERBS, "LEFT", "RIGHT", "FULL", "INNER", "OUTER", "CROSS", "NATURAL", "AS"}
    | {"FOR", "WHEN", "DEFAULT", "ONLY", "LATERAL", "AND", "OR", "NOT", "WITH", "CONFLICT"}
)


@lru_cache(maxsize=4096)
def parse(sql: str) -> Statement:
    """Return what a statement does; nothing for a text that is none."""
    top = tree(sql)
    found = Statement(savepoint=savepoint_of(top))
    if found.savepoint is None:
        with suppress(RecursionError):  # nobody reads parentheses that deep
            _Reader(found, len(sql)).read(top)
    return found


@dataclass(slots=True)
class _Level:
    """One level of parentheses, and how far it was read. `starts`: a verb may come; `cases`: how
    many CASE are open."""

    items: Tree
    is_outermost: bool
    is_certain: bool
    clause: str = ""
    verb: str = ""
    change: Change | None = None
    starts: bool = True
    cases: int = 0


class _Reader:
    """Reads one statement into `found`."""

    def __init__(self, found: Statement, end: int) -> None:
        self._found = found
        self._end = end
        self._named: set[str] = set()  # of WITH: these are no tables
        self._depth = 0
        self._depths: dict[str, int] = {}

    def read(self, top: Tree) -> None:
        """Read the whole text."""
        self.statement(top, is_outermost=True)
        found = self._found.tables
        self._found.tables = dict(sorted(found.items(), key=lambda each: self._depths[each[0]]))

    def _add(self, alias: str, name: str) -> None:
        self._found.tables[alias.lower()] = name
        self._depths[alias.lower()] = self._depth

    def statement(self, items: Tree, *, is_outermost: bool) -> None:
        """Read a statement, or several, at one level of parentheses."""
        level = _Level(items, is_outermost, all_hold(items))
        place = 0
        while place < len(items):
            item = items[place]
            if isinstance(item, list):
                certain = level.is_certain and not level.cases
                self._group(item, level.clause, level.change, is_certain=certain)
                level.starts = not level.clause  # as after WITH x AS (…)
                place += 1
            else:
                place = self._token(level, item, place)

    def _token(self, level: _Level, item: Token, place: int) -> int:
        """Read what begins with a token; return the place after it."""
        items = level.items
        if item.says(";", "UNION", "INTERSECT", "EXCEPT"):
            level.clause, level.change, level.verb, level.starts = "", None, "", True
            return place + 1
        if not level.clause:
            return self._begin(level, item, place)
        if level.verb == "MERGE" and item.says("WHEN"):
            level.clause = "end"
            return place + 1
        if item.says(*_CLAUSES) and not self._is_distinct(items, place):
            return self._clause(level, item.text.upper(), place + 1)
        if level.clause == "from" and item.says(","):
            return self._source(items, place + 1)
        level.cases += item.says("CASE") - item.says("END")
        if item.says("*") and level.clause == "select" and ends(items, place - 1, before=True):
            (self._found.shown if level.is_outermost else self._found.used).add((None, "*"))
        return self._expression(
            items,
            place,
            level.clause,
            level.change,
            is_plain=level.is_outermost and level.clause == "select",
            is_certain=level.is_certain and not level.cases,
        )

    def _begin(self, level: _Level, item: Token, place: int) -> int:
        """Read the verb, or what `WITH` names before it."""
        word = item.text.upper()
        if level.starts and item.kind == "word" and word in VERBS:
            level.verb, level.starts = word, False
            if word == "SELECT":
                level.clause = "select"
                return place + 1
            level.clause = "table"
            level.change = self._change(word, level.items, level.is_outermost)
            return self._table(level.items, place, level.change)
        if item.is_name and next_says(level.items, place, "AS", list):
            self._named.add(item.text.lower())
        return place + 1

    def _clause(self, level: _Level, word: str, place: int) -> int:
        """Begin a clause."""
        level.clause = _CLAUSES[word]
        follows = level.items[place] if place < len(level.items) else None
        if word == "USING" and isinstance(follows, list) and not is_query(follows):
            level.clause = "used"  # the columns of a join
        if level.clause == "from":
            return self._source(level.items, place)
        if word == "ON" and level.verb in ("INSERT", "REPLACE"):
            level.clause = "end"  # ON CONFLICT
        if word == "SET" and level.change is not None and level.change.verb == "INSERT":
            level.change = Change("UPDATE", level.change.table)  # … DO UPDATE SET
            self._found.changes.append(level.change)
        return place

    @staticmethod
    def _is_distinct(items: Tree, place: int) -> bool:
        """Whether a word is part of `IS DISTINCT FROM`."""
        before = items[place - 1] if place else None
        return isinstance(before, Token) and before.says("DISTINCT") and says(items, place, "FROM")

    def _change(self, verb: str, items: Tree, is_outermost: bool) -> Change:
        change = Change("INSERT" if verb == "REPLACE" else verb, "")
        if verb == "TRUNCATE":
            change.verb = "DELETE"
        wheres = [each for each in items if isinstance(each, Token) and each.says("WHERE")]
        others = ("FROM", "USING", "JOIN", "WITH", ";", "LIMIT", "ORDER", "RETURNING")
        froms = sum(isinstance(each, Token) and each.says(*others) for each in items)
        if verb in ("UPDATE", "DELETE") and is_outermost and froms == (verb == "DELETE"):
            start = wheres[0].end if wheres else self._end
            first = sum(each.kind == "param" and each.end < start for each in flat(items))
            change.where = (start, self._end, first)
        return change

    def _table(self, items: Tree, place: int, change: Change) -> int:
        """Read the table that is written; return the place after it."""
        place += 1
        while place < len(items) and says(
            items, place, "INTO", "FROM", "TABLE", "ONLY", "OR", "IGNORE", "REPLACE", "ROLLBACK"
        ):
            place += 1
        place, name, alias = self._name(items, place)
        if not name:
            return place
        change.table = name
        self._found.changes.append(change)
        if alias != name:
            change.where = None
        if change.verb != "INSERT":
            self._add(alias, name)
        if change.verb == "MERGE":
            change.verb = "UPDATE"
        if change.verb == "INSERT" and place < len(items):
            columns = items[place]
            if isinstance(columns, list) and not is_query(columns):
                change.columns = tuple(each.text for each in names_of(columns))
                place += 1
        return place

    def _source(self, items: Tree, place: int) -> int:
        """Read a table that is read, with its alias; return the place after it."""
        while says(items, place, "ONLY", "LATERAL"):
            place += 1
        if place < len(items) and isinstance(items[place], list):
            return place  # a subquery, or tables in parentheses
        place, name, alias = self._name(items, place)
        if name and name.lower() not in self._named:
            self._add(alias, name)
        return place

    @staticmethod
    def _name(items: Tree, place: int) -> tuple[int, str, str]:
        """Return (the place after it, name, alias) of a table; the name is empty without one."""
        name = ""
        while place < len(items):
            item = items[place]
            if not isinstance(item, Token) or not item.is_name or item.says(*_CLAUSES):
                return place, name, name
            name = item.text
            place += 1
            if not says(items, place, "."):
                break
            place += 1
        if (
            place < len(items)
            and isinstance(items[place], list)
            and name.lower().startswith("json")
        ):
            return place, "", ""  # a function that gives rows
        if says(items, place, "AS"):
            place += 1
        alias = items[place] if place < len(items) else None
        if isinstance(alias, Token) and alias.is_name and not alias.says(*_NOT_ALIASES):
            return place + 1, name, alias.text
        return place, name, name

    def _group(self, items: Tree, clause: str, change: Change | None, *, is_certain: bool) -> None:
        if is_query(items):
            self._depth += 1
            self.statement(items, is_outermost=False)
            self._depth -= 1
            return
        if clause == "values" and change is not None:
            change.rows.append(values_of(items))
        if clause == "from":
            self._source(items, 0)
        choice = choice_of(items) if is_certain and clause == "where" else None
        if choice is not None:
            self._found.within.append(choice)
        is_certain = is_certain and all_hold(items)
        place = 0
        while place < len(items):
            item = items[place]
            if isinstance(item, list):
                negated = place > 0 and says(items, place - 1, "NOT")
                self._group(item, clause, None, is_certain=is_certain and not negated)
                place += 1
            elif clause == "from" and item.says("JOIN", ","):
                place = self._source(items, place + 1)
            else:
                place = self._expression(items, place, clause, None, is_certain=is_certain)

    def _expression(
        self,
        items: Tree,
        place: int,
        clause: str,
        change: Change | None,
        *,
        is_certain: bool,
        is_plain: bool = False,
    ) -> int:
        """Read one term of an expression; return the place after it."""
        end, ref = reference(items, place)
        if ref is None:
            return place + 2 if says(items, place, "AS") else place + 1
        if clause == "set" and change is not None and says(items, end, "="):
            change.columns = (*(change.columns or ()), ref[1])
            return end + 1
        alone = is_plain and ends(items, place - 1, before=True) and ends(items, end, before=False)
        (self._found.shown if alone else self._found.used).add(ref)
        if clause in ("where", "from") and is_certain:
            return self._condition(items, end, ref)
        return end

    def _condition(self, items: Tree, place: int, ref: Ref) -> int:
        """Read what a column is equal to, if that is what follows it; return the place after it."""
        other = items[place + 1] if place + 1 < len(items) else None
        if says(items, place, "="):
            end, right = reference(items, place + 1)
            if right is not None:
                self._found.used.add(right)
                self._found.equal.append((ref, right))
                return end
            if isinstance(other, Token) and other.is_value:
                self._found.equal.append((ref, other))
                return place + 2
            if isinstance(other, list) and not is_query(other):
                inner = reference(other, 0)[1] or (other[0] if len(other) == 1 else None)
                if isinstance(inner, tuple):  # a token is one, too
                    self._found.equal.append((ref, inner))
        elif says(items, place, "IS") and says(items, place + 1, "NULL"):
            self._found.within.append((ref, []))
        elif says(items, place, "IN") and isinstance(other, list):
            values = [each for each in other if isinstance(each, Token) and each.is_value]
            if is_query(other):
                self._found.tied.append(ref)
            elif values:
                self._found.within.append((ref, values))
                return place + 2
        return place
