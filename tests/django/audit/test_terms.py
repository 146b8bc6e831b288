"""mizan.django.audit.terms: columns, values and lists in an expression."""

from __future__ import annotations

import pytest

from mizan.django.audit import terms
from mizan.django.audit.tokens import tree


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("a", (1, (None, "a"))),
        ('"T"."c"', (3, ("t", "c"))),
        ("public.t.c", (5, ("t", "c"))),
        ("t.*", (3, ("t", "*"))),
        ("count(a)", (0, None)),
        ("%s", (0, None)),
        ("CASE", (0, None)),
    ],
)
def test_columns(sql: str, expected: object) -> None:
    assert terms.reference(tree(sql), 0) == expected


def test_a_choice_of_values() -> None:
    found = terms.choice_of(tree("t.a = %s OR t.a = 2"))
    assert found is not None
    assert (found[0], [each.text for each in found[1]]) == (("t", "a"), ["%s", "2"])
    for other in ("a = 1 OR b = 2", "a = 1 AND a = 2", "a > 1 OR a = 2", "a = 1 OR a = b", ""):
        assert terms.choice_of(tree(other)) is None


def test_values_of_a_row() -> None:
    found = terms.values_of(tree("%s, now(), 'x', a + 1"))
    assert [each and each.text for each in found] == ["%s", None, "'x'", None]


def test_what_begins_a_query() -> None:
    assert terms.is_query(tree("select 1"))
    assert not terms.is_query(tree("a, b"))
    assert terms.all_hold(tree("a AND (b OR c)"))
    assert not terms.all_hold(tree("a OR b"))
