"""A report of the audit: as text, as JSON, as annotations of GitHub.

Invariant: the same findings give the same text; each says where, what, and the line to add.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from mizan.django.audit.baseline import Compared
from mizan.django.audit.findings import KINDS, Finding

Style = Callable[[str], str]
_STYLES = {"undeclared": "ERROR", "scope": "ERROR", "unsupported": "WARNING", "broad": "NOTICE"}
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Report:
    """What an audit has found. `counts`: numbers of what was seen; `unseen`: what never ran."""

    compared: Compared
    counts: Mapping[str, int]
    unseen: Mapping[str, Sequence[str]]


def text(report: Report, style: Callable[[str, str], str] = lambda _, text: text) -> str:
    """Return a report for people. `style` colours a text, by Django's names of styles."""
    return "\n".join(_lines(report, style)) + "\n"


def _lines(report: Report, style: Callable[[str, str], str]) -> Iterator[str]:
    for kind, meaning in KINDS.items():
        found = [each for each in report.compared.new if each.kind == kind]
        if found:
            yield style(_STYLES[kind], f"{kind}: {meaning}")
            for each in found:
                yield from _finding(each)
            yield ""
    for line in report.compared.stale:
        yield style("WARNING", f"stale in the baseline: {line}")
    for what, names in report.unseen.items():
        if names:
            shown = ", ".join(each.partition("  ")[0] for each in names[:_SHOWN])
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            yield f"not seen ({what}): {shown}{more}"
    counts = report.counts
    yield (
        f"Seen: {counts['reads']} reads of {counts['contexts']} contexts, "
        f"{counts['writes']} writes by {counts['writers']} writers."
    )
    new, known = len(report.compared.new), len(report.compared.known)
    says = f"{new} finding{'' if new == 1 else 's'}"
    says += f", {known} in the baseline" if known else ""
    yield style("ERROR" if new else "SUCCESS", says + ".")


def _finding(finding: Finding) -> Iterator[str]:
    yield f"  {finding.where}: {finding.message}"
    if finding.site and finding.site != finding.where:
        yield f"    written at {finding.site}"
    if finding.reader:
        yield f"    read at    {finding.reader}"
    yield f"    add:       {finding.add}" if finding.site else f"    {finding.add}"


def as_json(report: Report) -> str:
    """Return a report for programs."""
    document = {
        "findings": [{**asdict(each), "key": each.key} for each in report.compared.new],
        "known": [each.key for each in report.compared.known],
        "stale_baseline": report.compared.stale,
        "unseen": {name: list(found) for name, found in report.unseen.items()},
        "counts": dict(report.counts),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def github(report: Report) -> str:
    """Return a report as workflow commands, which GitHub shows beside the lines of code."""
    lines = []
    for each in report.compared.new:
        place = each.site or each.where
        file, _, line = place.rpartition(":")
        level = "error" if _STYLES[each.kind] == "ERROR" else "warning"
        said = _escaped(f"{each.message}. Add: {each.add}")
        lines.append(f"::{level} file={file},line={line},title=mizan_audit {each.kind}::{said}\n")
    return "".join(lines)


def _escaped(said: str) -> str:
    return said.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


FORMATS = {"text": text, "json": as_json, "github": github}
