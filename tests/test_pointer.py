"""Steps of JSON Pointers (mizan/pointer.py)."""

import pytest

from mizan.pointer import step


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a", "/a"), ("", "/"), ("a/b", "/a~1b"), ("~", "/~0"), ("~1", "/~01"), (3, "/3")],
)
def test_names_are_escaped(name: str | int, expected: str) -> None:
    assert step(name) == expected
