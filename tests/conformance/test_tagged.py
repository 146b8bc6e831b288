"""Every tag of annex C.1 becomes the value that it names."""

import math
from typing import Any

import pytest

from mizan_conformance.tagged import untag


@pytest.mark.parametrize(
    ("tagged", "value"),
    [
        ({"$double": "1.0"}, 1.0),
        ({"$double": "Infinity"}, math.inf),
        ({"$double": "-Infinity"}, -math.inf),
        ({"$integer": "9007199254740992"}, 2**53),
        ({"$utf16": "d83dde00"}, "\U0001f600"),
        ({"$utf16": "0061de00"}, "a\ude00"),
        ({"$bytes": "c3a9"}, b"\xc3\xa9"),
        ({"$members": [["$double", 1], ["a", {"$integer": "2"}]]}, {"$double": 1, "a": 2}),
        ({"$members": [[{"$utf16": "d800"}, 1]]}, {"\ud800": 1}),
        ({"$members": []}, {}),
        ({"$nest": 3, "of": 1}, [[[1]]]),
        ({"$nest": 0, "of": {"$double": "2.0"}}, 2.0),
        ({"$repeat": 3, "of": "ab"}, "ababab"),
        ({"$repeat": 2, "of": {"$bytes": "ff"}}, b"\xff\xff"),
        ({"a": [{"$integer": "5"}], "b": None}, {"a": [5], "b": None}),
        ({"of": 1, "a": 2}, {"of": 1, "a": 2}),
        ({"$a": 1, "$b": 2}, {"$a": 1, "$b": 2}),
        ({}, {}),
    ],
)
def test_untag(tagged: Any, value: Any) -> None:
    found = untag(tagged)
    assert found == value
    assert type(found) is type(value)


def test_the_sign_of_zero_and_nan_are_kept() -> None:
    assert math.copysign(1, untag({"$double": "-0.0"})) == -1
    assert math.isnan(untag({"$double": "NaN"}))


@pytest.mark.parametrize("name", ["undefined", "date", "function", "set", "symbol", "anything"])
def test_others_are_no_json_and_can_name_members(name: str) -> None:
    value = untag({"$other": name})
    assert not isinstance(value, (str, int, float, list, dict, type(None)))
    assert len(untag({"$members": [[{"$other": name}, 1]]})) == 1


@pytest.mark.parametrize("tagged", [{"$doubel": "1.0"}, {"$times": 3, "of": "a"}])
def test_an_unknown_tag_is_an_error_that_lists_the_known(tagged: Any) -> None:
    with pytest.raises(ValueError, match=r"unknown tag '\$\w+': annex C.1 knows \$double, "):
        untag(tagged)
