"""A bar is drawn on a terminal, and nowhere else."""

import io

import pytest

from mizan_conformance.progress import progress_bar


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_pipe_gets_nothing() -> None:
    stream = io.StringIO()
    bar = progress_bar("Running", stream)
    bar(0, 2)
    bar(2, 2)
    assert stream.getvalue() == ""


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([1.0, 1.01, 2.0, 2.01])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    stream = Terminal()
    bar = progress_bar("Running", stream)
    for done in (1, 2, 3, 4):
        bar(done, 4)
    assert stream.getvalue() == (
        f"\rRunning [{'#' * 7}{'-' * 23}] 1/4"
        f"\rRunning [{'#' * 22}{'-' * 8}] 3/4"
        f"\rRunning [{'#' * 30}] 4/4\n"
    )


def test_standard_error_is_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    progress_bar("Running")(1, 1)
    assert capsys.readouterr().err == ""
