"""A report says what happened, in each of its forms."""

import json
from collections.abc import Callable

import pytest

from mizan.models.port import HelloOk
from mizan_conformance.report import Report, Result, Status, form_of, render
from mizan_conformance.vectors import Vector


def test_a_run_in_which_all_passed(make_vector: Callable[..., Vector], hello: HelloOk) -> None:
    report = Report(("logo",), hello, [Result(make_vector("a"), "passed")])
    assert report.passed
    assert report.exit_code == 0
    assert render(report).splitlines() == [
        "Port: logo-port 2.1 (Logo)",
        "",
        "  ok  canonical     1 of 1",
        "",
        "PASS: 1 passed",
    ]


def test_a_run_that_never_began() -> None:
    report = Report(("logo", "a b"), fatal="it is no port")
    assert render(report).splitlines()[0] == "Port: logo 'a b'"
    assert "FAIL: nothing was run" in render(report)
    assert json.loads(render(report, "json"))["port"] is None


@pytest.mark.parametrize(
    ("members", "passed"),
    [
        ({}, True),
        ({"unattributed": ["crash"]}, False),
        ({"fatal": "no port"}, False),
        ({"stale": ["there is no case x"]}, False),
    ],
)
def test_incidents_fail_a_run(
    make_vector: Callable[..., Vector], members: dict[str, object], passed: bool, hello: HelloOk
) -> None:
    results = [Result(make_vector("a"), "passed"), Result(make_vector("b"), "skipped", "why")]
    assert Report(("x",), hello, results, **members).passed is passed  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "passed"),
    [("known", True), ("flaky", False), ("suite", False), ("not run", False)],
)
def test_what_a_case_may_be(
    make_vector: Callable[..., Vector], status: Status, passed: bool, hello: HelloOk
) -> None:
    report = Report(("x",), hello, [Result(make_vector("a"), status, "why")])
    assert report.passed is passed
    for style in ("json", "junit", "html"):
        assert "why" in render(report, style)


def test_the_ending_of_a_file_says_the_form() -> None:
    assert [form_of(f"a/b.{end}") for end in ("html", "XML", "md")] == ["html", "junit", "markdown"]
    with pytest.raises(ValueError, match=r"'page.pdf': the ending .* one of .txt, .json"):
        form_of("page.pdf")


def test_an_unknown_format_is_named(report: Report) -> None:
    with pytest.raises(ValueError, match="there is no format 'yaml': one of human, json, junit"):
        render(report, "yaml")
