"""Names drawn are names, by the words of section 4; what is drawn as no name is none."""

import re

from hypothesis import find, given

from mizan.testing import names, not_names, parameter_names

NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
PARAMETER = re.compile(r"[a-z][a-z0-9_]*")


@given(names())
def test_names(name: str) -> None:
    assert NAME.fullmatch(name)
    assert len(name) <= 64


@given(parameter_names())
def test_parameter_names(name: str) -> None:
    assert PARAMETER.fullmatch(name)
    assert len(name) <= 64


@given(not_names())
def test_not_names(text: str) -> None:
    assert not NAME.fullmatch(text) or len(text) > 64


def test_the_longest_and_dotted_ones_are_drawn() -> None:
    assert len(find(names(), lambda name: len(name) == 64)) == 64
    assert "." in find(names(), lambda name: "." in name)
    assert len(find(parameter_names(), lambda name: len(name) == 64)) == 64
