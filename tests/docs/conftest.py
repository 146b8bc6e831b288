"""A repository of three pages, in place of this one."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mizan_docs import links, pages

PAGES = {
    "README.md": "# Start\n\nSee [the guide](docs/guide.md#how-to).\n",
    "SPEC.md": "# Spec\n\n- **MZ-A-001** [codec] One.\n- **MZ-A-002** [codec] As MZ-A-001.\n",
    "docs/guide.md": "# Guide\n\n## How to\n\nBy MZ-A-001, `MZ-A-002`, "
    "[as said](../SPEC.md#MZ-A-002), [code](../code.py).\n\n"
    "![A picture](a.svg) and [another](b.png)\n",
    "docs/a.svg": "<svg/>",
    "docs/b.png": "",
    "docs/site.css": "",
    "code.py": "",
    "mkdocs.yml": "nav:\n  - Guides:\n      - Guide: guide.md\n  - Spec: SPEC.md\n",
}

Write = Callable[[str, str], None]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Make the repository; yield what writes one more file, tracked by git."""

    def write(name: str, text: str) -> None:
        put(name, text)
        track(name)

    def put(name: str, text: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def track(*names: str) -> None:
        subprocess.run(["git", "add", *names], cwd=tmp_path, check=True)
        forget()

    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    monkeypatch.setattr(links, "ROOT", tmp_path)
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    monkeypatch.setattr(pages, "CONFIGURATION", tmp_path / "mkdocs.yml")
    for name, text in PAGES.items():
        put(name, text)
    track(*PAGES)
    yield write
    monkeypatch.undo()
    forget()


def forget() -> None:
    for each in (links.tracked, links.read, links.requirements, links._anchors):
        each.cache_clear()
