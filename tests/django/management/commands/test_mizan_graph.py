"""`manage.py mizan_graph`."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("mizan_graph", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("chosen", "start"),
    [
        ("text", "rename_book\n  -> book  (by book_id)\n  -> shelf  (all of it)\n"),
        ("mermaid", "flowchart LR\n"),
        ("svg", "<svg xmlns="),
        ("html", "<!doctype html>\n"),
    ],
)
def test_each_format(chosen: str, start: str, tmp_path: Path) -> None:
    printed = run("--format", chosen)
    assert printed.startswith(start)
    file = tmp_path / "graph"
    assert str(file) in run("--format", chosen, "--output", str(file))
    assert file.read_text("utf-8") == printed


def test_text_is_the_default_and_others_are_refused() -> None:
    assert run() == run("--format", "text")
    with pytest.raises(CommandError, match="png"):
        run("--format", "png")


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written: Is a directory"):
        run("--output", str(tmp_path))
