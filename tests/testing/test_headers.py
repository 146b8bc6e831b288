"""Field values drawn as valid are read; the near-valid reach every refusal of section 8.2."""

import http_sf
import pytest
from hypothesis import find, given

from mizan.errors import HeaderError
from mizan.protocol.header import parse
from mizan.testing import _headers, headers, hostile_headers, near_valid_headers, valid_headers


@given(valid_headers())
def test_valid_headers_are_read_here_and_elsewhere(text: str) -> None:
    parse(text)
    http_sf.parse(text.encode("ascii"), tltype="list")


@given(headers() | hostile_headers())
def test_any_header_is_read_or_refused_with_a_code(text: str) -> None:
    assert code_of(text) == "accepted" or code_of(text).startswith("header.")


def code_of(text: str) -> str:
    try:
        parse(text)
    except HeaderError as error:
        return error.code
    return "accepted"


def test_the_near_valid_reach_every_refusal() -> None:
    members = [*_headers._BROKEN_MEMBERS, *map("a{}".format, _headers._BROKEN_PARAMS), "*;a=1"]
    codes = (
        "syntax item_type name two_functions duplicate_parameter bare_parameter value_type "
        "integer_form unencoded percent utf8 star"
    )
    assert {f"header.{code}" for code in codes.split()} <= set(map(code_of, members))


@pytest.mark.parametrize("refused", [False, True])
def test_the_near_valid_are_on_both_sides(refused: bool) -> None:
    find(near_valid_headers(), lambda text: text != "" and (code_of(text) != "accepted") == refused)
