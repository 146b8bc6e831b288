"""The table of the outbox."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models
from django.utils.timezone import now


class Migration(migrations.Migration):
    """Makes the table mizan_outbox."""

    initial = True
    dependencies: ClassVar = []
    operations: ClassVar = [
        migrations.CreateModel(
            name="OutboxRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        max_length=16,
                        default="cache",
                        help_text="Which cache is to be told: the origin's.",
                    ),
                ),
                (
                    "targets",
                    models.JSONField(help_text="Targets as JSON (SPEC.md, section 7.1)."),
                ),
                (
                    "due",
                    models.DateTimeField(default=now, help_text="Not to be delivered earlier."),
                ),
                ("created", models.DateTimeField(default=now, editable=False)),
                (
                    "attempts",
                    models.PositiveIntegerField(default=0, help_text="Deliveries that failed."),
                ),
                (
                    "last_error",
                    models.CharField(
                        max_length=64, blank=True, help_text="The code of the last failure."
                    ),
                ),
            ],
            options={"db_table": "mizan_outbox", "verbose_name": "undelivered purge"},
        ),
        migrations.AddIndex(
            model_name="outboxrow",
            index=models.Index(fields=["kind", "due"], name="mizan_outbox_due"),
        ),
    ]
