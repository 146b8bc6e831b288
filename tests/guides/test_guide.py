"""What plays the guides sees a page that is wrong."""

from __future__ import annotations

from pathlib import Path

import guide
import pytest


def page(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str) -> None:
    """Play a page of this text."""
    (folder / "page.md").write_text(text)
    monkeypatch.setattr(guide, "DOCS", folder)
    guide.play("page.md", folder)


def fenced(language: str, text: str) -> str:
    return f"```{language}\n{text}\n```\n"


def test_files_and_commands_take_turns(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = fenced("python", "# a/b.py\nprint(1)") + fenced("sh", "python a/b.py > one")
    second = fenced("python", "# a/b.py\nprint(2)") + fenced("console", "$ python a/b.py\n1\n2")
    page(monkeypatch, tmp_path, first + second)
    assert (tmp_path / "one").read_text() == "1\n"


@pytest.mark.parametrize(
    "text",
    [
        fenced("sh", "false"),
        fenced("console", "$ echo yes\nno"),
        fenced("console", "$ exit 2\n(exit status 1)"),
        fenced("console", "$ false\n…"),
    ],
)
def test_a_command_that_does_otherwise_fails_the_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str
) -> None:
    with pytest.raises(AssertionError):
        page(monkeypatch, tmp_path, text)


def test_what_prints_in_between_may_be_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    page(
        monkeypatch,
        tmp_path,
        fenced("console", "$ printf 'a 12 b'; exit 3\na … b\n(exit status 3)"),
    )


@pytest.mark.parametrize("text", [fenced("python", "print(1)"), fenced("ruby", "# a.rb\nputs 1")])
def test_a_block_that_nobody_runs_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str
) -> None:
    with pytest.raises(ValueError, match="block of"):
        page(monkeypatch, tmp_path, text)
