"""Parts of expressions of SQL: columns, values, lists, as `statements.py` looks for them.

Invariant: each looks at tokens and changes nothing.
"""

from __future__ import annotations

from typing import TypeAlias

from mizan.django.audit.tokens import Token, Tree

VERBS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE", "TRUNCATE"})
Ref: TypeAlias = tuple[str | None, str]
"""(alias or None, column); the column `*` is all of them."""


_NO_COLUMNS = ("AS", "CASE", "WHEN", "THEN", "ELSE", "END", "NULL", "AND", "OR", "NOT", "DISTINCT")


def reference(items: Tree, place: int) -> tuple[int, Ref | None]:
    """Return (the place after it, column) where a column is named."""
    item = items[place] if place < len(items) else None
    if not isinstance(item, Token) or not item.is_name:
        return place, None
    if says(items, place + 1, "."):
        column = items[place + 2] if place + 2 < len(items) else None
        if isinstance(column, Token) and (column.is_name or column.text == "*"):
            if says(items, place + 3, "."):  # a schema's table's column
                return reference(items, place + 2)
            return place + 3, (item.text.lower(), column.text)
        return place + 2, None
    follows = items[place + 1] if place + 1 < len(items) else None
    if isinstance(follows, list) or item.says(*_NO_COLUMNS):
        return place, None  # a function, or a word of the language
    return place + 1, (None, item.text)


def says(items: Tree, place: int, *words: str) -> bool:
    item = items[place] if 0 <= place < len(items) else None
    return isinstance(item, Token) and item.says(*words)


def next_says(items: Tree, place: int, word: str, kind: type) -> bool:
    """Whether a word follows, at once or after a list, and then something of a kind."""
    rest = items[place + 1 : place + 5]
    return any(
        says(rest, at, word) and any(isinstance(each, kind) for each in rest[at + 1 :])
        for at in range(min(2, len(rest)))
    )


def ends(items: Tree, place: int, *, before: bool) -> bool:
    """Whether a column stands alone in a list: what is beside it here is no part of a term."""
    if place < 0 or place >= len(items):
        return True
    words = ("SELECT", "DISTINCT", ",") if before else ("FROM", "AS", ",")
    return says(items, place, *words)


def is_query(items: Tree) -> bool:
    return bool(items) and says(items, 0, "WITH", *VERBS)


def all_hold(items: Tree) -> bool:
    """Whether conditions of a level are all to be fulfilled."""
    return not any(isinstance(each, Token) and each.says("OR") for each in items)


def choice_of(items: Tree) -> tuple[Ref, list[Token]] | None:
    """Return (column, values) of `x = 1 OR x = 2`; None for anything else."""
    found: list[tuple[Ref, Token]] = []
    place = 0
    while place < len(items):
        end, ref = reference(items, place)
        value = items[end + 1] if end + 1 < len(items) else None
        is_equal = ref and says(items, end, "=") and isinstance(value, Token) and value.is_value
        if not is_equal or (end + 2 < len(items) and not says(items, end + 2, "OR")):
            return None
        assert ref is not None  # noqa: S101 (there is an equality)
        assert isinstance(value, Token)  # noqa: S101
        found.append((ref, value))
        place = end + 3
    columns = {ref for ref, _ in found}
    return (columns.pop(), [value for _, value in found]) if len(columns) == 1 else None


def flat(items: Tree) -> list[Token]:
    found: list[Token] = []
    for each in items:
        found += flat(each) if isinstance(each, list) else [each]
    return found


def names_of(items: Tree) -> list[Token]:
    return [each for each in items if isinstance(each, Token) and each.is_name]


def values_of(items: Tree) -> list[Token | None]:
    """Return the values of a row of an INSERT; None for one that is no parameter or literal."""
    found: list[Token | None] = []
    term: list[Token | Tree] = []
    for each in [*items, Token("mark", ",", 0, 0)]:
        if isinstance(each, Token) and each.says(","):
            only = term[0] if len(term) == 1 else None
            found.append(only if isinstance(only, Token) and only.is_value else None)
            term = []
        else:
            term.append(each)
    return found


def savepoint_of(top: Tree) -> tuple[str, str] | None:
    """Return (`SAVEPOINT` or `ROLLBACK`, its name) of such a statement."""
    words = [each for each in top if isinstance(each, Token)]
    if len(words) < 2 or not words[0].says("SAVEPOINT", "ROLLBACK"):
        return None
    return words[0].text.upper(), words[-1].text
