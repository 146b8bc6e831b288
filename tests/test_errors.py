"""mizan/errors.py: codes, their statuses, and what an error says."""

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan import errors
from mizan.errors import KNOWN_CODES, MizanError, WireError, show

SCHEMA = Path(__file__).parent.parent / "schema" / "v1" / "error.schema.json"
TREE = [
    item for item in vars(errors).values() if isinstance(item, type) and issubclass(item, Exception)
]


def test_the_codes_are_those_of_the_schema() -> None:
    schema = json.loads(SCHEMA.read_text())
    assert sorted(schema["$defs"]["KnownCode"]["enum"]) == sorted(KNOWN_CODES)


def test_every_error_is_a_mizan_error_and_stands_in_the_tree() -> None:
    assert MizanError in TREE
    for error in TREE:
        assert issubclass(error, MizanError)
        assert error.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("json.syntax", 400),
        ("json.size", 413),
        ("coerce.type", 422),
        ("param.unknown", 422),
        ("url.percent", 400),
        ("url.size", 414),
        ("header.syntax", 400),
        ("token.expired", 401),
        ("document.invalid", 422),
        ("app.anything", 400),
    ],
)
def test_a_wire_error_hints_at_a_status(code: str, status: int) -> None:
    assert WireError(code, "No.").status == status


def test_an_error_says_where() -> None:
    assert str(MizanError("a", "No.")) == "No."
    assert str(MizanError("a", "No.", position=0)) == "No. (at character 0)"
    assert str(MizanError("a", "No.", pointer="/a/\n")) == r"No. (at '/a/\n')"
    assert str(MizanError("a", "No.", pointer="")) == "No."


@pytest.mark.parametrize("error", TREE)
def test_errors_survive_pickling_and_copying(error: type[MizanError]) -> None:
    made = error("a.b", "No.", pointer="/x", position=3)
    for twin in (pickle.loads(pickle.dumps(made)), copy.copy(made)):  # noqa: S301 - made above
        assert type(twin) is error
        assert vars(twin) == vars(made)
        assert str(twin) == str(made)


class Hostile:
    """Fails at whatever it is asked."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError

    def __repr__(self) -> str:
        raise RuntimeError


class Meta(type):
    @property
    def __name__(cls) -> str:  # type: ignore[override] # what hostile code might do
        raise RuntimeError


class Nameless(metaclass=Meta):
    """Its class fails to name itself."""


class Word(str):
    __slots__ = ()

    def __getitem__(self, key: object) -> str:
        raise RuntimeError

    def __len__(self) -> int:
        raise RuntimeError


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("Ada", "'Ada'"),
        ("é\ud800\n", r"'\xe9\ud800\n'"),
        (b"\xff", r"b'\xff'"),
        ("a" * 61, "'" + "a" * 60 + "'..."),
        ("a" * 60, "'" + "a" * 60 + "'"),
        (b"a" * 61, "b'" + "a" * 60 + "'..."),
        (None, "None"),
        (True, "True"),
        (5, "5"),
        (2**64, "a value of type int"),
        (0.5, "0.5"),
        ([1], "a value of type list"),
    ],
)
def test_values_are_shown(value: object, shown: str) -> None:
    assert show(value) == shown


def test_hostile_values_are_shown() -> None:
    assert show(Hostile()) == "a value of type Hostile"
    assert show(Nameless()) == "a value of type Nameless"
    assert show(Word("ab")) == "'ab'"


@given(st.text() | st.binary() | st.integers() | st.floats() | st.builds(object))
def test_what_is_shown_is_short_printable_ascii(value: object) -> None:
    text = show(value)
    assert text.isascii()
    assert text.isprintable()
    assert len(text) <= 620
