"""The outbox: purges that could not be delivered when they were due (SPEC.md, section 15).

Invariant: a row is written in the transaction whose commit it announces, and goes only after its
purge was done.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.utils.timezone import now


class OutboxRow(models.Model):
    """What has become stale and some cache was not told yet."""

    CACHE = "cache"
    EDGE = "edge"

    id: models.BigAutoField[int, int] = models.BigAutoField(primary_key=True)
    kind: models.CharField[str, str] = models.CharField(
        max_length=16,
        default=CACHE,
        help_text="Which cache is to be told: the origin's, or one in front (edge).",
    )
    purger: models.CharField[str, str] = models.CharField(
        max_length=16,
        blank=True,
        default="",
        db_default="",
        help_text="Which purger of an edge is to be told.",
    )
    again: models.BooleanField[bool, bool] = models.BooleanField(
        default=False, db_default=False, help_text="A second purge, for what was in flight."
    )
    targets: models.JSONField[Any, Any] = models.JSONField(
        help_text="Targets as JSON (SPEC.md, section 7.1)."
    )
    due: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        default=now, help_text="Not to be delivered earlier."
    )
    created: models.DateTimeField[datetime, datetime] = models.DateTimeField(
        default=now, editable=False
    )
    attempts: models.PositiveIntegerField[int, int] = models.PositiveIntegerField(
        default=0, help_text="Deliveries that failed."
    )
    last_error: models.CharField[str, str] = models.CharField(
        max_length=64, blank=True, help_text="The code of the last failure."
    )

    class Meta:
        db_table = "mizan_outbox"
        verbose_name = "undelivered purge"
        indexes: ClassVar = [
            models.Index(fields=["kind", "due"], name="mizan_outbox_due"),
            models.Index(fields=["purger", "due"], name="mizan_outbox_purger"),
        ]

    def __str__(self) -> str:
        """Return what a list of rows shows."""
        return f"{self.kind}: {len(self.targets)} due {self.due.isoformat()}"
