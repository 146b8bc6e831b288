"""A report says what happened, in each of its forms."""

import json
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from mizan.models.port import HelloOk
from mizan_conformance import report_data
from mizan_conformance.report import Report, Result, Status, form_of, render
from mizan_conformance.report_page import pages
from mizan_conformance.vectors import Vector

HELLO = HelloOk(
    name="logo-port", version="2.1", language="Logo", spec=["1.0"], capabilities=["canonical"]
)


@pytest.fixture
def report(make_vector: Callable[..., Vector]) -> Report:
    """A report with one of everything."""
    return Report(
        command=("logo", "port.lgo"),
        hello=HELLO,
        results=[
            Result(make_vector("a"), "passed"),
            Result(make_vector("b", flags=("NoAnswer",)), "failed", "expected 1, got \x00\ud800"),
            Result(make_vector("c", op="jcs"), "skipped", "the port does not declare jcs"),
            Result(make_vector("d", op="jcs"), "not run", "the port could not be started"),
        ],
        unattributed=["crash: it ended with exit status 4."],
        fatal="the port does not start as a port: crash",
    )


def test_for_a_person(report: Report) -> None:
    text = render(report)
    for line in (
        "Port: logo-port 2.1 (Logo)",
        "  --  canonical     1 of 2",
        "  FAILED canonical/b  [NoAnswer]",
        "    Shows b.",
        "UNATTRIBUTED crash: it ended with exit status 4.",
        "STOPPED the port does not start as a port: crash",
        "Skipped: the port does not declare jcs (1)",
        "FAIL: 1 passed, 1 failed, 1 skipped, 1 not run, 1 unattributed",
    ):
        assert line in text.splitlines(), line


def test_a_run_in_which_all_passed(make_vector: Callable[..., Vector]) -> None:
    report = Report(("logo",), HELLO, [Result(make_vector("a"), "passed")])
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
    make_vector: Callable[..., Vector], members: dict[str, object], passed: bool
) -> None:
    results = [Result(make_vector("a"), "passed"), Result(make_vector("b"), "skipped", "why")]
    assert Report(("x",), HELLO, results, **members).passed is passed  # type: ignore[arg-type]


def test_as_json(report: Report) -> None:
    document = json.loads(render(report, "json"))
    assert document["passed"] is False
    assert document["port"]["language"] == "Logo"
    counts = {name: count for name, count in document["counts"].items() if count}
    assert counts == {"passed": 1, "failed": 1, "skipped": 1, "not_run": 1}
    assert document["results"][0] == {"id": "canonical/a", "status": "passed"}
    assert document["results"][1]["flags"] == ["NoAnswer"]
    assert document["unattributed"] == report.unattributed
    assert document["fatal"] == report.fatal


def test_as_junit(report: Report) -> None:
    suite = ElementTree.fromstring(render(report, "junit"))  # noqa: S314 (written just here)
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "6",
        "failures": "1",
        "errors": "3",
        "skipped": "1",
    }
    assert [case.get("name") for case in suite] == [
        *(result.vector.id for result in report.results),
        "unattributed",
        "unattributed",
    ]
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.get("message") == "expected 1, got \ufffd\ufffd"


@pytest.mark.parametrize(
    ("status", "passed"),
    [("known", True), ("flaky", False), ("suite", False), ("not run", False)],
)
def test_what_a_case_may_be(
    make_vector: Callable[..., Vector], status: Status, passed: bool
) -> None:
    report = Report(("x",), HELLO, [Result(make_vector("a"), status, "why")])
    assert report.passed is passed
    for style in ("json", "junit", "html"):
        assert "why" in render(report, style)


def test_failures_stand_under_their_requirement(report: Report) -> None:
    lines = render(report).splitlines()
    at = lines.index("  FAILED canonical/b  [NoAnswer]")
    assert lines[at - 1].startswith("MZ-CAN-001  The canonical string of a string MUST be")


def test_what_was_written_as_json_is_read_again(report: Report) -> None:
    read = report_data.read(render(report, "json"), [each.vector for each in report.results])
    assert read == replace(report, results=read.results)
    assert list(read.results) == list(report.results)
    assert report_data.read(render(report, "json"), []).results == []


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "[" * 100_000, '{"port": 1}'])
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="it is no report in JSON"):
        report_data.read(text, [])


def test_for_a_pull_request(report: Report) -> None:
    text = render(report, "markdown")
    assert "| `canonical/b` | MZ-CAN-001 | expected 1, got" in text
    assert "FAIL: 1 passed, 1 failed" in text


def test_words_of_a_port_are_no_markup(make_vector: Callable[..., Vector]) -> None:
    evil = "<script>alert(1)</script> @all |`x`| [a](b)"
    hello = HELLO.model_copy(update={"name": evil})
    result = Result(make_vector("a"), "failed", evil, {"ok": {"text": evil}})
    report = Report(("x",), hello, [result], unattributed=[evil])
    page = render(report, "html")
    assert page.count("<script>") == 1  # the page's own
    assert "&lt;script&gt;alert(1)" in page
    (row,) = (line for line in render(report, "markdown").splitlines() if "canonical/a" in line)
    assert "<script>" not in row
    assert "@all" not in row
    assert r"\|\`x\`\|" in row
    ElementTree.fromstring(render(report, "badge"))  # noqa: S314 (written just here)


def test_a_page_has_a_column_for_each_port(make_vector: Callable[..., Vector]) -> None:
    one = Report(("one",), None, [Result(make_vector("a"), "passed")])
    failed = Result(make_vector("a"), "failed", "the detail", {"ok": {"text": "the answer"}})
    two = Report(("two",), None, [failed, Result(make_vector("b"), "skipped", "why")])
    page = pages([one, two])
    assert "1 of 1" in page
    assert "0 of 1" in page
    assert "Answer of two" in page
    assert "the answer" in page
    assert "not asked" in page
    assert page.count("data-bad>") == 1


def test_a_badge_says_how_many(report: Report) -> None:
    badge = ElementTree.fromstring(render(report, "badge"))  # noqa: S314 (written just here)
    assert badge.get("aria-label") == "mizan 1.0: 1 of 3"


def test_the_ending_of_a_file_says_the_form() -> None:
    assert [form_of(f"a/b.{end}") for end in ("html", "XML", "md")] == ["html", "junit", "markdown"]
    with pytest.raises(ValueError, match=r"'page.pdf': the ending .* one of .txt, .json"):
        form_of("page.pdf")


def test_an_unknown_format_is_named(report: Report) -> None:
    with pytest.raises(ValueError, match="there is no format 'yaml': one of human, json, junit"):
        render(report, "yaml")
