"""The pytest plugin that comes with the package (docs/django.md, Testing).

Invariant: loading it imports pytest and nothing else; Django is imported only by a test that asks
for a client, or that runs where Mizan is already set up.

    def test_renaming(mizan_client, db):
        reply = mizan_client.call("update_name", user_id=5, name="Ada")
        assert_invalidates(reply, "user;user_id=5")
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from mizan.testing import _audit

if TYPE_CHECKING:
    from mizan.testing.django import AsyncMizanClient, MizanClient


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the audit."""
    _audit.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Begin the audit, if it is asked for."""
    _audit.configure(config)


@pytest.fixture
def mizan_client() -> MizanClient:
    """A Django test client that reads contexts, calls functions, and checks every reply."""
    _check_project()
    from mizan.testing.django import MizanClient

    return MizanClient()


@pytest.fixture
def async_mizan_client() -> AsyncMizanClient:
    """The same for async tests, over ASGI."""
    _check_project()
    from mizan.testing.django import AsyncMizanClient

    return AsyncMizanClient()


@pytest.fixture(autouse=True)
def _mizan_isolated() -> Iterator[None]:
    """Keep what one test declares from the next; nothing where Mizan is not set up."""
    if "mizan.django.apps" not in sys.modules:
        yield
        return
    from mizan.testing.django import isolated

    with isolated():
        yield


def _check_project() -> None:
    """Fail with advice, in place of Django's own long story, where there is no project."""
    from django.conf import settings

    if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
        advice = (
            "pip install pytest-django, and set DJANGO_SETTINGS_MODULE in pytest's configuration"
        )
        pytest.fail(f"mizan_client needs a Django project: {advice}.", pytrace=False)
