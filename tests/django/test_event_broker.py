"""mizan.django.event_broker: the broker that MIZAN_EVENTS describes."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from mizan.django import event_broker, signals
from mizan.events import MemoryBroker, RedisBroker


def test_there_is_none_unless_it_is_set() -> None:
    assert event_broker.broker() is None
    assert event_broker.problem() is None


def test_memory_is_the_default() -> None:
    with override_settings(MIZAN_EVENTS={}):
        made = event_broker.broker()
        assert isinstance(made, MemoryBroker)
        assert event_broker.broker() is made
        assert event_broker.problem() is None
    with override_settings(MIZAN_EVENTS={"REPLAY": 5}):
        assert event_broker.broker() is not made


def test_redis_is_not_connected_to_by_making() -> None:
    with override_settings(MIZAN_EVENTS={"BROKER": "redis://:hidden@127.0.0.1:1/0"}):
        made = event_broker.broker()
        assert isinstance(made, RedisBroker)
        assert "hidden" not in repr(made)


def test_its_recovery_is_told_by_a_signal() -> None:
    told: list[object] = []

    def receive(**_: object) -> None:
        told.append(None)

    signals.broker_recovered.connect(receive)
    with override_settings(MIZAN_EVENTS={"BROKER": "redis://127.0.0.1:1/0"}):
        made = event_broker.broker()
        assert isinstance(made, RedisBroker)
        made.on_recovered[0]()
    signals.broker_recovered.disconnect(receive)
    assert told == [None]


def test_a_url_that_cannot_be_read_is_said_without_it() -> None:
    with override_settings(MIZAN_EVENTS={"BROKER": "redis+sentinel://:hidden@host"}):
        found = str(event_broker.problem())
    assert "redis+sentinel://HOST" in found
    assert "hidden" not in found


def test_wrong_settings_are_said_when_it_is_asked_for() -> None:
    with (
        override_settings(MIZAN_EVENTS={"REPLAY": 0}),
        pytest.raises(ImproperlyConfigured, match="REPLAY"),
    ):
        event_broker.broker()
