"""The progress bar (mizan/cli/progress.py)."""

from typing import Any

import pytest

from mizan.cli import progress as module
from mizan.cli.progress import progress


def test_elsewhere_than_on_a_terminal_there_is_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0)
    with progress("Checking", 10) as advance:
        advance(10)
    assert capsys.readouterr() == ("", "")


def test_for_short_work_there_is_none(terminal: Any) -> None:
    shown = terminal()
    with progress("Checking", 10) as advance:
        advance(10)
    assert shown.getvalue() == ""


def test_for_long_work_there_is_one(monkeypatch: pytest.MonkeyPatch, terminal: Any) -> None:
    shown = terminal()
    with progress("Checking", 10) as advance:
        advance(5)
        monkeypatch.setattr(module, "PATIENCE", 0)
        advance(2)
        assert " 70%" in shown.getvalue()
        advance(3)
    assert "Checking" in shown.getvalue()
    assert "100%" in shown.getvalue()


def test_work_of_unknown_length_shows_that_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, terminal: Any
) -> None:
    shown = terminal()
    monkeypatch.setattr(module, "PATIENCE", 0)
    with progress("Checking", 0) as advance:
        advance(5)
        advance(5)
    assert "Checking" in shown.getvalue()
    assert "%" not in shown.getvalue()
