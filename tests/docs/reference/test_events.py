"""docs/reference/events.md has what is logged, counted, signalled and sent."""

from __future__ import annotations

import pytest

from mizan.django import counters, signals
from mizan_docs.reference import events
from mizan_docs.reference.logged import MEANINGS, Logged


def test_everything_has_a_row() -> None:
    page = events.render()
    for name, what in counters.EVENTS.items():
        assert f"| `{name}` | {what} |" in page
    named = [name for name, value in vars(signals).items() if isinstance(value, signals.Signal)]
    assert len(named) == 4
    assert all(f"| `{name}` | " in page for name in named)
    assert all(f"| `{each.event}` | `{each.logger}` |" in page for each in MEANINGS)
    assert all(f"| `{name}` | " in page for name in ("ready", "invalidate", "end"))


def test_an_event_without_a_meaning_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "found", lambda: {Logged("mizan.cache", "info", "cache.new")})
    with pytest.raises(LookupError, match=r"cache\.new"):
        events.render()
