"""mizan_docs.reference.write: pages are written where they differ, and only there."""

from __future__ import annotations

from pathlib import Path

import pytest

from mizan_docs.reference import write


def test_what_differs_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = {"a.md": lambda: "A\n", "b.md": lambda: "B\n"}
    monkeypatch.setattr(write, "PAGES", pages)
    folder = tmp_path / "reference"
    assert write.write(folder) == [folder / "a.md", folder / "b.md"]
    assert write.stale(folder) == {}
    (folder / "b.md").write_text("by hand")
    assert write.stale(folder) == {folder / "b.md": "B\n"}
    assert write.write(folder) == [folder / "b.md"]


def test_every_page_of_the_folder_is_made() -> None:
    assert {path.name for path in write.FOLDER.glob("*.md")} == {*write.PAGES}
