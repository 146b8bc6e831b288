"""mizan.django.migrations: what they make is what the models say."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


@pytest.mark.django_db
def test_nothing_is_left_to_migrate() -> None:
    out = io.StringIO()
    call_command("makemigrations", "mizan", check=True, dry_run=True, stdout=out)
    assert "No changes detected" in out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_the_table_is_made_and_unmade() -> None:
    call_command("migrate", "mizan", fake=True, verbosity=0)
    try:
        call_command("migrate", "mizan", "zero", verbosity=0)
        assert "mizan_outbox" not in connection.introspection.table_names()
    finally:
        call_command("migrate", "mizan", verbosity=0)
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "mizan_outbox")
    assert found["mizan_outbox_due"]["columns"] == ["kind", "due"]
    assert MigrationExecutor(connection).loader.applied_migrations
