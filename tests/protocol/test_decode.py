"""Strict reading of JSON text (mizan/protocol/decode.py; SPEC.md, section 5.1)."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mizan.errors import JsonError
from mizan.protocol.decode import LIMIT, decode
from mizan.protocol.decode_reader import read
from mizan.protocol.values import MAX_DEPTH, MAX_INTEGER

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-MAX_INTEGER, MAX_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=20,
)
# Pieces that meet every branch of a reader, in any order.
PIECES = [
    "[", "]", "{", "}", ",", ":", '"', '"a"', '"a":', "\\", '"\\u0041"', '"\\ud800"', '"\\udc00"',
    '"\\ud83d\\ude00"', '"\ud83d\\ude00"', "0", "-0", "01", "1.5", "-0.0", "1e2",
    "1E+400", "1e-400",
    "9007199254740991", "9007199254740992", "-9007199254740992", "0.12345678901234567890", "true",
    "false", "null", "nul", "NaN", "Infinity", "-Infinity", "-", "+1", ".5", "5.", " ", "\n", "\t",
    "\ufeff", "\x00", "\x0b", "\u00a0", "\u0661", "ü", "\ud800", "//", '"\x1f"', '"\x7f"', '"\\x"',
    '"\\u12"', '"\\/"',
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


def outcome(reader: Any, text: Any) -> Any:
    """Return what a reader makes of a text: its value as comparable text, or code and place."""
    try:
        value = reader(text)
    except JsonError as error:
        return error.code, error.position, error.message
    return repr(value)


def code_of(text: str | bytes, **options: int) -> str:
    with pytest.raises(JsonError) as caught:
        decode(text, **options)
    return caught.value.code


@given(documents)
def test_what_json_writes_is_read(value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False)
    assert decode(text) == value
    assert decode(text.encode()) == value


@given(texts)
@example('{"a":1,"a":2}')
@example('["\\ud800", 9007199254740992]')
@example("[9007199254740992, NaN]")
def test_the_quick_way_and_the_careful_one_agree(text: str) -> None:
    assert outcome(decode, text) == outcome(read, text)


@given(st.text() | st.binary() | texts.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_text_gives_a_value_or_an_error(text: str | bytes) -> None:
    try:
        value = decode(text)
    except JsonError:
        return
    assert decode(json.dumps(value)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5.0", 5),
        ("5e0", 5),
        ("-0", 0),
        ("-0.0", 0),
        ("9007199254740991.0", MAX_INTEGER),
        ("1e21", 1e21),
        ("0.1", 0.1),
        ("12345678901234567e-1", 1234567890123456.7),
    ],
)
def test_integral_doubles_become_integers(text: str, value: float) -> None:
    for found in decode(text), read(text):
        assert found == value
        assert type(found) is type(value)
        assert str(found) == str(value)  # tells 0 from -0


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_nesting_is_bounded(opening: str) -> None:
    closing = "]" if opening == "[" else "}"
    deep = opening * MAX_DEPTH + "1" + closing * MAX_DEPTH
    assert outcome(decode, deep) == outcome(read, deep)
    assert isinstance(decode(deep), (list, dict))
    assert code_of(opening + deep + closing) == "json.depth"


def test_many_brackets_side_by_side_are_not_deep() -> None:
    assert decode("[" + ",".join(["[1]"] * 100) + "]") == [[1]] * 100
    assert decode('"' + "[" * 100 + '"') == "[" * 100


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        "9" * 1_000_000,
        "-" + "9" * 1_000_000,
        "1e" + "9" * 1_000_000,
    ],
    ids=["arrays", "objects", "digits", "negative", "exponent"],
)
def test_hostile_texts_are_refused(text: str) -> None:
    assert code_of(text) in {"json.depth", "json.integer_range", "json.number_range"}


def test_size_counts_bytes_of_utf_8() -> None:
    assert decode('"ü"', limit=4) == "ü"
    assert code_of('"ü"', limit=3) == "json.size"
    assert code_of('"ü"'.encode(), limit=3) == "json.size"
    assert code_of(b"\xff" * 9, limit=8) == "json.size"
    assert LIMIT == 16 * 1024 * 1024


def test_bytes_that_are_not_utf_8() -> None:
    assert code_of(b'"\xff"') == "json.utf8"
    assert code_of(b'"\xed\xa0\x80"') == "json.utf8"
    assert code_of(b"\xef\xbb\xbf1") == "json.syntax"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('"\ud800"', "json.surrogate"),
        ('"\ud83d\ude00"', "json.surrogate"),
        ("\ud800", "json.syntax"),
        ('["\ud83d\\ude00"]', "json.surrogate"),
    ],
)
def test_a_text_with_bare_surrogates(text: str, code: str) -> None:
    assert code_of(text) == code


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_of_any_kind_are_read(kind: Any) -> None:
    assert decode(kind('["é"]'.encode())) == ["é"]


@pytest.mark.parametrize("text", [None, 5, ["[]"], object(), {"a": 1}])
def test_what_is_neither_text_nor_bytes_is_refused(text: Any) -> None:
    assert code_of(text) == "json.type"


@pytest.mark.parametrize(
    "text",
    [
        "[" * LIMIT,
        '{"a":' * (LIMIT // 5),
        "1" * LIMIT,
        "0." + "1" * (LIMIT - 2) + "x",
        '"' + "\\" * (LIMIT - 1),
        '"' + "\\ud83d\\ude00" * (LIMIT // 12 - 1) + '\\ud83d"',
        '["' + "a\\n" * (LIMIT // 3 - 2) + '"',
        " " * LIMIT,
    ],
    ids=["brackets", "objects", "digits", "fraction", "backslashes", "escapes", "string", "space"],
)
def test_the_longest_texts_are_refused_in_linear_time(text: str) -> None:
    """No time is asserted: in quadratic time this would not end."""
    with pytest.raises(JsonError):
        decode(text)
