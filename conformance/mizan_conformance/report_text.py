"""A report to read: on a terminal, and as the Markdown of a pull request's comment.

Invariant: each failure is shown once, under the first requirement that its case covers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from .report import STATUSES, Report, Result
from .requirements import load

_MOST: Final = 20  # failures that a comment shows
_STATUS_WORDS: Final = {"known": "known failures", "suite": "faults of the suite"}


def human(report: Report) -> str:
    """Return a report for a terminal."""
    parts = (*_topics(report), *_failures(report), *_others(report), *_skips(report))
    return "\n".join((f"Port: {report.name}", "", *parts, f"\n{summary(report)}"))


def summary(report: Report) -> str:
    """Return one line: PASS or FAIL, and how many cases have which status."""
    counts = [
        f"{report.count(status)} {_STATUS_WORDS.get(status, status)}"
        for status in STATUSES
        if report.count(status)
    ]
    if report.unattributed:
        counts.append(f"{len(report.unattributed)} unattributed")
    return f"{'PASS' if report.passed else 'FAIL'}: {', '.join(counts) or 'nothing was run'}"


def topics(report: Report) -> Iterator[tuple[str, int, int]]:
    """Yield each topic with its numbers of passed and of all cases."""
    totals = Counter(result.vector.topic for result in report.results)
    passed = Counter(result.vector.topic for result in report.with_status("passed"))
    for topic, total in totals.items():
        yield topic, passed[topic], total


def by_requirement(results: Sequence[Result]) -> dict[str, list[Result]]:
    """Return the results by the first requirement that their case covers, in order of the ids."""
    found: dict[str, list[Result]] = {}
    for result in sorted(results, key=lambda each: each.vector.requirements[:1]):
        found.setdefault("".join(result.vector.requirements[:1]), []).append(result)
    return found


def quotes() -> dict[str, str]:
    """Return what each requirement says."""
    return {requirement.id: requirement.quote for requirement in load()}


def _topics(report: Report) -> Iterator[str]:
    rows = list(topics(report))
    width = max((len(topic) for topic, _, _ in rows), default=0)
    for topic, passed, total in rows:
        mark = "ok" if passed == total else "--"
        yield f"  {mark}  {topic:<{width}}  {passed:>4} of {total}"


def _failures(report: Report) -> Iterator[str]:
    failed = report.with_status("failed", "flaky")
    said = quotes() if failed else {}
    for requirement, results in by_requirement(failed).items():
        yield f"\n{requirement}  {_cut(said.get(requirement, ''))}"
        for result in results:
            vector = result.vector
            also = ", ".join((*vector.requirements[1:], *vector.flags))
            yield f"  {result.status.upper()} {vector.id}{also and f'  [{also}]'}"
            yield f"    {vector.note}"
            yield f"    {result.detail}"


def _others(report: Report) -> Iterator[str]:
    for result in report.with_status("suite"):
        yield f"\nSUITE {result.vector.id}"
        yield f"  The case itself is wrong, not the port: {result.detail}"
    for result in report.with_status("known"):
        yield f"\nKNOWN {result.vector.id}: {result.detail}"
    for incident in report.unattributed:
        yield f"\nUNATTRIBUTED {incident}"
        yield "  No case does this alone, so none is charged with it."
    for line in report.stale:
        yield f"\nBASELINE {line}"
    if report.fatal:
        yield f"\nSTOPPED {report.fatal}"


def _skips(report: Report) -> Iterator[str]:
    skipped = Counter(result.detail for result in report.with_status("skipped"))
    if skipped:
        listed = ", ".join(f"{why} ({number})" for why, number in skipped.items())
        yield f"\nSkipped: {listed}"


def markdown(report: Report) -> str:
    """Return a report for the comment of a pull request: the sum, the failures, the topics."""
    mark = "\u2705" if report.passed else "\u274c"
    lines = [f"### {mark} Mizan conformance: {report.name}", "", summary(report), ""]
    bad = report.with_status("failed", "flaky", "suite", "not run")
    if bad:
        lines += ["| case | requirement | what is wrong |", "|---|---|---|"]
        lines += [_row(result) for result in bad[:_MOST]]
        if len(bad) > _MOST:
            lines.append(f"| {len(bad) - _MOST} more | | |")
        lines.append("")
    incidents = [*report.unattributed, *report.stale, *filter(None, [report.fatal])]
    lines += [f"- {_cell(line)}" for line in incidents]
    lines += [
        "",
        "<details><summary>Topics</summary>",
        "",
        "| topic | passed | of |",
        "|---|--:|--:|",
    ]
    lines += [f"| {topic} | {passed} | {total} |" for topic, passed, total in topics(report)]
    return "\n".join([*lines, "", "</details>"])


def _row(result: Result) -> str:
    vector = result.vector
    return f"| `{vector.id}` | {', '.join(vector.requirements)} | {_cell(result.detail)} |"


def _cell(text: str) -> str:
    # Words of a port: nothing of them may be markup, or end the cell.
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    for sign in "\\`*_[]<>|":
        plain = plain.replace(sign, f"\\{sign}")
    return plain.replace("@", "&#64;")


def _cut(text: str, most: int = 110) -> str:
    return text if len(text) <= most else f"{text[: most - 4]} ..."
