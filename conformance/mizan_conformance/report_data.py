"""A report for programs: JSON, which holds all of it, and JUnit's XML.

Invariant: what `as_json` writes, `read` gives back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring

from mizan.models.port import HelloOk

from .report import STATUSES, Report, Result, Status
from .vectors import Vector

_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAGS: Final[Mapping[Status, str]] = {
    "failed": "failure",
    "flaky": "failure",
    "suite": "error",
    "not run": "error",
    "known": "skipped",
    "skipped": "skipped",
}


def as_json(report: Report) -> str:
    """Return a report as JSON."""
    hello = report.hello
    document = {
        "passed": report.passed,
        "port": None if hello is None else hello.model_dump(mode="json"),
        "command": list(report.command),
        "counts": {status.replace(" ", "_"): report.count(status) for status in STATUSES},
        "fatal": report.fatal,
        "unattributed": report.unattributed,
        "stale": report.stale,
        "results": [_line(result) for result in report.results],
    }
    return json.dumps(document, indent=2)


def read(text: str, vectors: Iterable[Vector]) -> Report:
    """Return the report that `as_json` wrote, with the cases that the suite still has.

    Raises ValueError for a text that is no report.
    """
    known = {vector.id: vector for vector in vectors}
    try:
        document = json.loads(text)
        port = document["port"]
        return Report(
            command=tuple(document["command"]),
            hello=None if port is None else HelloOk.model_validate(port),
            results=[
                Result(
                    known[line["id"]], line["status"], line.get("detail", ""), line.get("answer")
                )
                for line in document["results"]
                if line["id"] in known and line["status"] in STATUSES
            ],
            unattributed=list(document["unattributed"]),
            stale=list(document["stale"]),
            fatal=document["fatal"],
        )
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"it is no report in JSON: {type(error).__name__}: {error}") from error


def _line(result: Result) -> dict[str, Any]:
    vector = result.vector
    line: dict[str, Any] = {"id": vector.id, "status": result.status}
    if result.detail:
        line["detail"] = result.detail
    if result.answer is not None:
        line["answer"] = result.answer
    if result.status == "failed":
        line |= {"requirements": list(vector.requirements), "flags": list(vector.flags)}
        line["note"] = vector.note
    return line


def junit(report: Report) -> str:
    """Return a report as JUnit's XML."""
    errors = [*report.unattributed, *report.stale, *filter(None, [report.fatal])]
    tags = [_TAGS.get(result.status) for result in report.results]
    counts = {
        "tests": len(report.results) + len(errors),
        "failures": tags.count("failure"),
        "errors": len(errors) + tags.count("error"),
        "skipped": tags.count("skipped"),
    }
    suite = Element("testsuite", {"name": "mizan"} | {k: str(v) for k, v in counts.items()})
    for result, tag in zip(report.results, tags, strict=True):
        vector = result.vector
        case = SubElement(suite, "testcase", classname=vector.topic, name=vector.id)
        if tag:
            detail = f"{vector.note}\n{result.detail}"
            SubElement(case, tag, message=_xml(result.detail)).text = _xml(detail)
    for message in errors:
        case = SubElement(suite, "testcase", classname="port", name="unattributed")
        SubElement(case, "error", message=_xml(message))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suite, encoding="unicode")


def _xml(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
