"""The Django tests: every request goes through Django's full stack, over WSGI and over ASGI."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.urls import clear_url_caches
from django.utils import translation
from project.http import Web
from project.store import PASSWORD, on_redis
from servers import Server

from mizan.django import outbox
from mizan.server.registry import registry
from mizan.testing.django import isolated


@pytest.fixture(autouse=True)
def _declarations() -> Iterator[None]:
    """Forget what a test declares, and the language that Django's commands leave active."""
    translation.deactivate()
    before = list(registry.functions)
    declared = before
    with isolated():
        yield
        declared = list(registry.functions)
    if declared != before:
        clear_url_caches()


@pytest.fixture(scope="session", autouse=True)
def _alone_at_the_end(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """End the connections of threads that are gone: PostgreSQL drops no database that is in use."""
    yield
    if connection.vendor != "postgresql":
        return
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")  # noqa: S608 (constants)


@pytest.fixture(params=["wsgi", "asgi"])
def web(request: pytest.FixtureRequest) -> Web:
    """A client over WSGI, and one over ASGI."""
    return Web(is_async=request.param == "asgi")


@pytest.fixture
def make_web(web: Web) -> Callable[..., Web]:
    """Return what makes more clients of the kind of `web`."""
    return partial(Web, is_async=web.is_async)


@pytest.fixture
def ada(db: None) -> User:
    """A user."""
    return User.objects.create_user("ada", email="ada@example.org", password="secret")


@pytest.fixture
def bob(db: None) -> User:
    """Another user."""
    return User.objects.create_user("bob", email="bob@example.org", password="secret")


@pytest.fixture(scope="session")
def _server() -> Iterator[Server]:
    with Server(requirepass=PASSWORD) as server:
        yield server


@pytest.fixture
def redis_server(_server: Server) -> Server:
    """A redis-server, running and empty. A test may stop and start it."""
    if not _server.running:
        _server.start()
    _server.flush()
    return _server


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.server)])
def kept(
    request: pytest.FixtureRequest, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    """Keep replies in memory, then in Redis; the setting. Nobody delivers from the outbox."""
    monkeypatch.setattr(outbox, "_next_look", float("inf"))
    in_memory = request.param == "memory"
    found = {} if in_memory else on_redis(request.getfixturevalue("redis_server"))
    settings.MIZAN_CACHE = found
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what starts servers."""
    for item in items:
        if "redis_server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.server)
