"""Writes the pages of docs/reference/, or compares them with what the code says.

Invariant: what is written depends on the code alone, so two machines write the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from mizan_docs.links import ROOT
from mizan_docs.reference import checks, commands, errors, events, settings

FOLDER = ROOT / "docs" / "reference"
PAGES: Mapping[str, Callable[[], str]] = {
    "settings.md": settings.render,
    "checks.md": checks.render,
    "commands.md": commands.render,
    "errors.md": errors.render,
    "events.md": events.render,
}


def stale(folder: Path = FOLDER) -> dict[Path, str]:
    """Return the pages that differ from what the code says, with what they should be."""
    made = {folder / name: render() for name, render in PAGES.items()}
    return {
        path: text
        for path, text in made.items()
        if not path.is_file() or path.read_text("utf-8") != text
    }


def write(folder: Path = FOLDER) -> list[Path]:
    """Write the pages that differ, and return their paths."""
    found = stale(folder)
    folder.mkdir(exist_ok=True)
    for path, text in found.items():
        path.write_text(text, "utf-8")
    return [*found]
