"""The result of a run, and its three forms: for a person, as JSON, as JUnit XML.

Invariant: a report passes only if every case that was asked for passed, and nothing happened that
no case could be charged with; a skip is never silent.
"""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal
from xml.etree.ElementTree import Element, SubElement, tostring

if TYPE_CHECKING:
    from mizan.models.port import HelloOk

    from .vectors import Vector

Status = Literal["passed", "failed", "skipped", "not run"]
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one case; ``detail`` says why, where it did not pass."""

    vector: Vector
    status: Status
    detail: str = ""


@dataclass(slots=True)
class Report:
    """What became of a run.

    ``unattributed`` are incidents that no case could be charged with, ``fatal`` is why the port
    could not be used at all. ``hello`` is what the port says of itself.
    """

    command: Sequence[str]
    hello: HelloOk | None = None
    results: Sequence[Result] = ()
    unattributed: list[str] = field(default_factory=list)
    fatal: str | None = None

    @property
    def passed(self) -> bool:
        """Whether nothing failed: skipped cases do not count, incidents do."""
        bad = any(result.status in ("failed", "not run") for result in self.results)
        return not (bad or self.unattributed or self.fatal)

    @property
    def exit_code(self) -> int:
        """The exit status of a command that ran this: 0 or 1."""
        return 0 if self.passed else 1

    def count(self, status: Status) -> int:
        """Return the number of cases with a status."""
        return sum(result.status == status for result in self.results)

    def with_status(self, status: Status) -> list[Result]:
        """Return the results with a status, in order."""
        return [result for result in self.results if result.status == status]


def render(report: Report, style: str = "human") -> str:
    """Return the report as text; ``style`` is `human`, `json` or `junit`."""
    if style not in _STYLES:
        raise ValueError(f"there is no format {style!r}: one of {', '.join(_STYLES)}")
    return _STYLES[style](report)


def _human(report: Report) -> str:
    return "\n".join(
        (*_who(report), "", *_topics(report), *_failures(report), *_skips(report), *_sum(report))
    )


def _who(report: Report) -> Iterator[str]:
    hello = report.hello
    if hello is None:
        yield f"Port: {shlex.join(report.command)}"
    else:
        yield f"Port: {hello.name} {hello.version} ({hello.language})"


def _topics(report: Report) -> Iterator[str]:
    totals = Counter(result.vector.topic for result in report.results)
    passed = Counter(result.vector.topic for result in report.with_status("passed"))
    width = max((len(topic) for topic in totals), default=0)
    for topic, total in totals.items():
        mark = "ok" if passed[topic] == total else "--"
        yield f"  {mark}  {topic:<{width}}  {passed[topic]:>4} of {total}"


def _failures(report: Report) -> Iterator[str]:
    for result in report.with_status("failed"):
        vector = result.vector
        yield f"\nFAILED {vector.id}  [{', '.join((*vector.requirements, *vector.flags))}]"
        yield f"  {vector.note}"
        yield f"  {result.detail}"
    for incident in report.unattributed:
        yield f"\nUNATTRIBUTED {incident}"
        yield "  No case does this alone, so none is charged with it."
    if report.fatal:
        yield f"\nSTOPPED {report.fatal}"


def _skips(report: Report) -> Iterator[str]:
    skipped = Counter(result.vector.op for result in report.with_status("skipped"))
    if skipped:
        listed = ", ".join(f"{op} ({number})" for op, number in skipped.items())
        yield f"\nSkipped, since the port does not declare them: {listed}"


def _sum(report: Report) -> Iterator[str]:
    counts: tuple[Status, ...] = ("passed", "failed", "skipped", "not run")
    parts = [f"{report.count(status)} {status}" for status in counts if report.count(status)]
    if report.unattributed:
        parts.append(f"{len(report.unattributed)} unattributed")
    yield f"\n{'PASS' if report.passed else 'FAIL'}: {', '.join(parts) or 'nothing was run'}"


def _json(report: Report) -> str:
    hello = report.hello
    document = {
        "passed": report.passed,
        "port": None if hello is None else hello.model_dump(mode="json"),
        "counts": {
            status.replace(" ", "_"): report.count(status)
            for status in ("passed", "failed", "skipped", "not run")
        },
        "fatal": report.fatal,
        "unattributed": report.unattributed,
        "results": [_as_json(result) for result in report.results],
    }
    return json.dumps(document, indent=2)


def _as_json(result: Result) -> dict[str, Any]:
    line: dict[str, Any] = {"id": result.vector.id, "status": result.status}
    if result.detail:
        line["detail"] = result.detail
    if result.status == "failed":
        line["requirements"] = list(result.vector.requirements)
        line["flags"] = list(result.vector.flags)
        line["note"] = result.vector.note
    return line


def _junit(report: Report) -> str:
    errors = [*report.unattributed, *filter(None, [report.fatal])]
    counts = {
        "tests": len(report.results) + len(errors),
        "failures": report.count("failed"),
        "errors": len(errors) + report.count("not run"),
        "skipped": report.count("skipped"),
    }
    suite = Element("testsuite", {"name": "mizan"} | {k: str(v) for k, v in counts.items()})
    for result in report.results:
        case = SubElement(suite, "testcase", classname=result.vector.topic, name=result.vector.id)
        if result.status != "passed":
            tag = _TAGS[result.status]
            detail = f"{result.vector.note}\n{result.detail}"
            SubElement(case, tag, message=_xml(result.detail)).text = _xml(detail)
    for message in errors:
        case = SubElement(suite, "testcase", classname="port", name="unattributed")
        SubElement(case, "error", message=_xml(message))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suite, encoding="unicode")


def _xml(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)


_TAGS: Final[Mapping[Status, str]] = {
    "failed": "failure",
    "skipped": "skipped",
    "not run": "error",
}
_STYLES: Final[Mapping[str, Callable[[Report], str]]] = {
    "human": _human,
    "json": _json,
    "junit": _junit,
}
