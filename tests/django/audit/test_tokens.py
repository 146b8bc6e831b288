"""mizan.django.audit.tokens: the words of a statement, and its parentheses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan.django.audit.tokens import Token, tokens, tree


def words(sql: str) -> list[tuple[str, str]]:
    return [(each.kind, each.text) for each in tokens(sql)]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("a -- b\n/* c; */ d", [("word", "a"), ("word", "d")]),
        ("'it''s; %s' \"a \"\"b\"", [("text", "'it''s; %s'"), ("quoted", 'a ""b')]),
        ("`a` [b c]", [("quoted", "a"), ("quoted", "b c")]),
        ("$x$ it's $x$ $1", [("text", "$x$ it's $x$"), ("param", "$1")]),
        ("%s %(name)s ? :n", [("param", each) for each in ("%s", "%(name)s", "?", ":n")]),
        ("x::uuid = 1.5", [("word", "x"), ("mark", "="), ("number", "1.5")]),
        ("a<>b", [("word", "a"), ("mark", "<>"), ("word", "b")]),
        ("'open", [("mark", "'"), ("word", "open")]),
    ],
)
def test_words(sql: str, expected: list[tuple[str, str]]) -> None:
    assert words(sql) == expected


def test_parameters_are_numbered() -> None:
    assert [each.place for each in tokens("%s '%s' %s") if each.kind == "param"] == [0, 1]


def test_parentheses_are_lists() -> None:
    def shown(items: list[object]) -> list[object]:
        return [each.text if isinstance(each, Token) else shown(each) for each in items]

    assert shown(tree("a (b (c) d) e")) == ["a", ["b", ["c"], "d"], "e"]
    assert shown(tree("a) (b")) == ["a", ["b"]]


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    assert all(each.text in text or each.kind == "quoted" for each in tokens(text))
