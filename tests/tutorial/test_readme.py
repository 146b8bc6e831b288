"""What the README shows is what the tutorial builds, which is run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
SHOWN = re.findall(r"(?ms)^```(?:python\n# menu|tsx\n)(.*?)^```$", README)


def test_there_is_a_server_and_a_page() -> None:
    assert len(SHOWN) == 2


@pytest.mark.parametrize("block", SHOWN, ids=("server", "page"))
def test_the_readme_shows_parts_of_the_tutorial_as_they_are(block: str) -> None:
    parts = [part.strip("\n") for part in block.split("\n\n\n")]
    assert [part for part in parts if part.removeprefix("/mizan.py\n") not in TUTORIAL] == []
