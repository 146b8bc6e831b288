"""mizan.django.migrations.0002: rows that wait outlive it."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from mizan.django.models import OutboxRow


@pytest.mark.django_db(transaction=True)
def test_a_row_that_waits_is_one_for_the_cache() -> None:
    call_command("migrate", "mizan", fake=True, verbosity=0)
    try:
        call_command("migrate", "mizan", "0001", verbosity=0)
        before = MigrationExecutor(connection).loader.project_state([("mizan", "0001_outbox")])
        before.apps.get_model("mizan", "OutboxRow").objects.create(targets=["user"])
    finally:
        call_command("migrate", "mizan", verbosity=0)
    row = OutboxRow.objects.get()
    assert (row.kind, row.purger, row.again, row.targets) == ("cache", "", False, ["user"])
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "mizan_outbox")
        # as a worker of the release before does
        cursor.execute(
            "INSERT INTO mizan_outbox (kind, targets, due, created, attempts, last_error) "
            "SELECT kind, targets, due, created, attempts, last_error FROM mizan_outbox"
        )
    assert OutboxRow.objects.filter(purger="", again=False).count() == 2
    assert found["mizan_outbox_purger"]["columns"] == ["purger", "due"]
