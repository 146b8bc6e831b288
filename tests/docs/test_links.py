"""mizan_docs.links: what leads nowhere is found, at its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mizan_docs import links

Write = Callable[[str, str], None]


@pytest.mark.usefixtures("repository")
def test_nothing_is_wrong_with_links_that_lead_somewhere() -> None:
    assert [*links.problems()] == []
    assert links.requirements() == ("MZ-A-001", "MZ-A-002")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("gone.md", "gone.md does not exist"),
        ("docs/guide.md#gone", "docs/guide.md has no anchor #gone"),
        ("#gone", "page.md has no anchor #gone"),
        ("SPEC.md#MZ-A-003", "SPEC.md has no anchor #MZ-A-003"),
    ],
)
def test_a_link_that_leads_nowhere_is_told(repository: Write, target: str, said: str) -> None:
    repository("page.md", f"# Page\n\nSee [it]({target}).\n")
    assert [*links.problems()] == [f"page.md:3: {target}: {said}."]


@pytest.mark.parametrize("target", ["docs/", "code.py", "#page", "docs/guide.md#how-to"])
def test_folders_files_and_anchors_are_there(repository: Write, target: str) -> None:
    repository("page.md", f"# Page\n\nSee [it]({target}).\n")
    assert [*links.problems()] == []


def test_a_file_that_git_does_not_track_is_told(repository: Write, tmp_path: Path) -> None:
    (tmp_path / "new.md").touch()
    repository("page.md", "See [it](new.md).\n")
    (found,) = links.problems()
    assert "git add it" in found


def test_links_to_elsewhere_are_listed_and_not_asked(repository: Write) -> None:
    repository(
        "page.md",
        "See [it](https://example.org/#a), <https://example.org/b>, <http://localhost:80/>.\n",
    )
    assert [*links.problems()] == []
    found = [*links.external()]
    assert found == [
        ("https://example.org/#a", "page.md:1"),
        ("https://example.org/b", "page.md:1"),
    ]
