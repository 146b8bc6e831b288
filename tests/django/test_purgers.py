"""mizan.django.purgers: one of each name for a process; what is said of those that cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings
from project.purging import Network, given

from mizan.django import purgers
from mizan.django.edge_settings import BACKENDS
from mizan.edge.varnish import VarnishPurger

VARNISH = {"BACKEND": "varnish", "nodes": ["http://127.0.0.1:6081"], "token": "hidden"}
PATH = f"{Network.__module__}.Network"


@pytest.mark.parametrize("edge", [False, True, {}, {"PURGE": {}}])
def test_without_purgers_there_are_none(edge: Any) -> None:
    with override_settings(MIZAN_EDGE=edge):
        assert purgers.make() is None
        assert purgers.purgers() == {}


def test_a_process_has_one_of_each_until_the_setting_changes() -> None:
    with override_settings(MIZAN_EDGE=given("a", "b", TIMEOUT=7)):
        found: Any = purgers.purgers()
        assert found is purgers.purgers()
        assert [*found] == ["a", "b"]
        assert found["a"].timeout == 7.0
    assert found["a"].is_closed
    assert found["b"].is_closed
    assert purgers.purgers() == {}


def test_a_word_is_a_class_of_ours() -> None:
    with override_settings(MIZAN_EDGE={"PURGE": {"cdn": VARNISH}}):
        assert isinstance(purgers.purgers()["cdn"], VarnishPurger)
        assert [*purgers.problems()] == []


def test_a_purger_may_have_a_timeout_of_its_own() -> None:
    setting = {"PURGE": {"a": {"BACKEND": PATH, "timeout": 2}}}
    with override_settings(MIZAN_EDGE=setting):
        made: Any = purgers.purgers()["a"]
        assert made.timeout == 2


@pytest.mark.parametrize(
    ("wrong", "say"),
    [
        (VARNISH | {"nodes": []}, "nodes: expected a list of URLs"),
        (VARNISH | {"service": "hidden"}, "unexpected keyword argument 'service'"),
        ({"BACKEND": "varnish", "token": "hidden"}, "missing 1 required keyword-only argument"),
        ({"BACKEND": PATH, "token": "hidden-wrong"}, "its class raised ValueError"),
    ],
)
def test_what_cannot_be_made_is_told_without_secrets(wrong: Any, say: str) -> None:
    with override_settings(MIZAN_EDGE={"PURGE": {"good": VARNISH, "cdn": wrong}}):
        (found,) = purgers.problems()
    assert found.startswith("cdn: ")
    assert say in found
    assert "hidden" not in found


def test_wrong_settings_make_nothing() -> None:
    with override_settings(MIZAN_EDGE={"PURGE": {"CDN": {"BACKEND": "varnish"}}}):
        with pytest.raises(ImproperlyConfigured, match="PURGE"):
            purgers.purgers()
        purgers.forget()


def test_the_words_are_those_of_networks() -> None:
    assert all(path.startswith(f"mizan.edge.{name}.") for name, path in BACKENDS.items())
