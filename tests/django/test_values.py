"""mizan.django.values: what the values of settings must be; test_conf.py has the wrong ones."""

from __future__ import annotations

from typing import Any

import pytest

from mizan.django import values


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (values.unless_bool(values.dictionary), False),
        (values.unless_bool(values.dictionary), {"A": 5}),
        (values.text("a name"), "x"),
        (values.count(1, 3, "seconds"), 1),
        (values.count(1, 3, "seconds"), 3),
        (values.number(0.5, 3, "seconds"), 0.5),
        (values.number(0.5, 3, "seconds"), 3),
        (values.choice("a", "b"), "b"),
        (values.dictionary, {"A": 5}),
        (values.unless_none(values.dictionary), None),
        (values.unless_none(values.dictionary), {"A": 5}),
        (values.names, []),
        (values.names, ("a", "b")),
        (values.names, {"a"}),
        (values.names, frozenset({"a"})),
        (values.routes, {"user": ["/x/"]}),
        (values.callables, {"a": len, "b": "builtins.str"}),
        (values.keys, None),
        (values.secret, None),
        (values.secret, "é" * 16),
        (values.secret, b"x" * 32),
    ],
)
def test_what_is_right(check: values.Check, value: Any) -> None:
    assert check(value) is None


@pytest.mark.parametrize(
    ("check", "value", "say"),
    [
        (
            values.unless_bool(values.dictionary),
            0,
            "expected a bool or a dictionary by names, got int.",
        ),
        (values.text("a name"), "", "expected a name, got ''."),
        (values.count(1, 3, "seconds"), 4, "a whole number of seconds from 1 to 3, got 4."),
        (values.count(1, 3, "seconds"), True, "got True."),
        (values.number(0.5, 3, "s"), 0.4, "expected a number of s from 0.5 to 3, got 0.4."),
        (values.number(0, 3, "s"), True, "got True."),
        (values.number(0, 3, "s"), float("nan"), "got nan."),
        (values.choice("a", "b"), "c", "expected 'a' or 'b', got 'c'."),
        (values.choice("a", "b"), [], "got []."),
        (values.dictionary, ["A"], "expected a dictionary by names, got list."),
        (values.dictionary, {5: 5}, "expected a dictionary by names, got dict."),
        (
            values.unless_none(values.dictionary),
            5,
            "expected None or a dictionary by names, got int.",
        ),
        (values.names, "abc", "expected a list of names, got 'abc'."),
        (values.routes, {"user": 5}, "expected {context: [routes]}, got {'user': 5}."),
        (values.callables, {"a": "no.such"}, "a: No module named 'no'."),
        (values.callables, {"a": 5}, "a: 5 is not callable."),
        (values.keys, [5], "key 0: expected a JWK"),
        (values.secret, "x" * 31, "expected at least 32 bytes, got 31."),
        (values.secret, 5, "expected 32 bytes or more, as bytes or text, got int."),
    ],
)
def test_what_is_wrong_is_said(check: values.Check, value: Any, say: str) -> None:
    assert say in str(check(value))


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (values.count(1, 5, "bytes"), "a whole number of bytes from 1 to 5"),
        (values.unless_none(values.text("a path")), "None or a path"),
        (values.unless_bool(values.names), "a bool or a list of names"),
        (values.choice("a", "b"), "'a' or 'b'"),
        (values.secret, "32 bytes or more, as bytes or text"),
        (values.callables, "{facet: callable or dotted path}"),
    ],
)
def test_a_check_says_in_words_what_it_takes(check: values.Check, words: str) -> None:
    assert values.expected(check) == words
