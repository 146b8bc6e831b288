"""mizan/protocol/values.py: the numbers of JSON. test_numbers_node.py asks Node about doubles."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan.protocol.values import MAX_DEPTH, MAX_INTEGER, double_text, whole


def test_the_limits_are_those_of_the_specification() -> None:
    assert MAX_INTEGER == 9007199254740991
    assert MAX_DEPTH == 64


@pytest.mark.parametrize(
    ("number", "result"),
    [
        (5.0, 5),
        (-0.0, 0),
        (0.5, 0.5),
        (9007199254740991.0, 9007199254740991),
        (-9007199254740991.0, -9007199254740991),
        (9007199254740992.0, 9007199254740992.0),
        (-9007199254740992.0, -9007199254740992.0),
        (1e300, 1e300),
        (math.inf, math.inf),
    ],
)
def test_integral_doubles_are_integers(number: float, result: float) -> None:
    found = whole(number)
    assert found == result
    assert type(found) is type(result)


def test_nan_stays() -> None:
    assert math.isnan(whole(math.nan))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (5.0, "5"),
        (-5.0, "-5"),
        (0.1, "0.1"),
        (1e15, "1000000000000000"),
        (1e16, "10000000000000000"),
        (-1.5e16, "-15000000000000000"),
        (1.2345678901234567e20, "123456789012345670000"),
        (1e20, "100000000000000000000"),
        (1e21, "1e+21"),
        (-1.25e21, "-1.25e+21"),
        (1e-4, "0.0001"),
        (1e-5, "0.00001"),
        (-1.5e-6, "-0.0000015"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"),
        (-1.5e-10, "-1.5e-10"),
        (5e-324, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
    ],
)
def test_doubles_are_written_as_ecmascript_does(number: float, text: str) -> None:
    assert double_text(number) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_written_reads_back(number: float) -> None:
    text = double_text(number)
    assert json.loads(text) == number
    assert "e" in text or 1e-6 <= abs(number) < 1e21 or number == 0
