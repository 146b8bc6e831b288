"""What orjson reads, against the careful reader (mizan/protocol/decode_quick.py)."""

import importlib.util
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan.errors import JsonError
from mizan.protocol import decode_quick
from mizan.protocol.decode import decode
from mizan.protocol.decode_quick import UNKNOWN, read_quickly
from mizan.protocol.decode_reader import read
from mizan.protocol.values import MAX_DEPTH, MAX_INTEGER

# Tokens in an order of their own are rarely JSON; so documents are drawn too.
TOKENS = [
    "[", "]", "{", "}", ",", ":", '"a"', '"a":', '"b":1', '"a:b"', '"\\u00e9"', '"\\ud800"',
    '"\\ud83d\\ude00"', "0", "-0", "-0.0", "01", "1.5", "2.0", "1e2", "1E400", "1e-400", "1e21",
    "0.1", "9007199254740991", "9007199254740992", "-9007199254740992", "18446744073709551616",
    "0.12345678901234567890", "true", "nul", "NaN", "Infinity", " ", "\n", "\ufeff", "\x00", "ü",
    "😀", '"\x1f"', '"\\x"', '"\\u003a"', '"\\\\u003a"', '"e+"', '"2.0"', "1e16", "-1e19", "1e23",
]  # fmt: skip
texts = st.lists(st.sampled_from(TOKENS), max_size=12).map("".join)
NAMES = ['"a"', '"\\u0061"', '"b"', '"a:b"', '"a\\u003ab"', '"a\\u003Ab"', '"é"']
members = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(TOKENS[5:])), max_size=4)


def agrees(text: str) -> bool:
    """Tell whether the quick reader says nothing, or what the careful one says."""
    found = read_quickly(text.encode())
    if found is UNKNOWN:
        return True
    try:
        return repr(found) == repr(read(text))  # tells 5 from 5.0 and 0 from -0.0
    except JsonError:
        return False


@given(texts)
def test_it_agrees_on_any_tokens(text: str) -> None:
    assert agrees(text)


@given(members)
def test_it_agrees_on_objects_of_any_members(pairs: list[tuple[str, str]]) -> None:
    text = "{" + ",".join(f"{name}: {value}" for name, value in pairs) + "}"
    assert agrees(text)
    assert agrees(f"[{text}, {text}]")


@given(
    st.floats(allow_nan=False, allow_infinity=False).map(repr) | st.from_regex(r"-?[0-9.]{1,40}")
)
def test_it_reads_the_very_same_numbers(number: str) -> None:
    assert agrees(number)


@pytest.mark.parametrize(
    "text",
    [
        '{"function":"update_name","args":{"user_id":5,"name":"Ada","tags":["a",null,true],"x":1.5}}',
        ' [ 1 , {"é": "\\ud83d\\ude00"} ] ',
        f"[{MAX_INTEGER},-{MAX_INTEGER}]",
        '{"a":"b:c"}',
        '["1.0", 1.05]',
        "[1e+16,1e+21,-2.5e-7]",
        "[" * MAX_DEPTH + "]" * MAX_DEPTH,
        "[" * MAX_DEPTH + "]" * MAX_DEPTH + "\n",
        "[[" + "[],{}," * MAX_DEPTH + "0]]",
        "null",
        '{"a": "b:c"}',
        '{"a": "b\\\\n", "e": "+1"}',
        "5.0",
        "-0.0",
        "[1e15]",
        '[9007199254740991.0, {"a": [-3.0, 1.5, 9007199254740992.0]}]',
    ],
)
def test_what_is_plain_is_read(text: str) -> None:
    quick = read_quickly(text.encode())
    assert repr(quick) == repr(read(text)) == repr(decode(text.encode()))  # tells 5 from 5.0


def test_an_escaped_colon_makes_up_for_no_member() -> None:
    for text in (b'{"a":1,"a":"\\u003a"}', b'{"b":1,"b":"\\u003A"}', b'{"\\u003a":1,"\\u003a":2}'):
        assert read_quickly(text) is UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1,"a":2}',
        b'[{"a":{"b":1,"b":1}}]',
        b"9007199254740992",
        b"-9007199254740992",
        b"123456789012345678901234567890",
        b"-123456789012345678901234567890",
        b"[1, 1e16]",
        b'["a\\u003a" ]',
        b"[" * MAX_DEPTH + b"[]" + b"]" * MAX_DEPTH,
        b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
        b"[" * 100_000,
        b"NaN",
        b'"\xff"',
        b'"\\ud800"',
        b"\xef\xbb\xbf1",
        b"",
    ],
)
def test_what_is_not_plain_is_left_to_others(text: bytes) -> None:
    assert read_quickly(text) is UNKNOWN


def test_nothing_is_read_beyond_the_limit() -> None:
    with pytest.raises(JsonError, match="at most 3"):
        decode(b"[12]", limit=3)
    assert decode(b"[1]", limit=3) == [1]


def test_without_orjson_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "orjson", None)
    spec = importlib.util.spec_from_file_location("without_orjson", decode_quick.__file__)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.HAS_FAST is False
    assert module.read_quickly(b"[]") is module.UNKNOWN
