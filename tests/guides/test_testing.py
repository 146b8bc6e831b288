"""docs/guides/testing.md: its tests pass, its audit finds nothing, its page's tests pass."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from guide import DOCS, notes, play


@pytest.mark.slow
def test_the_page(tmp_path: Path) -> None:
    played = play("guides/testing.md", notes(tmp_path))
    assert len(played.commands) == 5


def test_the_options_are_those_of_the_plugins(pytestconfig: pytest.Config) -> None:
    page = (DOCS / "guides" / "testing.md").read_text("utf-8")
    listed = re.findall(r"^\| `(--mizan-[a-z-]+)` \|", page, re.MULTILINE)
    names = [name for name in vars(pytestconfig.option) if name.startswith("mizan_")]
    assert sorted(listed) == sorted(f"--{name.replace('_', '-')}" for name in names)
