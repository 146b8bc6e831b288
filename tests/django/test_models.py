"""mizan.django.models: the rows of the outbox."""

from __future__ import annotations

from datetime import UTC, datetime

from mizan.django.models import OutboxRow


def test_a_row_says_what_waits() -> None:
    row = OutboxRow(targets=["user", "*"], due=datetime(2026, 5, 4, tzinfo=UTC))
    assert str(row) == "cache: 2 due 2026-05-04T00:00:00+00:00"
    assert (row.kind, row.attempts, row.last_error) == (OutboxRow.CACHE, 0, "")
