"""mizan/protocol/header_reader.py: the code and place of every fault, and their precedence."""

import http_sf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan.errors import HeaderError
from mizan.protocol.header_reader import percent_decode, read
from mizan.protocol.targets import Target

# RFC 9651 in small pieces: what a fuzzer of bytes would take long to find.
PIECES = [
    *'a*b/;=,() \t"\\-5.?1:@%é',
    *(";a=", "a=1", "12345678901", "0.12", ":YQ==:", "?0", "@1", "(a b)", ", ", "; ", ";a;b", "A"),
    *('%"%c3%bc"', '%"%c3"', '%"%C3"', '"\\""', "b/c", "b/c/d"),
]
pieces = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@pytest.mark.parametrize(
    ("text", "position"),
    [
        (",", 0),
        ("\t", 0),
        ("a,", 2),
        ("a, ", 2),
        ("a,,b", 2),
        ("a b", 2),
        ("a ;b=1", 2),
        ("a;\tb=1", 2),
        ("a;", 2),
        ("a;=1", 2),
        ("a;B=1", 2),
        ("a;b=", 4),
        ("a;b=;", 4),
        ("a;b= 1", 4),
        ("a;b=%41", 4),
        ("a;b=x y", 6),
        ("/f", 0),
        ("é", 0),
        ("-", 0),
        ("a;b=-", 4),
        ("a;b=1234567890123456", 19),
        ("a;b=1.", 5),
        ("a;b=1.1234", 9),
        ("a;b=1234567890123.1", 17),
        ('a;b="', 4),
        ('a;b="x\\', 4),
        ('a;b="\\x"', 4),
        ('a;b="é"', 4),
        ('a;b="\t"', 4),
        ("a;b=?2", 4),
        ("a;b=?", 4),
        ("a;b=:a", 4),
        ("a;b=:a:", 4),
        ("a;b=:YQ=:", 4),
        ("a;b=:Y!==:", 4),
        ("a;b=@", 4),
        ("a;b=@1.5", 6),
        ('a;b=%"%FF"', 4),
        ('a;b=%"%ff"', 4),
        ('a;b=%"x', 4),
        ("(", 1),
        ("(a", 2),
        ("(a b", 4),
        ("(a,b)", 2),
        ('("a""b")', 4),
        ("(a);", 4),
        ("(a;)", 3),
        ("B;b=1, a;1", 9),
        ("*;a, (", 6),
    ],
)
def test_syntax(text: str, position: int) -> None:
    with pytest.raises(HeaderError) as caught:
        read(text)
    assert (caught.value.code, caught.value.position) == ("header.syntax", position)


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        # one fault each
        ("5", "item_type", 0),
        ("1.5", "item_type", 0),
        ('"user"', "item_type", 0),
        (":YQ==:", "item_type", 0),
        ("?1", "item_type", 0),
        ("@1", "item_type", 0),
        ('%"%c3%bc"', "item_type", 0),
        ("()", "item_type", 0),
        ('( a;b=1 "x" );c, user', "item_type", 0),
        ("user, 5", "item_type", 6),
        ("a/b/c", "two_functions", 0),
        ("a//b", "two_functions", 0),
        ("User", "name", 0),
        ("a-b", "name", 0),
        ("a:b", "name", 0),
        ("a..b", "name", 0),
        ("a/", "name", 0),
        ("a/B", "name", 0),
        ("*a", "name", 0),
        ("*/a", "name", 0),
        ("a/*", "name", 0),
        ("a;*=1", "name", 2),
        ("a;b-c=1", "name", 2),
        ("a;b.c=1", "name", 2),
        ("a;b=1; b=2", "duplicate_parameter", 7),
        ("a;b", "bare_parameter", 3),
        ("a;b;c=1", "bare_parameter", 3),
        ("a;b=?1", "value_type", 4),
        ("a;b=1.0", "value_type", 4),
        ("a;b=:YQ:", "value_type", 4),
        ("a;b=@5", "value_type", 4),
        ('a;b=%"x"', "value_type", 4),
        ("a;b=007", "integer_form", 4),
        ("a;b=-0", "integer_form", 4),
        ("a;b=00", "integer_form", 4),
        ("a;b=*", "unencoded", 4),
        ("a;b=x:y", "unencoded", 4),
        ('a;b="x y"', "unencoded", 4),
        ('a;b="\\""', "unencoded", 4),
        ('a;b="\\\\"', "unencoded", 4),
        ("a;b=x%", "percent", 4),
        ("a;b=x%4", "percent", 4),
        ("a;b=x%4g", "percent", 4),
        ("a;b=x%%41", "percent", 4),
        ('a;b="%ff"', "utf8", 4),
        ("a;b=x%C3", "utf8", 4),
        ("a;b=x%ED%A0%80", "utf8", 4),
        ("a;b=x%C0%80", "utf8", 4),
        ("*;a=1", "star", 0),
        # the first of two
        ("5;b-c", "item_type", 0),
        ("A/b/c", "two_functions", 0),
        ("A;b-c=1", "name", 0),
        ("a;b-c;b-c", "name", 2),
        ("a;b=1;b", "duplicate_parameter", 6),
        ("a;b=1;b=007", "duplicate_parameter", 6),
        ("a;b;c-d=1", "bare_parameter", 3),
        ("a;b=?1;b=1", "value_type", 4),
        ("a;b=007;c-d=1", "integer_form", 4),
        ('a;b="%ff%x "', "unencoded", 4),
        ('a;b="%ff%x"', "percent", 4),
        ("*;a", "bare_parameter", 3),
        ("*;a=007", "integer_form", 4),
        ("B, 5", "name", 0),
        ("a;b, B", "bare_parameter", 3),
        ("a;b=1, *;b=1, 5", "star", 7),
    ],
)
def test_faults_in_their_order(text: str, code: str, position: int) -> None:
    with pytest.raises(HeaderError) as caught:
        read(text)
    assert (caught.value.code, caught.value.position) == (f"header.{code}", position)
    assert str(position) in str(caught.value)


def test_held_comes_last_in_its_member() -> None:
    for text, code in [
        ("*", "held"),
        ("a/f", "held"),
        ("*;b=1", "star"),
        ("a/f;b", "bare_parameter"),
    ]:
        with pytest.raises(HeaderError) as caught:
            read(text, held=True)
        assert caught.value.code == f"header.{code}"
    assert read("a;b=1", held=True) == [Target("a", (("b", "1"),))]


def test_reads_in_order_and_drops_nothing() -> None:
    field = ' b;z="%c3%bc";y=x%41 ,\t*,a/f, a;b="" '
    expected = [
        Target("b", (("y", "xA"), ("z", "ü"))),
        Target("*"),
        Target("a", (), "f"),
        Target("a", (("b", ""),)),
    ]
    assert read(field) == expected
    assert read(" ") == []


def test_percent_decodes() -> None:
    assert percent_decode("a%41%C3%bc") == "aAü"
    with pytest.raises(UnicodeDecodeError):
        percent_decode("%C3")


@given(pieces)
def test_refuses_as_syntax_what_an_independent_parser_refuses(text: str) -> None:
    """But for Byte Sequences, which http-sf takes with more spellings of the padding."""
    try:
        http_sf.parse(text.encode(), tltype="list")
        is_list = True
    except http_sf.StructuredFieldError:
        is_list = False
    try:
        read(text)
        code = ""
    except HeaderError as error:
        code = error.code
    if ":" not in text:
        assert (code == "header.syntax") is not is_list
