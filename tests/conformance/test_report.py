"""A report says what happened, in each of its forms."""

import json
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from mizan.models.port import HelloOk
from mizan_conformance.report import Report, Result, render
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
        "FAILED canonical/b  [MZ-CAN-001, NoAnswer]",
        "  Shows b.",
        "UNATTRIBUTED crash: it ended with exit status 4.",
        "STOPPED the port does not start as a port: crash",
        "Skipped, since the port does not declare them: jcs (1)",
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
    assert document["counts"] == {"passed": 1, "failed": 1, "skipped": 1, "not_run": 1}
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


def test_an_unknown_format_is_named(report: Report) -> None:
    with pytest.raises(ValueError, match="there is no format 'yaml': one of human, json, junit"):
        render(report, "yaml")
