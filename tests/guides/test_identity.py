"""docs/guides/identity.md: its keys, tokens and rotation work, and an edge refuses private keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from guide import notes, play, run


@pytest.mark.slow
def test_the_page(tmp_path: Path) -> None:
    played = play("guides/identity.md", notes(tmp_path))
    assert len(played.commands) == 8
    done = run(tmp_path, "python -m pytest -q notes/test_identity.py")
    assert "4 passed" in done.stdout, done.stdout
