"""What the commands that test share: a wrong file is found first, a baseline is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from mizan.cli.conformance_common import outcome, show, write
from mizan_conformance.report import Report, Result
from mizan_conformance.vectors import Vector

VECTOR = Vector("t/one", "t", "t", ("MZ-CAN-001",), (), "Shows one.", {}, {})


def options(**members: Any) -> dict[str, Any]:
    """Return options as the command line gives them."""
    plain = {"style": "human", "files": (), "baseline": None, "update_baseline": False, "repeat": 1}
    return plain | members


def failing() -> Report:
    """Return the report of a run in which a case fails."""
    return Report(("x",), results=[Result(VECTOR, "failed", "wrong")])


def never() -> Report:
    """Fail: a wrong call runs nothing."""
    raise AssertionError


def test_a_baseline_is_written_and_held_to(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    new = outcome(options(baseline=path, update_baseline=True), {"t/one"}, failing)
    assert [each.status for each in new.results] == ["known"]
    again = outcome(options(baseline=path), {"t/one"}, failing)
    assert again.passed
    assert outcome(options(baseline=path), set(), failing).stale == ["there is no case t/one"]


def test_a_run_is_repeated() -> None:
    runs = iter([failing(), Report(("x",), results=[Result(VECTOR, "passed")])])
    found = outcome(options(repeat=2), {"t/one"}, lambda: next(runs))
    assert [each.status for each in found.results] == ["flaky"]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"update_baseline": True}, "name the file"),
        ({"files": ("a.doc",)}, "--report: 'a.doc'"),
        ({"baseline": Path("/nowhere/known.json")}, "is not there"),
    ],
)
def test_a_wrong_call_runs_nothing(members: dict[str, Any], said: str) -> None:
    with pytest.raises(click.UsageError, match=said):
        outcome(options(**members), set(), never)


def test_reports_are_written_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "report.json"
    assert show(failing(), options(files=(str(path),))) == 1
    assert '"t/one"' in path.read_text("utf-8")
    assert "FAIL: 1 failed" in capsys.readouterr().out


def test_a_file_that_cannot_be_written_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(click.UsageError, match="cannot be written"):
        write(str(tmp_path / "none" / "report.json"), "")
