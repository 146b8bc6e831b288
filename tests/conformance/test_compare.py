"""Numbers are compared by value, everything else exactly, and a difference names its place."""

import json
from typing import Any

import pytest
from hypothesis import given

from mizan.testing import json_values
from mizan_conformance.compare import difference, show


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (1, 1.0),
        (1e21, 10**21),
        (123456789012345683968.0, 123456789012345680000),
        (-0.0, 0),
        (10**400, 10**400),
        ({"a": [1, None, True]}, {"a": [1.0, None, True]}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ("e\u0301", "e\u0301"),
    ],
)
def test_equal(expected: Any, actual: Any) -> None:
    assert difference(expected, actual) is None


@pytest.mark.parametrize(
    ("expected", "actual", "said"),
    [
        (1, True, "expected 1, got true"),
        (0, False, "expected 0, got false"),
        (False, 0, "expected false, got 0"),
        (1, "1", 'expected 1, got "1"'),
        (None, 0, "expected null, got 0"),
        (1, 2, "expected 1, got 2"),
        (10**400, -(10**400), "expected 1000"),
        ("\u00e9", "e\u0301", 'expected "\\u00e9", got "e\\u0301"'),
        ([1, 2], [1, 3], "at /1: expected 2, got 3"),
        ([1, 2], [1], "at /1: expected 2, got nothing"),
        ([1], [1, 2], "at /1: expected nothing, got 2"),
        ({"a": 1}, {}, "at /a: expected 1, got nothing"),
        ({}, {"a": 1}, "at /a: expected nothing, got 1"),
        ({"x": [{"a/b": 1, "c~": 2}]}, {"x": [{"a/b": 1, "c~": 3}]}, "at /x/0/c~0: expected 2"),
        ({"x": [{"a/b": 1}]}, {"x": [{"a/b": 2}]}, "at /x/0/a~1b: expected 1"),
        ({}, [], "expected {}, got []"),
    ],
)
def test_different(expected: Any, actual: Any, said: str) -> None:
    assert str(difference(expected, actual)).startswith(said)


@given(json_values())
def test_a_value_equals_what_json_makes_of_it(value: Any) -> None:
    assert difference(value, json.loads(json.dumps(value))) is None


def test_long_values_are_cut_in_their_middle() -> None:
    text = show("a" * 5000 + "b" * 5000)
    assert text.startswith('"aaa')
    assert text.endswith('bbb" (10002 characters)')
    assert len(text) < 200


@pytest.mark.parametrize(
    ("expected", "actual", "said"),
    [
        ("abc", "abd", 'expected "abc", got "abd" (they part at byte 2: 0x63, not 0x64)'),
        ("abc", "ab", 'expected "abc", got "ab" (they part at byte 2: 0x63, not the end)'),
        # U+00E9 and U+00E8 have their first byte in common.
        ("x\u00e9", "x\u00e8", "(they part at byte 2: 0xa9, not 0xa8)"),
        ("\ud800", "\ud801", "(they part at byte 2: 0x80, not 0x81)"),
        ("", "a", 'expected "", got "a"'),
    ],
)
def test_texts_part_at_a_byte(expected: str, actual: str, said: str) -> None:
    assert str(difference(expected, actual)).endswith(said)


def test_long_texts_are_shown_where_they_part() -> None:
    said = str(difference("a" * 500 + "b" + "c" * 500, "a" * 500 + "d" + "c" * 500))
    assert f'... "{"a" * 30}b{"c" * 29}" ... (1001 characters)' in said
    assert said.endswith("(they part at byte 500: 0x62, not 0x64)")


def test_what_nests_too_deep_is_told_all_the_same() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert str(difference(1, deep)) == "expected 1, got a value that is nested too deep to show"
