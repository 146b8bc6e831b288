"""A report for programs holds all of it, and is read again."""

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from mizan_conformance import report_data
from mizan_conformance.report import Report, render


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


def test_what_was_written_as_json_is_read_again(report: Report) -> None:
    read = report_data.read(render(report, "json"), [each.vector for each in report.results])
    assert read == replace(report, results=read.results)
    assert list(read.results) == list(report.results)
    assert report_data.read(render(report, "json"), []).results == []


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "[" * 100_000, '{"port": 1}'])
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="it is no report in JSON"):
        report_data.read(text, [])
