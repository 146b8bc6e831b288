"""mizan.django.edge_settings: each key of MIZAN_EDGE has a type, a default and a check."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import override_settings

from mizan.django import edge_settings
from mizan.django.edge_settings import BACKENDS, KEYS

OWN = {"BACKEND": "builtins.dict", "token": "hidden"}

WRONG: list[tuple[str, Any, str]] = [
    ("TAGS", "fastly", "expected a list of 'akamai', 'cloudflare'"),
    ("TAGS", ["fastly", "fast"], "got ['fastly', 'fast']"),
    ("TAGS", [5], "expected a list of"),
    ("PURGE", ["hidden"], "expected {name:"),
    ("PURGE", {"CDN": OWN}, "got 'CDN'"),
    ("PURGE", {"a" * 11: OWN}, "at most 10"),
    ("PURGE", {"a\n": OWN}, "expected names such as 'cdn'"),
    ("PURGE", {5: OWN}, "got 5"),
    ("PURGE", {"cdn": "hidden"}, "cdn: expected a dictionary with BACKEND"),
    ("PURGE", {"cdn": OWN | {5: "hidden"}}, "cdn: expected a dictionary with BACKEND"),
    ("PURGE", {"cdn": {"token": "hidden"}}, "cdn: BACKEND is one of 'akamai'"),
    ("PURGE", {"cdn": {"BACKEND": ["hidden"]}}, "or the dotted path of a class"),
    ("PURGE", {"cdn": {"BACKEND": "fast", "token": "hidden"}}, "cdn: BACKEND is one of"),
    ("PURGE", {"cdn": {"BACKEND": "no.such.path", "token": "hidden"}}, "cdn: No module named"),
    ("PURGE", {"cdn": {"BACKEND": "math.pi", "token": "hidden"}}, "cdn: BACKEND is one of"),
    ("IN_FLIGHT", -1, "from 0 to 3600"),
    ("IN_FLIGHT", "30", "got '30'"),
    ("TIMEOUT", 0, "from 0.1 to 300"),
    ("TIMEOUT", True, "a number of seconds"),
    ("KEYED", "tenant", "expected a list of names, got 'tenant'"),
]


@pytest.mark.parametrize(("name", "value", "say"), WRONG)
def test_a_wrong_key_is_a_check_with_its_own_id(name: str, value: Any, say: str) -> None:
    with override_settings(MIZAN_EDGE={name: value}):
        (message,) = run_checks(tags=["mizan"])
        found = edge_settings.current()
    assert (message.id, message.obj) == (KEYS[name].check, f'MIZAN_EDGE["{name}"]')
    assert say in message.msg
    assert "hidden" not in message.msg
    assert message.hint == KEYS[name].help
    assert message.is_serious()
    assert getattr(found, name.lower()) == KEYS[name].default


def test_every_key_has_an_id_of_its_own() -> None:
    assert [each.check for each in KEYS.values()] == [f"mizan.E{n}" for n in range(401, 406)]
    assert {name for name, _, _ in WRONG} == KEYS.keys()


def test_an_unknown_key_is_named() -> None:
    with override_settings(MIZAN_EDGE={"PURGER": {}}):
        (message,) = run_checks(tags=["mizan"])
    assert (message.id, message.obj) == ("mizan.E103", "MIZAN_EDGE")
    assert "there is no key 'PURGER'" in message.msg
    assert "PURGE" in message.msg


@pytest.mark.parametrize("value", [None, 1, "yes", ["fastly"]])
def test_what_is_neither_a_switch_nor_a_dictionary_is_wrong(value: Any) -> None:
    with override_settings(MIZAN_EDGE=value):
        (message,) = run_checks(tags=["mizan"])
        assert edge_settings.current() is None
    assert message.id == "mizan.E103"


def test_without_an_edge_there_are_no_settings() -> None:
    assert edge_settings.current() is None
    with override_settings(MIZAN_EDGE=False):
        assert edge_settings.current() is None


@pytest.mark.parametrize("value", [True, {}])
def test_a_switch_and_an_empty_dictionary_are_the_defaults(value: Any) -> None:
    with override_settings(MIZAN_EDGE=value):
        found = edge_settings.current()
        assert run_checks(tags=["mizan"]) == []
    assert found is not None
    assert (found.tags, found.purge, found.in_flight, found.timeout) == ((), {}, 30.0, 5.0)


def test_a_purger_is_shown_by_nothing() -> None:
    with override_settings(MIZAN_EDGE={"TAGS": ["fastly"], "PURGE": {"own": OWN}}):
        found = edge_settings.current()
        assert found is not None
        assert (found.tags, found.purge) == (("fastly",), {"own": OWN})
        assert "hidden" not in repr(found)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_network_needs_what_it_is_asked_with(
    backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"cdn": {"BACKEND": backend, "token": "hidden"}}
    for missing, extra in (("urllib3", "edge"), ("botocore", "cloudfront")):
        with monkeypatch.context() as patch:
            patch.setattr(importlib.util, "find_spec", lambda name, no=missing: name != no or None)
            found = KEYS["PURGE"].problem(given)
        if missing == "urllib3" or backend == "cloudfront":
            assert found is not None
            assert f"cdn: the package {missing} is not installed" in found
            assert f"[{extra}]" in found
        else:
            assert found is None
