"""docs/events.md is true: its settings run, its tables are those of the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.core.checks import run_checks
from django.test import override_settings

ROOT = Path(__file__).resolve().parent.parent.parent
GUIDE = (ROOT / "docs" / "events.md").read_text("utf-8")


def test_the_settings_that_it_shows_are_right() -> None:
    (block,) = re.findall(r"^```python\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    shown: dict[str, Any] = {}
    exec(block, shown)  # noqa: S102 (the guide's own)
    given = {name: value for name, value in shown.items() if name.isupper()}
    with override_settings(**given):
        found = {each.id for each in run_checks(tags=["mizan", "caches"])}
    assert not {each for each in found if str(each).startswith(("mizan.E", "mizan.I"))}
    assert "mizan.W010" not in found


def test_what_it_shows_of_a_stream_is_what_is_sent() -> None:
    assert "retry: 2000\n\nevent: ready\nid: " in GUIDE
    assert 'data: {"heartbeat":15,"refused":[]}\n' in GUIDE
