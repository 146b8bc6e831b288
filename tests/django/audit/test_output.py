"""mizan.django.audit.output: a report for people, for programs, for GitHub."""

from __future__ import annotations

import json

from mizan.django.audit.baseline import Compared
from mizan.django.audit.findings import Finding
from mizan.django.audit.output import Report, as_json, github, text

FOUND = Finding(
    "undeclared", "call", "user", "a.py:1", "call updates 100% of t", "affects=UserContext",
    "b.py:2", "c.py:3", "t",
)  # fmt: skip
IDLE = Finding("unsupported", "call", "team", "a.py:1", "call declares team", "take it out")
COUNTS = {"reads": 1, "contexts": 1, "writes": 2, "writers": 1}
UNSEEN = {"reads": [f"c{each}/f  a.py:1" for each in range(12)], "writers": []}


def report(*new: Finding, known: tuple[Finding, ...] = (), stale: tuple[str, ...] = ()) -> Report:
    return Report(Compared([*new], [*known], [*stale]), COUNTS, UNSEEN)


def test_for_people() -> None:
    shown = text(report(FOUND, IDLE, stale=("broad x",)), lambda name, line: f"<{name}>{line}")
    assert "<ERROR>undeclared: writes what a context reads" in shown
    assert "  a.py:1: call updates 100% of t\n    written at b.py:2\n    read at    c.py:3" in shown
    assert "    add:       affects=UserContext\n" in shown
    assert "    take it out\n" in shown
    assert "stale in the baseline: broad x" in shown
    assert "not seen (reads): c0/f, " in shown
    assert "c9/f and 2 more" in shown
    assert shown.endswith("<ERROR>2 findings.\n")
    assert text(report(known=(FOUND,))).endswith("0 findings, 1 in the baseline.\n")
    assert text(report(FOUND)).endswith("1 finding.\n")


def test_for_programs() -> None:
    document = json.loads(as_json(report(FOUND, known=(IDLE,))))
    assert document["findings"][0]["site"] == "b.py:2"
    assert document["findings"][0]["key"] == "undeclared call user"
    assert document["known"] == ["unsupported call team"]
    assert document["counts"] == COUNTS


def test_for_github() -> None:
    first, second = github(report(FOUND, IDLE)).splitlines()
    assert first == (
        "::error file=b.py,line=2,title=mizan_audit undeclared::call updates 100%25 of t. "
        "Add: affects=UserContext"
    )
    assert second.startswith("::warning file=a.py,line=1,")
