"""mizan/protocol/canonical.py: every test runs with orjson and without it."""

import collections
import dataclasses
import datetime
import decimal
import enum
import importlib.util
import json
import sys
import types
import uuid
from typing import Any

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from mizan.errors import JsonError
from mizan.protocol import canonical
from mizan.protocol.canonical import HAS_FAST, canonical_json, canonical_string
from mizan.testing import json_values

both = pytest.mark.parametrize("fast", [False, True])


def quick(value: Any, *, fast: bool) -> str | None:
    return canonical._quick_fast(value) if fast else canonical._quick_pure(value)


def careful(value: Any) -> str:
    return canonical._write(value, "", 64)


def nested(depth: int, inner: Any) -> Any:
    for _ in range(depth):
        inner = [inner]
    return inner


def test_orjson_writes_as_the_quick_way_expects() -> None:
    assert HAS_FAST


@both
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (5, "5"),
        (-0.0, "0"),
        ("é", '"é"'),
        ([], "[]"),
        ({}, "{}"),
        ((1, 2), "[1,2]"),
        ([[], {}, ()], "[[],{},[]]"),
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        ([9007199254740991, -9007199254740991], "[9007199254740991,-9007199254740991]"),
        (
            [1.0, 0.0, -1.5, 1e15, 9007199254740993.0],
            "[1,0,-1.5,1000000000000000,9007199254740992]",
        ),
        ([1e16, -1.5e20, 1e21, 1e-5], "[10000000000000000,-150000000000000000000,1e+21,0.00001]"),
        ([1.5e-6, 1e-7, 2.5e-9, 1e-10, -1e300], "[0.0000015,1e-7,2.5e-9,1e-10,-1e+300]"),
        ([-0.0, 5.0], "[0,5]"),
        ({"": ""}, '{"":""}'),
    ],
)
def test_texts(value: object, text: str, *, fast: bool) -> None:
    assert canonical_json(value, fast=fast) == text


@both
def test_the_shortest_escapes(fast: bool) -> None:
    short = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
    for code in [*range(0xD800), *range(0xE000, 0x11000)]:
        escaped = short.get(code) or (f"\\u{code:04x}" if code < 0x20 else chr(code))
        assert canonical_json([chr(code)], fast=fast) == f'["{escaped}"]'


@both
def test_names_are_sorted_by_utf_16(fast: bool) -> None:
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\x80", "\xf6", "\ue000", "\uffff", ""]
    text = canonical_json(dict.fromkeys(names, 0), fast=fast)
    order = ["", "\r", "1", "\x80", "\xf6", "\u20ac", "\U0001f600", "\ue000", "\ufb33", "\uffff"]
    assert list(json.loads(text)) == order


@both
@pytest.mark.parametrize(
    "name", ["\U0001f600", 'a"\U00040000', "\U00080000\\", "\U000c0000:", "\U0010ffff"]
)
def test_names_beyond_u_ffff_are_noticed(name: str, *, fast: bool) -> None:
    value = ["\U0001f600", {"\uffff": 1, name + 'x"y\\': 2}]
    assert canonical_json(value, fast=fast).endswith(":1}]")
    assert quick(value, fast=fast) is None


@both
@pytest.mark.parametrize(
    "value",
    [
        {"имя": ["5.0", 5.0, 1e16, 1e-6, 1e-9, 0.0, 2.5], "a": {"b": (1, 2.0)}, "c": [None, True]},
        ["\U0001f600", {"a": '\U0001f600":\\'}],
        [{"a": "x 1.0"}, "e+16", "e-6"],
        ["e+16,", "a1e-6,", 1e16, 1e-6],
        nested(63, {}),
        {"b": 2, "a": 1},
        [1e15],
        [1e16],
        [-1.2345678901234567e16],
        [1.5e20],
        [1e21],
        [1.5e-5],
        [-1.5e-6],
        [1e-7],
        [1e-9],
        [1e-10],
    ],
)
def test_ordinary_values_go_the_quick_way(value: object, *, fast: bool) -> None:
    assert quick(value, fast=fast) == careful(value)


@both
@pytest.mark.parametrize(
    "value",
    [
        [5.0, "a,1.0,b"],
        [1e16, "a,1e+16,b"],
        {"a": 1e-6, "b": ":1e-6,", "c": ":1e-06,"},
        [-0.0],
        [{"a": enum.IntEnum("Size", "SMALL").SMALL}],
    ],
)
def test_what_cannot_be_proved_goes_the_careful_way(value: object, *, fast: bool) -> None:
    assert quick(value, fast=fast) is None
    assert canonical_json(value, fast=fast) == careful(value)


class Word(enum.StrEnum):
    A = "é"


class Letters(str):
    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def __str__(self) -> str:
        raise RuntimeError


class Count(int):
    __slots__ = ()

    def __repr__(self) -> str:
        raise RuntimeError

    def __lt__(self, other: object) -> bool:
        raise RuntimeError


class Ratio(float):
    __slots__ = ()

    def __repr__(self) -> str:
        raise RuntimeError


class Items(list[Any]):
    def __iter__(self) -> Any:
        raise RuntimeError


class Members(dict[Any, Any]):
    def items(self) -> Any:
        raise RuntimeError


@both
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Word.A, '"é"'),
        ({Word.A: Word.A}, '{"é":"é"}'),
        (Letters("a"), '"a"'),
        ({Letters("a"): [Letters("a")]}, '{"a":["a"]}'),
        ([Count(5)], "[5]"),
        ([Ratio(1e16), Ratio(0.5)], "[10000000000000000,0.5]"),
        ([Items([1]), Items()], "[[1],[]]"),
        (Items([Members(b=1, a=2)]), '[{"a":2,"b":1}]'),
        (collections.OrderedDict(b=1, a=2), '{"a":2,"b":1}'),
        ([collections.namedtuple("Pair", "x y")(1, 2)], "[[1,2]]"),  # noqa: PYI024 (untyped on purpose)
    ],
)
def test_subclasses_count_as_what_they_derive_from(value: object, text: str, *, fast: bool) -> None:
    assert canonical_json(value, fast=fast) == text


@dataclasses.dataclass
class Data:
    a: int = 1


class Liar:
    """Says that it is a string, and fails at everything else."""

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return str

    def __repr__(self) -> str:
        raise RuntimeError


def objects(depth: int, inner: Any) -> Any:
    for _ in range(depth):
        inner = {"a": inner}
    return inner


LOOP: list[Any] = []
LOOP += [LOOP, LOOP]
REFUSED = [
    (float("nan"), "json.nan"),
    (float("inf"), "json.infinity"),
    (-float("inf"), "json.infinity"),
    (Ratio("nan"), "json.nan"),
    (2**53, "json.integer_range"),
    (-(2**53), "json.integer_range"),
    (2**64, "json.integer_range"),
    (10**5000, "json.integer_range"),
    (Count(2**53), "json.integer_range"),
    ("\ud800", "json.surrogate"),
    ("a\udc00b", "json.surrogate"),
    ("\ud83d\ude00", "json.surrogate"),
    ({"\udfff": 1}, "json.surrogate"),
    (nested(64, 1), None),
    (nested(65, 1), "json.depth"),
    (nested(63, []), None),
    (nested(63, {}), None),
    (nested(63, [1]), None),
    (nested(64, []), "json.depth"),
    (nested(64, {}), "json.depth"),
    (nested(64, ()), "json.depth"),
    (nested(200, {"a": 1}), "json.depth"),
    (nested(100_000, 1), "json.depth"),
    (objects(64, 1), None),
    (objects(65, 1), "json.depth"),
    (LOOP, "json.depth"),
    ({1: 2}, "json.type"),
    ({1: 2, "1": 3}, "json.type"),
    ({1.5: 2, 1: 3}, "json.type"),
    ({None: 2}, "json.type"),
    ({True: 2}, "json.type"),
    ({(1, 2): 2}, "json.type"),
    ({b"a": 2}, "json.type"),
    ({"a": {1: 2}}, "json.type"),
    ({Letters("a"): 1, Letters("a"): 2}, "json.duplicate"),
    (b"a", "json.type"),
    (bytearray(b"a"), "json.type"),
    ({1, 2}, "json.type"),
    (1j, "json.type"),
    (object(), "json.type"),
    (..., "json.type"),
    (int, "json.type"),
    (Liar(), "json.type"),
    (Data(), "json.type"),
    (decimal.Decimal(1), "json.type"),
    (datetime.date(2024, 1, 1), "json.type"),
    (datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC), "json.type"),
    (uuid.UUID(int=1), "json.type"),
    (enum.Enum("Color", "RED").RED, "json.type"),
    (orjson.Fragment("1"), "json.type"),
    (iter([1]), "json.type"),
    (types.MappingProxyType({"a": 1}), "json.type"),
    (collections.UserDict(a=1), "json.type"),
]


@both
@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_refusals(number: int, *, fast: bool) -> None:
    value, code = REFUSED[number]
    wrap = {"json.depth": lambda inner: inner}.get(
        code or "json.depth", lambda inner: {"a/~": [0, inner]}
    )
    if code is None:
        assert canonical_json(value, fast=fast) == careful(value)
        return
    for each in (value, wrap(value)):
        with pytest.raises(JsonError) as caught:
            canonical_json(each, fast=fast)
        assert caught.value.code == code
    if code not in ("json.depth", "json.surrogate"):
        assert (caught.value.pointer or "").startswith("/a~1~0/1")


@both
def test_a_refusal_says_where_and_what_would_be_right(fast: bool) -> None:
    with pytest.raises(JsonError, match=r"must be finite, got nan. \(at '/a/1/b~1'\)"):
        canonical_json({"a": [1, {"b/": float("nan")}]}, fast=fast)


@both
@given(value=json_values())
def test_both_ways_write_what_an_independent_library_writes(fast: bool, value: Any) -> None:
    text = canonical_json(value, fast=fast)
    assert text.encode() == rfc8785.dumps(value)
    assert text == careful(value)


@both
@given(value=json_values())
def test_what_is_written_reads_back_and_is_written_alike(fast: bool, value: Any) -> None:
    text = canonical_json(value, fast=fast)
    assert canonical_json(json.loads(text, parse_int=float), fast=fast) == text


# Text that looks like numbers of JSON, next to such numbers.
_lookalikes = st.lists(
    st.sampled_from(["1.0", "-1.0", "1e+16", "1e-6", "1e-06", ",", ":", "[", '"', "\\", "]", "}"]),
    max_size=6,
).map("".join)
_doubles = st.sampled_from([1.0, -2.0, 0.0, -0.0, 1e16, 1.5e-6, 1e-5, 2e-7, 1e21, 0.5])


@both
@given(value=st.lists(_lookalikes | _doubles | st.dictionaries(_lookalikes, _doubles), min_size=1))
def test_text_that_looks_like_numbers_is_left_alone(fast: bool, value: Any) -> None:
    assert canonical_json(value, fast=fast) == careful(value)


_odd = (
    st.integers(0, len(REFUSED) - 1).map(lambda number: REFUSED[number][0])
    | st.text(st.characters())
    | st.floats()
    | st.integers()
    | st.binary()
)
_names = st.text() | st.integers() | st.none() | st.just(Word.A) | st.builds(Liar)
_anything = st.recursive(
    _odd,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.lists(inner).map(Items)
        | st.dictionaries(_names, inner)
        | st.dictionaries(st.text(), inner).map(Members)
    ),
    max_leaves=8,
)


@both
@given(value=_anything)
def test_anything_gives_a_text_or_a_json_error(fast: bool, value: Any) -> None:
    outcomes = []
    for write in (careful, lambda each: canonical_json(each, fast=fast)):
        try:
            outcomes.append(write(value))
        except JsonError as error:
            outcomes.append((error.code, error.pointer, str(error).isprintable()))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"),
        ("é\n", "é\n"),
        (Word.A, "é"),
        (Letters("a"), "a"),
        (5.0, "5"),
        (True, "true"),
        ([1, "a"], '[1,"a"]'),
    ],
)
def test_canonical_strings(value: object, text: str) -> None:
    found = canonical_string(value)
    assert found == text
    assert type(found) is str


@pytest.mark.parametrize(("value", "code"), [("\ud800", "json.surrogate"), ({1}, "json.type")])
def test_canonical_strings_refuse(value: object, code: str) -> None:
    with pytest.raises(JsonError) as caught:
        canonical_string(value)
    assert caught.value.code == code


def test_it_works_without_orjson(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "orjson", None)
    spec = importlib.util.spec_from_file_location("without_orjson", canonical.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.HAS_FAST is False
    assert module.canonical_json({"b": 1.0, "a": []}) == '{"a":[],"b":1}'
