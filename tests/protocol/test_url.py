"""Effective parameters and canonical URLs (mizan/protocol/url.py; SPEC.md, section 6.2)."""

from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan.errors import JsonError, MizanError
from mizan.protocol.canonical import canonical_string
from mizan.protocol.url import (
    QUERY_LIMIT,
    URL_LIMIT,
    build,
    canonical_url,
    effective_params,
    parse_query,
    percent_encode,
)

INTEGER = {"type": "integer"}
STRING = {"type": "string"}
PARAMETERS: list[dict[str, Any]] = [
    {"name": "user_id", "type": INTEGER, "required": True},
    {"name": "page", "type": INTEGER, "required": False, "default": 1},
    {"name": "q", "type": STRING, "required": False, "nullable": True, "default": None},
    {"name": "tags", "type": {"type": "list", "items": STRING}, "required": False, "default": []},
]
TEXT = [{"name": "q", "type": STRING, "required": True}]

unicode_text = st.text(st.characters(exclude_categories=["Cs"]))


def refusal(query: str | bytes, parameters: list[dict[str, Any]] = PARAMETERS) -> tuple[str, str]:
    with pytest.raises(MizanError) as caught:
        parse_query("/m/", "user", parameters, query)
    return caught.value.code, caught.value.pointer or ""


def test_defaults_are_filled_in_and_nulls_left_out() -> None:
    assert effective_params(PARAMETERS, {"user_id": "5", "q": None}) == {
        "page": 1,
        "tags": [],
        "user_id": 5,
    }


def test_effective_parameters_are_sorted_by_name() -> None:
    found = effective_params(PARAMETERS, {"user_id": 5, "q": "x"})
    assert list(found) == ["page", "q", "tags", "user_id"]


@pytest.mark.parametrize(
    ("args", "code", "pointer"),
    [
        ({}, "param.missing", "/user_id"),
        ({"user_id": 5, "zeta": 1, "alpha": 1}, "param.unknown", "/alpha"),
        ({"user_id": "x", "zeta": 1}, "param.unknown", "/zeta"),
        ({"user_id": "x", "page": "x"}, "coerce.lexical", "/page"),
        ({"page": "x"}, "coerce.lexical", "/page"),
        ({"user_id": None}, "coerce.null", "/user_id"),
        ({"user_id": 5, "tags": ["a", 1]}, "coerce.type", "/tags/1"),
        ({"user_id": 5, "a/b~c": 1}, "param.unknown", "/a~1b~0c"),
    ],
)
def test_the_first_fault_is_told_by_its_place(
    args: dict[str, object], code: str, pointer: str
) -> None:
    with pytest.raises(MizanError) as caught:
        effective_params(PARAMETERS, args)
    assert (caught.value.code, caught.value.pointer) == (code, pointer)


def test_the_canonical_url_sorts_and_encodes() -> None:
    params = {"user_id": 5, "q": "a b+ü/~", "tags": ["x"]}
    assert canonical_url("/m/", "user", params) == (
        "/m/ctx/user/?q=a%20b%2B%C3%BC%2F~&tags=%5B%22x%22%5D&user_id=5"
    )


def test_without_parameters_there_is_no_question_mark() -> None:
    assert canonical_url("/m/", "news", {}) == "/m/ctx/news/"


@pytest.mark.parametrize("base", ["/m/", "https://shop.example/m/"])
def test_a_long_url_is_sent_as_post(base: str) -> None:
    room = URL_LIMIT - len("/m/ctx/user/?q=")
    assert build(base, "user", TEXT, {"q": "x" * room}).method == "GET"
    request = build(base, "user", TEXT, {"q": "x" * (room + 1)})
    assert request == ("POST", f"{base}ctx/user/", {"q": "x" * (room + 1)})


@pytest.mark.parametrize(
    "query",
    ["page=1&tags=%5B%5D&user_id=5"],
)
def test_a_canonical_query_is_told_so(query: str) -> None:
    parsed = parse_query("/m/", "user", PARAMETERS, query)
    assert parsed == ({"page": 1, "tags": [], "user_id": 5}, True, f"/m/ctx/user/?{query}")


@pytest.mark.parametrize(
    "query",
    [
        "user_id=5",
        "user_id=5&page=1&tags=%5B%5D",
        "page=1&tags=[]&user_id=5",
        "page=1&tags=%5b%5d&user_id=5",
        "&page=1&&tags=%5B%5D&user_id=5",
        "%70age=1&tags=%5B%5D&user_id=5",
    ],
)
def test_another_spelling_leads_to_the_same_url(query: str) -> None:
    parsed = parse_query("/m/", "user", PARAMETERS, query.encode())
    assert parsed.url == "/m/ctx/user/?page=1&tags=%5B%5D&user_id=5"
    assert not parsed.canonical


def test_a_plus_is_a_plus_and_no_equals_sign_an_empty_value() -> None:
    assert parse_query("/m/", "user", TEXT, "q=a+b").params == {"q": "a+b"}
    assert parse_query("/m/", "user", TEXT, "q").params == {"q": ""}
    assert parse_query("/m/", "user", TEXT, "q=a=b").params == {"q": "a=b"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("q=%", "url.percent"),
        ("q=%4", "url.percent"),
        ("q=%zz", "url.percent"),
        ("q=a b", "url.character"),
        ("q=\x7f", "url.character"),
        ("q=ü", "url.character"),
        (b"q=\xc3\xbc", "url.character"),
        ("q=%ff", "url.utf8"),
        ("q=%ed%a0%80", "url.utf8"),
        ("q=1&q=1", "param.repeated"),
        ("q=1&%71=2", "param.repeated"),
        ("z=1&q=%zz", "url.percent"),
        ("z=1", "param.unknown"),
        ("q=%ff&q=%", "url.utf8"),
        ("%=ü", "url.percent"),
    ],
)
def test_a_query_that_cannot_be_read(query: str | bytes, code: str) -> None:
    assert refusal(query, TEXT)[0] == code


@pytest.mark.parametrize("letter", ["a", "ü"])
def test_the_size_is_looked_at_first(letter: str) -> None:
    over = QUERY_LIMIT // len(letter.encode()) + 1
    assert refusal(letter * over, TEXT)[0] == "url.size"
    assert refusal((letter * over).encode(), TEXT)[0] == "url.size"
    assert refusal(letter * (over - 1), TEXT)[0] != "url.size"


@given(unicode_text)
def test_percent_encoding_is_read_back_by_others(text: str) -> None:
    encoded = percent_encode(text)
    assert unquote(encoded) == text
    assert encoded.isascii()
    assert encoded == percent_encode(unquote(encoded))


@given(unicode_text, unicode_text.filter(bool), st.integers(-(2**53) + 1, 2**53 - 1))
def test_what_is_built_is_parsed(q: str, tag: str, user_id: int) -> None:
    args = {"user_id": user_id, "q": q, "tags": [tag]}
    url = build("/m/", "user", PARAMETERS, args).url
    query = url.partition("?")[2]
    parsed = parse_query("/m/", "user", PARAMETERS, query)
    assert parsed.canonical
    assert parsed.url == url
    assert parsed.params == {**args, "page": 1}
    assert dict(parse_qsl(query, keep_blank_values=True)) == {
        name: canonical_string(value) for name, value in parsed.params.items()
    }


@given(st.one_of(st.text(), st.binary(), st.from_regex("(q|user_id)=[%0-9a-fA-F&=+]{0,9}")))
def test_any_query_gives_parameters_or_an_error(query: str | bytes) -> None:
    try:
        parsed = parse_query("/m/", "user", PARAMETERS, query)
    except MizanError:
        return
    again = parse_query("/m/", "user", PARAMETERS, parsed.url.partition("?")[2])
    assert again == (parsed.params, True, parsed.url)


def test_a_lone_surrogate_is_not_encoded() -> None:
    with pytest.raises(JsonError) as caught:
        percent_encode("\ud800")
    assert caught.value.code == "json.surrogate"
