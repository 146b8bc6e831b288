"""mizan.django.event_checks: what does not fit this deployment."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import override_settings

MEMORY = {"BROKER": "memory"}
REDIS = {"BROKER": "redis://:hidden@127.0.0.1:6379/0"}


def found(*tags: str) -> dict[str | None, Any]:
    return {each.id: each for each in run_checks(tags=list(tags))}


@pytest.mark.parametrize(
    ("events", "debug", "warned"),
    [(None, False, False), (MEMORY, False, True), (MEMORY, True, False), (REDIS, False, False)],
)
def test_memory_is_of_each_worker(events: Any, debug: bool, warned: bool) -> None:
    with override_settings(MIZAN_EVENTS=events, DEBUG=debug):
        messages = found("caches")
    assert ("mizan.W010" in messages) is warned
    if warned:
        assert '"BROKER": "redis://' in messages["mizan.W010"].hint
        assert not messages["mizan.W010"].is_serious(40)


@pytest.mark.parametrize("url", ["redis://:hidden@[", "smtp://:hidden@127.0.0.1"])
def test_a_broker_that_cannot_be_made_is_an_error(url: str) -> None:
    with override_settings(MIZAN_EVENTS={"BROKER": url}):
        message = found("caches")["mizan.E309"]
    assert message.is_serious()
    assert "hidden" not in str(message)
    with override_settings(MIZAN_EVENTS={"BROKER": url, "REPLAY": 0}):
        assert "mizan.E309" not in found("caches")  # one thing after the other


@pytest.mark.parametrize(
    ("events", "applications", "said"),
    [
        (MEMORY, {"WSGI_APPLICATION": "site.wsgi.application"}, True),
        (None, {"WSGI_APPLICATION": "site.wsgi.application"}, False),
        (MEMORY, {"WSGI_APPLICATION": None}, False),
        (MEMORY, {"WSGI_APPLICATION": "a.b", "ASGI_APPLICATION": "a.c"}, False),
    ],
)
def test_an_application_for_wsgi_alone_is_told(
    events: Any, applications: dict[str, Any], said: bool
) -> None:
    with override_settings(MIZAN_EVENTS=events, **applications):
        messages = found("mizan")
    assert ("mizan.I002" in messages) is said
    assert not said or "uvicorn" in messages["mizan.I002"].hint
