"""A report as one page of HTML without anything beside it, for one port or many; and as a badge.

Invariant: whatever a port says is text: nothing of it becomes markup.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files
from typing import Any, Final, NamedTuple

from .report import Report, Result
from .report_text import by_requirement, quotes, summary
from .vectors import Vector

_MOST: Final = 4000  # characters of a value that are shown
_GLYPH: Final = 6.6  # px, the mean width of a letter in a badge
_BADGE: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{all}" height="20" role="img"'
    ' aria-label="{label}: {value}"><title>{label}: {value}</title>'
    '<rect width="{all}" height="20" rx="3" fill="#555"/>'
    '<path d="M{left} 0h{right}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H{left}z" fill="{colour}"/>'
    '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11"'
    ' text-anchor="middle"><text x="{at_label}" y="14">{label}</text>'
    '<text x="{at_value}" y="14">{value}</text></g></svg>\n'
)


class _Case(NamedTuple):
    """One case, and what became of it on each port (None where it was not asked)."""

    vector: Vector
    results: list[Result | None]

    @property
    def is_bad(self) -> bool:
        return any(
            each is not None and each.status not in ("passed", "skipped") for each in self[1]
        )


def page(report: Report) -> str:
    """Return the page of one port."""
    return pages([report])


def pages(reports: Sequence[Report]) -> str:
    """Return the page of several ports: a matrix of them by requirement, and every case."""
    template = files(__package__).joinpath("report_page.html").read_text("utf-8")
    cases = _cases(reports)
    said = quotes()
    names = [report.name for report in reports]
    first = [Result(case.vector, "passed") for case in cases.values()]
    rows = [
        _row(name, said.get(name, ""), [cases[result.vector.id] for result in results], names)
        for name, results in by_requirement(first).items()
    ]
    return template.format(
        title=escape(", ".join(names)),
        ports=_ports(reports),
        heads="".join(f'<span class="score">{escape(name)}</span>' for name in names),
        rows="\n".join(rows),
    )


def _cases(reports: Sequence[Report]) -> dict[str, _Case]:
    found: dict[str, _Case] = {}
    for index, report in enumerate(reports):
        for result in report.results:
            vector = result.vector
            case = found.setdefault(vector.id, _Case(vector, [None] * len(reports)))
            case.results[index] = result
    return found


def _ports(reports: Sequence[Report]) -> str:
    rows = []
    for report in reports:
        notes = [*report.unattributed, *report.stale, *filter(None, [report.fatal])]
        colour = "good" if report.passed else "bad"
        more = "".join(f"<br>{escape(note)}" for note in notes)
        rows.append(
            f'<tr><th scope="row">{escape(report.name)}</th>'
            f'<td class="{colour}">{escape(summary(report))}{more}</td></tr>'
        )
    return f"<table>{''.join(rows)}</table>"


def _row(name: str, quote: str, cases: Sequence[_Case], names: Sequence[str]) -> str:
    columns = zip(*(case.results for case in cases), strict=True)
    scores = "".join(_score([each for each in column if each is not None]) for column in columns)
    words = escape(f"{name} {quote}".lower(), quote=True)
    inside = "\n".join(_details(case, names) for case in cases)
    return (
        f'<details data-words="{words}"><summary><code>{escape(name)}</code>'
        f'<span class="words">{escape(quote)}</span>{scores}</summary>\n{inside}\n</details>'
    )


def _score(results: Sequence[Result]) -> str:
    run = [result for result in results if result.status != "skipped"]
    if not run:
        return '<span class="score dim">skipped</span>'
    passed = sum(result.status == "passed" for result in run)
    colour = "good" if passed == len(run) else "bad"
    return f'<span class="score {colour}">{passed} of {len(run)}</span>'


def _details(case: _Case, names: Sequence[str]) -> str:
    vector = case.vector
    words = escape(" ".join((vector.id, vector.note, *vector.requirements, *vector.flags)).lower())
    marks = "".join(
        f'<span class="score {_colour(each)}">{escape(each.status if each else "not asked")}</span>'
        for each in case.results
    )
    return (
        f'<details data-words="{words}"{" data-bad" if case.is_bad else ""}>'
        f'<summary><code class="words">{escape(vector.id)}</code>{marks}</summary>'
        f'<div class="body"><p>{escape(vector.note)}</p>'
        f"{''.join(_values(case, names))}</div></details>"
    )


def _colour(result: Result | None) -> str:
    if result is None or result.status == "skipped":
        return "dim"
    return "good" if result.status == "passed" else "bad"


def _values(case: _Case, names: Sequence[str]) -> Iterator[str]:
    yield _value("Input", case.vector.input)
    yield _value("Expected", case.vector.expect)
    for name, result in zip(names, case.results, strict=True):
        if result is None or result.status in ("skipped", "passed"):
            continue
        if result.answer is not None:
            yield _value(f"Answer of {name}", result.answer)
        yield f"<p>{escape(result.detail)}</p>"


def _value(label: str, value: Any) -> str:
    text = json.dumps(value, indent=1, ensure_ascii=True)
    if len(text) > _MOST:
        text = f"{text[:_MOST]} ... ({len(text)} characters)"
    return f"<b>{escape(label)}</b><pre>{escape(text)}</pre>"


def badge(report: Report) -> str:
    """Return a badge in SVG: how many of the cases that were run passed."""
    run = sum(result.status != "skipped" for result in report.results)
    label, value = "mizan 1.0", f"{report.count('passed')} of {run}"
    left, right = (round(len(text) * _GLYPH) + 12 for text in (label, value))
    return _BADGE.format(
        label=label,
        value=value,
        all=left + right,
        left=left,
        right=right - 3,
        at_label=left / 2,
        at_value=left + right / 2,
        colour="#1a7f37" if report.passed else "#c5221f",
    )
