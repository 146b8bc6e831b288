"""mizan.django.event_settings: each key of MIZAN_EVENTS has a type, a default and a check."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import override_settings

from mizan.django import event_settings
from mizan.django.event_settings import KEYS

WRONG: list[tuple[str, Any, str]] = [
    ("BROKER", "rediss", "expected 'memory', or a URL such as redis://"),
    ("BROKER", None, "expected 'memory', or a URL"),
    ("BROKER", "hidden", "expected 'memory', or a URL"),
    ("PREFIX", "", "expected a string that is not empty"),
    ("PREFIX", 5, "got 5"),
    ("HEARTBEAT", 0.5, "from 1 to 300"),
    ("HEARTBEAT", "15", "got '15'"),
    ("REPLAY", 0, "a whole number of messages"),
    ("MAX_CONNECTIONS", True, "a whole number of connections"),
    ("PER_USER", 0, "a whole number of connections"),
    ("MAX_HELD", 1001, "a whole number of instances from 1 to 1000"),
    ("LIFETIME", 1, "from 10 to 86400"),
]


@pytest.mark.parametrize(("name", "value", "say"), WRONG)
def test_a_wrong_key_is_a_check_with_its_own_id(name: str, value: Any, say: str) -> None:
    with override_settings(MIZAN_EVENTS={name: value}):
        (message,) = run_checks(tags=["mizan"])
        found = event_settings.current()
    assert (message.id, message.obj) == (KEYS[name].check, f'MIZAN_EVENTS["{name}"]')
    assert say in message.msg
    assert "hidden" not in message.msg
    assert message.hint == KEYS[name].help
    assert message.is_serious()
    assert getattr(found, name.lower()) == KEYS[name].default


def test_every_key_has_an_id_of_its_own() -> None:
    assert [each.check for each in KEYS.values()] == [f"mizan.E{n}" for n in range(301, 309)]
    assert {name for name, _, _ in WRONG} == KEYS.keys()


def test_an_unknown_key_is_named() -> None:
    with override_settings(MIZAN_EVENTS={"BROCKER": "memory"}):
        (message,) = run_checks(tags=["mizan"])
    assert (message.id, message.obj) == ("mizan.E111", "MIZAN_EVENTS")
    assert "there is no key 'BROCKER'" in message.msg
    assert "BROKER" in message.msg


def test_what_is_no_dictionary_is_wrong() -> None:
    with override_settings(MIZAN_EVENTS=True):
        (message,) = run_checks(tags=["mizan"])
        assert event_settings.current() is None
    assert message.id == "mizan.E111"


def test_unset_there_are_no_events() -> None:
    assert event_settings.current() is None
    with override_settings(MIZAN_EVENTS=None):
        assert event_settings.current() is None


def test_a_dictionary_switches_them_on() -> None:
    with override_settings(MIZAN_EVENTS={}):
        found = event_settings.current()
    assert found is not None
    assert not found.is_shared
    assert (found.heartbeat, found.max_held, found.lifetime) == (15, 100, 900)


def test_a_broker_that_is_shared_needs_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "redis://:hidden@127.0.0.1:6379/0"
    with override_settings(MIZAN_EVENTS={"BROKER": url}):
        assert run_checks(tags=["mizan"]) == []
        found = event_settings.current()
        assert found is not None
        assert found.is_shared
        assert "hidden" not in repr(found)
        monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
        (message,) = run_checks(tags=["mizan"])
    assert "pip install 'mizan-protocol[redis]'" in message.msg
