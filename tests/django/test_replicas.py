"""mizan/django/replicas.py: what was read from a replica is stored nowhere."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections
from project.http import Web

from mizan.django import replicas
from mizan.django.request import Witness
from mizan.server.registry import registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def mirrored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take the one database for a replica."""
    monkeypatch.setattr(replicas, "aliases", lambda: frozenset({connection.alias}))
    replicas.watch()
    registry.reset()
    yield
    connection.execute_wrappers[:] = [
        each for each in connection.execute_wrappers if each is not replicas._note
    ]
    registry.reset()


def test_a_mirror_is_a_replica(monkeypatch: pytest.MonkeyPatch) -> None:
    assert replicas.aliases() == frozenset()
    found = {"default": {}, "near": {"TEST": {"MIRROR": "default"}}, "far": {"TEST": {}}}
    monkeypatch.setattr(connections, "settings", found)
    assert replicas.aliases() == {"near"}


def test_only_a_question_asked_meanwhile_is_noted(mirrored: None) -> None:
    witness = Witness(frozenset(), strict=False)
    replicas.watch()
    replicas.watch()
    assert connection.execute_wrappers.count(replicas._note) == 1
    connection.cursor().execute("SELECT 1")
    assert not witness.lags
    with replicas.watched(witness):
        assert not witness.lags
        connection.cursor().execute("SELECT 1")
    assert witness.lags


@pytest.mark.usefixtures("mirrored")
def test_a_read_of_a_replica_is_stored_by_nobody(web: Web) -> None:
    for _ in range(2):
        reply = web.read("shelf")
        assert reply["Cache-Status"] == "mizan; fwd=miss"
        assert reply["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("mirrored")
def test_a_known_lag_is_waited_for_instead(web: Web, settings: Any) -> None:
    settings.MIZAN_CACHE = {"REPLICA_LAG": 1}
    registry.reset()
    assert web.read("shelf")["Cache-Status"] == "mizan; fwd=miss; stored"
    assert web.read("shelf")["Cache-Status"] == "mizan; hit"
