"""`mizan header parse|format`."""

from typing import Any

import pytest


def test_a_field_is_parsed(mizan: Any) -> None:
    done = mizan("header", "parse", "user;user_id=5, notifications")
    assert (done.status, done.err) == (0, "")
    assert done.json == ["notifications", {"context": "user", "params": {"user_id": "5"}}]


@pytest.mark.parametrize(
    ("field", "targets"), [("", []), ("*", ["*"]), ("a;f=1", None), ("b, a", ["a", "b"])]
)
def test_a_field_may_come_from_standard_input(mizan: Any, field: str, targets: Any) -> None:
    done = mizan("header", "parse", "-", stdin=f"{field}\r\n")
    assert done == mizan("header", "parse", field)
    assert targets is None or done.json == targets


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("User", "header.name"),
        ("user;user_id=05", "header."),
        ("\udcff", "header."),
        ("a,,b", "header.syntax"),
    ],
)
def test_a_wrong_field_is_refused(mizan: Any, field: str, code: str) -> None:
    done = mizan("header", "parse", field)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("Error: FIELD: ")
    assert f"[{code}" in done.err


def test_targets_are_formatted(mizan: Any) -> None:
    targets = '["news", {"context": "user", "params": {"id": 5}}]'
    assert mizan("header", "format", targets) == (0, "news, user;id=5\n", "")
    assert mizan("header", "format", "-", stdin=targets).out == "news, user;id=5\n"
    assert mizan("header", "format", "[]").out == "\n"


def test_a_long_value_is_coarsened(mizan: Any) -> None:
    targets = '[{"context": "user", "params": {"id": 5}}]'
    assert mizan("header", "format", "--limit", 8, targets).out == "user\n"


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ("{}", "TARGETS: expected a JSON array of targets"),
        ("[", "TARGETS: Not JSON"),
        ('["news", 5]', "TARGETS, item 1: Expected a target"),
        ('[{"context": "a", "params": {"x": null}}]', "TARGETS, item 0: "),
        ('["News"]', "TARGETS, item 0: "),
    ],
)
def test_wrong_targets_are_refused(mizan: Any, targets: str, message: str) -> None:
    done = mizan("header", "format", targets)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"Error: {message}")


def test_a_limit_of_nothing_is_a_wrong_call(mizan: Any) -> None:
    assert mizan("header", "format", "--limit", 0, "[]").status == 2
