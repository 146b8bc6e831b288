"""mizan.django.cache_checks: what fits neither this deployment nor this database."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection, connections
from django.test import override_settings

from mizan.django import cache_checks

REDIS = {
    "BACKEND": "redis",
    "URL": "redis://127.0.0.1:6379/0",
    "SECRET": "the tests' own cache secret, 32 bytes and more",
}
NONE = {"BACKEND": None}
postgres = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL's limits")


def static() -> dict[str | None, Any]:
    return {each.id: each for each in run_checks(tags=["caches"])}


def asked() -> dict[str | None, Any]:
    found = run_checks(tags=["database"], databases=["default"])
    return {each.id: each for each in found if str(each.id).startswith("mizan.")}


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what sets OPTIONS of the default database, for checks that read but not ask."""

    def put(**given: Any) -> None:
        monkeypatch.setitem(connections.settings["default"], "OPTIONS", given)

    return put


@pytest.mark.parametrize(
    ("cache", "debug", "warned"),
    [({}, False, True), ({}, True, False), (NONE, False, False), (REDIS, False, False)],
)
def test_memory_is_of_each_worker(cache: Any, debug: bool, warned: bool) -> None:
    with override_settings(MIZAN_CACHE=cache, DEBUG=debug):
        assert ("mizan.W006" in static()) is warned


def test_the_warning_says_what_to_set() -> None:
    with override_settings(MIZAN_CACHE={}):
        message = static()["mizan.W006"]
    assert '"BACKEND": "redis"' in message.hint
    assert not message.is_serious(40)


def test_a_cache_that_cannot_be_made_is_an_error() -> None:
    with override_settings(MIZAN_CACHE={"OPTIONS": {"colour": "red"}}):
        message = static()["mizan.E216"]
        assert "colour" in message.msg
    with override_settings(MIZAN_CACHE={"OPTIONS": {"colour": "red"}, "TTL": 0}):
        assert "mizan.E216" not in static()  # one thing after the other


@pytest.mark.parametrize(
    ("given", "warned"),
    [
        ("-c statement_timeout=30000", True),
        ("-c statement_timeout=29999", False),
        ("-c statement_timeout=45s -c search_path=a", True),
        ("-cstatement_timeout=1min", True),
        ("-c statement_timeout='20s'", False),
        ("-c statement_timeout=0", False),
        ("-c statement_timeout=oops", False),
        ("-c lock_timeout=2h", True),
        ("-c idle_in_transaction_session_timeout=31s", True),
        ("-c work_mem=64000", False),
    ],
)
def test_limits_in_options_are_shorter_than_a_hold(options: Any, given: str, warned: bool) -> None:
    options(options=given)
    with override_settings(MIZAN_CACHE=REDIS):
        assert ("mizan.W007" in static()) is warned
    with override_settings(MIZAN_CACHE=NONE):
        assert "mizan.W007" not in static()


def test_reads_need_autocommit(monkeypatch: pytest.MonkeyPatch) -> None:
    with override_settings(MIZAN_CACHE=REDIS):
        assert "mizan.W008" not in static()
        monkeypatch.setitem(connections.settings["default"], "AUTOCOMMIT", False)
        assert "AUTOCOMMIT" in static()["mizan.W008"].hint


@pytest.mark.django_db
def test_the_outbox_needs_its_table() -> None:
    with override_settings(MIZAN_CACHE=REDIS):
        assert "mizan.W009" not in asked()
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE mizan_outbox RENAME TO mizan_elsewhere")
            assert "mizan.W009" not in asked()  # nothing was migrated: the first `migrate` asks
            cursor.execute("CREATE TABLE django_migrations (id integer)")
        message = asked()["mizan.W009"]
        assert "manage.py migrate" in message.hint
    with override_settings(MIZAN_CACHE={}):
        assert "mizan.W009" not in asked()  # memory is never out of reach


@pytest.mark.django_db
def test_only_the_default_database_is_asked() -> None:
    with override_settings(MIZAN_CACHE=REDIS):
        found = run_checks(tags=["database"], databases=["other"])
    assert not [each for each in found if str(each.id).startswith("mizan.")]


@postgres
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value", "known"),
    [
        ("statement_timeout", "45s", "mizan.W007"),
        ("lock_timeout", "45s", "mizan.W007"),
        ("idle_in_transaction_session_timeout", "45s", "mizan.W007"),
        ("idle_in_transaction_session_timeout", "0", "mizan.I001"),
    ],
)
def test_the_database_is_asked(name: str, value: str, known: str) -> None:
    with override_settings(MIZAN_CACHE=REDIS), connection.cursor() as cursor:
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '20s'")
        assert asked() == {}
        cursor.execute(f"SET LOCAL {name} = '{value}'")
        assert [*asked()] == [known]
    with override_settings(MIZAN_CACHE=NONE):
        assert asked() == {}


def test_the_ids_are_different() -> None:
    found = [value for name, value in vars(cache_checks).items() if name.isupper()]
    ids = [value for value in found if str(value).startswith("mizan.")]
    assert len(set(ids)) == len(ids) == 6
