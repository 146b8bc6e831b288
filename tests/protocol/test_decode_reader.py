"""The careful reader: codes and places (mizan/protocol/decode_reader.py; SPEC.md, MZ-DEC-010)."""

import pytest

from mizan.errors import JsonError
from mizan.protocol.decode_reader import read


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("", "json.syntax", 0),
        ("[", "json.syntax", 1),
        ("[1 2]", "json.syntax", 3),
        ("[1,]", "json.syntax", 3),
        ("[1", "json.syntax", 2),
        ("{1:2}", "json.syntax", 1),
        ('{"a" 1}', "json.syntax", 5),
        ('{"a":1 "b":2}', "json.syntax", 7),
        ('{"a":1,}', "json.syntax", 7),
        ('{"a":1,"a":2}', "json.duplicate", 7),
        ('{"a":1,"\\u0061":2}', "json.duplicate", 7),
        ("1 1", "json.syntax", 2),
        ("01", "json.syntax", 1),
        ("tru", "json.syntax", 0),
        ("[NaN]", "json.nan", 1),
        ("Infinity", "json.infinity", 0),
        ("[-Infinity]", "json.infinity", 1),
        ("[9007199254740992]", "json.integer_range", 1),
        ("-9007199254740992", "json.integer_range", 0),
        ("[1e400]", "json.number_range", 1),
        ("-1e400", "json.number_range", 0),
        ('"abc', "json.syntax", 4),
        ('"a\nb"', "json.syntax", 2),
        ('"\\q"', "json.syntax", 2),
        ('"\\u00g0"', "json.syntax", 2),
        ('["\\u", 1]', "json.syntax", 3),
        ('"' + "\\n" * 5000 + "\\q", "json.syntax", 10_002),
        ('"\\', "json.syntax", 2),
        ('["\\udc00"]', "json.surrogate", 1),
        ('["\\ud800\\ud800"]', "json.surrogate", 1),
        ("[" * 65, "json.depth", 64),
    ],
)
def test_each_fault_is_told_with_its_place(text: str, code: str, position: int) -> None:
    with pytest.raises(JsonError) as caught:
        read(text)
    assert (caught.value.code, caught.value.position) == (code, position)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ('["\\ud800", 9007199254740992]', "json.surrogate"),
        ('[9007199254740992, "\\ud800"]', "json.integer_range"),
        ('{"a":1,"a":NaN}', "json.duplicate"),
        ('{"a":NaN,"a":1}', "json.nan"),
        ("[1e400,", "json.number_range"),
        ("[" * 65 + "NaN", "json.depth"),
        ('"\\ud800', "json.syntax"),
    ],
)
def test_of_several_faults_the_first_one_counts(text: str, first: str) -> None:
    with pytest.raises(JsonError) as caught:
        read(text)
    assert caught.value.code == first


def test_everything_that_json_has() -> None:
    text = (
        ' {"a" : [ ] , "b" : { } , '
        '"c" : [true, false, null, -1, 2.5, "\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9"]}\n'
    )
    assert read(text) == {
        "a": [],
        "b": {},
        "c": [True, False, None, -1, 2.5, '"\\/\b\f\n\r\té'],
    }


def test_pairs_of_escaped_surrogates_are_one_character() -> None:
    assert read('"\\ud83d\\ude00"') == "😀"
