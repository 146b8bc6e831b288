"""mizan/server/problems.py: what went wrong, as a client reads it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan.errors import KNOWN_CODES, JsonError, ParamError, TokenError, UrlError
from mizan.protocol.decode import decode
from mizan.schemas import problems
from mizan.server.problems import STATUS, Problem, of_errors, of_wire_error, reading


@pytest.mark.parametrize(("code", "status"), STATUS.items())
def test_known_codes_have_their_status(code: str, status: int) -> None:
    problem = Problem(code, "It is so.")
    assert problem.status == status
    assert code in KNOWN_CODES
    document = json.loads(problem.body())
    assert problems("error", document) == []
    assert document["type"] == f"https://w3id.org/mizan/v1/errors/{code}"


@pytest.mark.parametrize(
    ("status", "title"),
    [(409, "Conflict"), (413, "Content Too Large"), (422, "Unprocessable Content"), (499, "Error")],
)
def test_titles_are_the_same_on_every_python(status: int, title: str) -> None:
    document = Problem("app.odd", status=status).document()
    assert document["title"] == title
    assert problems("error", document) == []


def test_members() -> None:
    errors = [{"pointer": "/a", "code": "missing", "detail": "It is missing."}]
    problem = Problem("app.x", "Why.", 410, errors, {"left": 2}, {"Retry-After": "5"}, "f")
    document = problem.document()
    assert problems("error", document) == []
    assert document["errors"] == errors
    assert document["data"] == {"left": 2}
    assert document["function"] == "f"
    assert str(problem) == "Why."
    assert "detail" not in Problem("internal").document()
    assert Problem("app.x").status == 500
    assert len({problem, Problem("app.x")}) == 2  # as any exception, it can be kept in a set


@pytest.mark.parametrize(
    ("error", "code", "places"),
    [
        (JsonError("json.syntax", "It is no JSON.", position=3), "malformed", []),
        (JsonError("json.size", "It is long."), "too_large", []),
        (UrlError("url.size", "It is long."), "uri_too_long", []),
        (ParamError("param.missing", "It is missing.", pointer="/a"), "validation", ["/a"]),
        (ParamError("param.missing", "It is missing."), "validation", [""]),
        (TokenError("token.size", "It is long."), "validation", [""]),
    ],
)
def test_what_the_protocol_refuses(error: Any, code: str, places: list[str]) -> None:
    problem = of_wire_error(error)
    assert problem.code == code
    assert [each["pointer"] for each in problem.errors] == places
    assert problems("error", problem.document()) == []


def test_reading() -> None:
    with pytest.raises(Problem) as caught:
        reading(decode)("{")
    assert caught.value.code == "malformed"
    assert "character 1" in caught.value.detail
    assert isinstance(caught.value.__cause__, JsonError)
    assert reading(decode)("{}", limit=9) == {}
    with pytest.raises(ValueError, match="own"):
        reading(fail)()


def fail() -> None:
    raise ValueError("own")


@given(st.lists(st.text(max_size=8), min_size=1, max_size=3))
def test_codes_of_others_are_made_codes(codes: list[str]) -> None:
    problem = of_errors([{"pointer": "", "code": code, "detail": ""} for code in codes])
    assert problems("error", json.loads(problem.body())) == []


def test_errors_are_counted() -> None:
    place = {"pointer": "", "code": "missing", "detail": ""}
    assert of_errors([place]).detail == "1 argument is not valid."
    assert of_errors([place, place]).detail == "2 arguments are not valid."
    assert of_errors([place | {"code": "Bad-Code"}]).errors[0]["code"] == "invalid"


def test_only_so_many_wrong_arguments_are_listed() -> None:
    errors = [{"pointer": f"/ids/{n}", "code": "int_type", "detail": "No."} for n in range(101)]
    assert len(of_errors(errors[:100]).errors) == 100
    problem = of_errors(errors)
    assert problem.detail == "More than 100 arguments are not valid."
    assert [each["pointer"] for each in problem.errors] == [f"/ids/{n}" for n in range(100)]
