"""docs/guides/testing.md: its tests pass, its audit finds nothing, its page's tests pass."""

from __future__ import annotations

from pathlib import Path

import pytest
from guide import notes, play


@pytest.mark.slow
def test_the_page(tmp_path: Path) -> None:
    played = play("guides/testing.md", notes(tmp_path))
    assert len(played.commands) == 5
