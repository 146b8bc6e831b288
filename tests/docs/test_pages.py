"""mizan_docs.pages: what the site shows is what the repository has, and its links lead on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mizan_docs import pages

Write = Callable[[str, str], None]


@pytest.mark.usefixtures("repository")
def test_the_navigation_is_read() -> None:
    found = pages.navigation()
    assert [(each.title, each.section) for each in found] == [("Guide", "Guides"), ("Spec", "")]
    assert [each.source for each in found] == ["docs/guide.md", "SPEC.md"]
    assert [*pages.problems()] == []


def test_what_the_navigation_lacks_or_names_in_vain_is_told(repository: Write) -> None:
    repository("docs/other.md", "# Other\n")
    repository("mkdocs.yml", "nav:\n  - Guide: guide.md\n  - Gone: gone.md\n")
    assert [*pages.problems()] == [
        "mkdocs.yml: nav names gone.md: git tracks no such page.",
        "mkdocs.yml: nav lacks other.md: give it a line.",
    ]


@pytest.mark.usefixtures("repository")
def test_a_page_gets_anchors_and_links_of_the_site(tmp_path: Path) -> None:
    folder = tmp_path / "staged"
    pages.stage(folder)
    guide = (folder / "guide.md").read_text()
    assert "## How to {#how-to}\n" in guide
    assert (
        "By [MZ-A-001](SPEC.md#MZ-A-001), `MZ-A-002`, [as said](SPEC.md#MZ-A-002), code." in guide
    )
    assert "![A picture](a.svg) and [another](b.png)" in guide
    assert (folder / "a.svg").read_text() == "<svg/>"
    assert (folder / "b.png").is_file()
    spec = (folder / "SPEC.md").read_text()
    assert "- **MZ-A-001**{#MZ-A-001} [codec] One.\n" in spec
    assert "As [MZ-A-001](#MZ-A-001).\n" in spec


def test_what_did_not_change_is_not_written_again(repository: Write, tmp_path: Path) -> None:
    folder = tmp_path / "staged"
    assert len(pages.stage(folder)) == 2
    assert pages.stage(folder) == []
    repository("docs/guide.md", "# Another\n")
    assert pages.stage(folder) == [folder / "guide.md"]
