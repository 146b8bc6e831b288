"""The outbox's rows for purgers of networks in front.

The columns have defaults in the database: workers of the release before write no such columns.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds whom a row is for, and whether it is a second purge."""

    dependencies: ClassVar = [("mizan", "0001_outbox")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="outboxrow",
            name="purger",
            field=models.CharField(
                max_length=16,
                blank=True,
                default="",
                db_default="",
                help_text="Which purger of an edge is to be told.",
            ),
        ),
        migrations.AddField(
            model_name="outboxrow",
            name="again",
            field=models.BooleanField(
                default=False,
                db_default=False,
                help_text="A second purge, for what was in flight.",
            ),
        ),
        migrations.AlterField(
            model_name="outboxrow",
            name="kind",
            field=models.CharField(
                max_length=16,
                default="cache",
                help_text="Which cache is to be told: the origin's, or one in front (edge).",
            ),
        ),
        migrations.AddIndex(
            model_name="outboxrow",
            index=models.Index(fields=["purger", "due"], name="mizan_outbox_purger"),
        ),
    ]
