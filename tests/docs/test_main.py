"""python -m mizan_docs: each action, and its exit status."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mizan_docs.__main__ import main
from mizan_docs.reference import write

Write = Callable[[str, str], None]


def test_links_are_checked_or_listed(repository: Write, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["links"]) == 0
    repository("page.md", "[a](gone.md) [b](https://example.org)")
    assert main(["links"]) == 1
    assert "page.md:1: gone.md" in capsys.readouterr().err
    assert main(["links", "--external"]) == 0
    assert capsys.readouterr().out == "https://example.org\tpage.md:1\n"


@pytest.mark.usefixtures("repository")
def test_the_site_is_staged_and_finished(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    staged, site = str(tmp_path / "staged"), tmp_path / "site"
    assert main(["stage", staged]) == 0
    assert main(["finish", staged, str(site)]) == 0
    assert (site / "llms.txt").is_file()
    (site / "a.html").write_text('<img src="https://example.org/a.png">')
    assert main(["finish", staged, str(site)]) == 1
    assert "a.html: loads https://example.org/a.png" in capsys.readouterr().err


def test_the_reference_is_compared(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(write, "stale", dict)
    assert main(["reference", "--check"]) == 0
    monkeypatch.setattr(write, "stale", lambda: {write.FOLDER / "settings.md": ""})
    assert main(["reference", "--check"]) == 1
    assert "docs/reference/settings.md is not what the code says" in capsys.readouterr().err
    monkeypatch.setattr(write, "write", lambda: [write.FOLDER / "settings.md"])
    assert main(["reference"]) == 0
    assert capsys.readouterr().out == "wrote docs/reference/settings.md\n"


def test_a_wrong_call_is_told() -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["unheard-of"])
