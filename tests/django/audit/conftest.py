"""An audit of what the test module itself declares and does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mizan.django.audit import frames, session
from mizan.django.audit.findings import Finding
from mizan.django.audit.recorder import Recorder


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Recorder]:
    """Record, with the test's module for the application."""
    own = request.path.resolve()
    monkeypatch.setattr(frames, "is_application", lambda file: Path(file).resolve() == own)
    monkeypatch.setattr(frames, "is_test", lambda file: False)
    with session.auditing() as found:
        yield found


@pytest.fixture
def found(recorder: Recorder) -> Callable[[], list[Finding]]:
    """Return what gives the findings by now."""

    def report() -> list[Finding]:
        recorder.units.flush()
        return session.report(recorder.recording).compared.new

    return report
