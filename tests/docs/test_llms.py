"""mizan_docs.llms: an index of pages and all of them as one text."""

from __future__ import annotations

from pathlib import Path

import pytest

from mizan_docs import llms, pages


@pytest.mark.usefixtures("repository")
def test_the_index_follows_the_navigation(tmp_path: Path) -> None:
    staged, site = tmp_path / "staged", tmp_path / "site"
    pages.stage(staged)
    llms.write(staged, site)
    index = (site / "llms.txt").read_text()
    assert index.startswith("# Mizan\n\n> ")
    assert "## Guides\n\n- [Guide](guide.md): By MZ-A-001, `MZ-A-002`, as said, code.\n" in index
    whole = (site / "llms-full.txt").read_text()
    assert whole.index("# Guide") < whole.index("# Spec")
    assert "{#" not in whole
    assert (site / "guide.md").read_text() in whole + "\n"


def test_the_first_sentence_is_of_prose() -> None:
    page = pages.Page("A", "", "a.md", "docs/a.md")
    text = "# A\n\n- a list. No.\n\n```\ncode\n```\n\nSee [this\npage](b.md). More.\n"
    assert "- [A](a.md): See this page.\n" in llms.index([page], {"a.md": text})
    linked = "# A\n\n[This](b.md) has three:\n\n    code of it\n"
    assert "- [A](a.md): This has three.\n" in llms.index([page], {"a.md": linked})
    assert "- [A](a.md)\n" in llms.index([page], {"a.md": "# A\n"})
