"""mizan.django.audit.parser: what statements of several dialects read and write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan.django.audit.parser import parse

WRITES = [
    ("INSERT INTO t (a, b) VALUES (%s, %s)", [("INSERT", "t", ("a", "b"))]),
    ('insert or ignore into "T" ("a") values (?)', [("INSERT", "T", ("a",))]),
    ("REPLACE INTO t(a) VALUES (1)", [("INSERT", "t", ("a",))]),
    ("INSERT INTO t SELECT * FROM u", [("INSERT", "t", None)]),
    (
        "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = excluded.b",
        [("INSERT", "t", ("a",)), ("UPDATE", "t", ("b",))],
    ),
    ("UPDATE t SET a = a + 1, b = (SELECT 1) WHERE id = 2", [("UPDATE", "t", ("a", "b"))]),
    ("UPDATE ONLY public.t x SET a = 1", [("UPDATE", "t", ("a",))]),
    ("UPDATE t SET a = u.a FROM u WHERE u.id = t.id", [("UPDATE", "t", ("a",))]),
    ("DELETE FROM t USING u WHERE u.id = t.id", [("DELETE", "t", None)]),
    ("TRUNCATE TABLE t", [("DELETE", "t", None)]),
    ("MERGE INTO t USING u ON t.a = u.a WHEN MATCHED THEN DELETE", [("UPDATE", "t", None)]),
    (
        "WITH x AS (DELETE FROM t RETURNING *) INSERT INTO log SELECT * FROM x",
        [("DELETE", "t", None), ("INSERT", "log", None)],
    ),
    ("DELETE FROM a; UPDATE b SET c = 1;", [("DELETE", "a", None), ("UPDATE", "b", ("c",))]),
    ("SELECT 1 FROM t FOR UPDATE", []),
    ("SELECT 'DELETE FROM t'", []),
    ("CREATE TABLE t (a int)", []),
]


@pytest.mark.parametrize(("sql", "expected"), WRITES)
def test_what_is_written(sql: str, expected: list[object]) -> None:
    assert [(each.verb, each.table, each.columns) for each in parse(sql).changes] == expected


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT * FROM a", {"a": "a"}),
        ("SELECT * FROM a, b AS c JOIN d e ON c.x = e.x", {"a": "a", "c": "b", "e": "d"}),
        ("SELECT * FROM (SELECT * FROM a) sub LEFT JOIN b USING (x)", {"b": "b", "a": "a"}),
        ("WITH x AS (SELECT 1 FROM a), y (n) AS (SELECT 2) SELECT * FROM x, y", {"a": "a"}),
        ("SELECT 1 FROM a UNION ALL SELECT 2 FROM b", {"a": "a", "b": "b"}),
        ("SELECT EXTRACT(year FROM a.day) FROM a WHERE a.x IS DISTINCT FROM 1", {"a": "a"}),
        ("SELECT (SELECT MAX(u.x) FROM b u WHERE u.y = a.y) FROM a", {"a": "a", "u": "b"}),
        ("SELECT * FROM json_each(%s)", {}),
        ("SELECT * FROM (a JOIN b ON a.x = b.x)", {"a": "a", "b": "b"}),
        ("PRAGMA x", {}),
    ],
)  # fmt: skip
def test_what_is_read(sql: str, tables: dict[str, str]) -> None:
    assert dict(sorted(parse(sql).tables.items())) == dict(sorted(tables.items()))


def test_columns_that_are_shown_and_those_that_are_used() -> None:
    found = parse('SELECT t.a, t.b AS "x", LOWER(t.c), t.d + 1 FROM t WHERE t.e > 1 ORDER BY t.f')
    assert found.shown == {("t", "a"), ("t", "b")}
    assert {column for alias, column in found.used if alias == "t"} == {"c", "d", "e", "f"}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("t.a = %s", {"a"}),
        ("t.a = %s AND (t.b = 'x' AND NOT (t.c = 1))", {"a", "b"}),
        ("t.a = %s OR t.b = %s", set()),
        ("(t.a = 1 OR t.a = 2) AND t.b = 1", {"a", "b"}),
        ("t.a IN (%s, %s) AND t.b IN (SELECT 1)", {"a", "b"}),
        ("t.a IS NULL AND t.b IS NOT NULL", {"a"}),
        ("CASE WHEN t.a = 1 THEN 1 END = 1", set()),
        ("t.a > 1", set()),
    ],
)
def test_what_every_row_fulfils(condition: str, expected: set[str]) -> None:
    found = parse(f"SELECT 1 FROM t WHERE {condition}")  # noqa: S608 (constants)
    refs = [ref for ref, _ in found.equal] + [ref for ref, _ in found.within] + found.tied
    assert {column for _, column in refs} == expected


def test_the_condition_of_a_plain_write() -> None:
    sql = "UPDATE t SET a = %s WHERE id = %s"
    (change,) = parse(sql).changes
    assert change.where is not None
    start, end, first = change.where
    assert (sql[start:end], first) == (" id = %s", 1)
    (change,) = parse("DELETE FROM t").changes
    assert change.where is not None
    for other in ("UPDATE t x SET a = 1", "DELETE FROM t USING u", "UPDATE t SET a = 1 FROM u"):
        assert parse(other).changes[0].where is None


def test_savepoints() -> None:
    assert parse('SAVEPOINT "s1"').savepoint == ("SAVEPOINT", "s1")
    assert parse("ROLLBACK TO SAVEPOINT s1").savepoint == ("ROLLBACK", "s1")
    assert parse('RELEASE SAVEPOINT "s1"').savepoint is None


WORDS = ["SELECT", "FROM", "WHERE", "(", ")", "t", "a", ".", ",", "=", "%s", "IN", "UPDATE", "SET",
         "INSERT", "INTO", "WITH", "AS", "OR", "UNION", ";", "'x'", "DELETE", "ON"]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=25))
def test_any_statement_is_read(words: list[str]) -> None:
    parse(" ".join(words))
    assert parse("(" * 3000).changes == []
