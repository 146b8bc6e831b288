"""mizan.django.cache_settings: each key of MIZAN_CACHE has a type, a default and a check."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import pytest
from django.core.checks import run_checks
from django.test import override_settings
from project.settings import MIZAN_PKEY_SECRET, TOKEN_SECRET

from mizan.cache.base import Limits
from mizan.django import cache_settings
from mizan.django.cache_settings import KEYS

SECRET = "the tests' own cache secret, 32 bytes and more"
REDIS = {"BACKEND": "redis", "URL": "redis://:hidden@127.0.0.1:6379/0", "SECRET": SECRET}

WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("BACKEND", {"BACKEND": "rediss"}, "expected 'memory', 'redis', the dotted path"),
    ("BACKEND", {"BACKEND": 5}, "got 5"),
    ("BACKEND", {"BACKEND": "no.such"}, "No module named 'no'"),
    ("BACKEND", {"BACKEND": "math.pi"}, "math.pi is no class"),
    ("URL", {"BACKEND": "redis", "SECRET": SECRET}, "it is missing"),
    ("URL", REDIS | {"URL": "hidden"}, "expected a URL such as redis://"),
    ("URL", {"URL": REDIS["URL"]}, "BACKEND 'memory' has none"),
    ("SECRET", {"BACKEND": "redis", "URL": REDIS["URL"]}, "secrets.token_urlsafe"),
    ("SECRET", {"SECRET": "hidden"}, "at least 32 bytes, got 6"),
    ("SECRET", {"SECRET": 5}, "expected 32 bytes or more, as bytes or text"),
    ("SECRET", {"SECRET": TOKEN_SECRET}, "make another"),
    ("SECRET", {"SECRET": MIZAN_PKEY_SECRET}, "make another"),
    ("TTL", {"TTL": 0}, "from 1 to"),
    ("TTL", {"TTL": "60"}, "got '60'"),
    ("HOLD_TIMEOUT", {"HOLD_TIMEOUT": 0.5}, "from 1 to 3600"),
    ("HOLD_TIMEOUT", {"HOLD_TIMEOUT": 2, "CALL_TIMEOUT": 2}, "outlast a call"),
    ("CALL_TIMEOUT", {"CALL_TIMEOUT": 0}, "from 0.001 to 60"),
    ("COMPUTE_TIMEOUT", {"COMPUTE_TIMEOUT": None}, "got None"),
    ("WAIT", {"WAIT": -1}, "from 0 to 60"),
    ("ON_UNAVAILABLE", {"ON_UNAVAILABLE": "refuse"}, "expected 'available' or 'consistent'"),
    ("REPLICA_LAG", {"REPLICA_LAG": True}, "got True"),
    ("VARY", {"VARY": ["tenant"]}, "expected {facet"),
    ("VARY", {"VARY": {"tenant": "no.such.path"}}, "No module named 'no'"),
    ("MAX_ENTRIES", {"MAX_ENTRIES": 1e6}, "a whole number of entries"),
    ("MAX_BYTES", {"MAX_BYTES": 1}, "a whole number of bytes"),
    ("MAX_ENTRY_BYTES", {"MAX_ENTRY_BYTES": 1}, "a whole number of bytes"),
    ("OPTIONS", {"OPTIONS": ["hidden"]}, "expected a dictionary"),
]


@pytest.mark.parametrize(("name", "value", "say"), WRONG)
def test_a_wrong_key_is_a_check_with_its_own_id(name: str, value: Any, say: str) -> None:
    with override_settings(MIZAN_CACHE=value):
        (message,) = run_checks(tags=["mizan"])
    assert (message.id, message.obj) == (KEYS[name].check, f'MIZAN_CACHE["{name}"]')
    assert say in message.msg
    assert message.hint == KEYS[name].help
    assert message.is_serious()
    for secret in ("hidden", SECRET, TOKEN_SECRET.decode(), MIZAN_PKEY_SECRET):
        assert secret not in f"{message}"


def test_every_key_has_a_wrong_value_and_an_id() -> None:
    assert {name for name, _, _ in WRONG} == KEYS.keys()
    assert len({each.check for each in KEYS.values()}) == len(KEYS)


def test_a_key_that_there_is_not_is_named_with_the_near_one() -> None:
    with override_settings(MIZAN_CACHE={"TIL": 5, "HOLD_TIME": 5}):
        messages = run_checks(tags=["mizan"])
    assert {each.obj for each in messages} == {"MIZAN_CACHE"}
    shown = "".join(each.msg for each in messages)
    assert "there is no key 'TIL'; did you mean 'TTL'?" in shown
    assert "there is no key 'HOLD_TIME'; did you mean 'HOLD_TIMEOUT'?" in shown


def test_the_defaults_are_right() -> None:
    with override_settings(MIZAN_CACHE={}):
        assert [*cache_settings.problems()] == []
        found = cache_settings.current()
        assert found.backend == "memory"
        assert found.limits == Limits(ttl=86_400.0, hold=30.0, compute=10.0, lag=0.0)
        assert (found.timeout, found.wait, found.consistent) == (0.25, 2.0, False)
        assert (found.max_entries, found.max_bytes) == (10_000, 64 << 20)
        assert (found.max_entry_bytes, found.vary, found.options) == (1 << 20, {}, {})
        assert not found.is_shared


def test_without_a_secret_each_process_has_its_own() -> None:
    with override_settings(MIZAN_CACHE={}):
        first = cache_settings.current().secret
        assert cache_settings.current().secret is first
        assert len(first) == 32
        cache_settings.forget()
        assert cache_settings.current().secret != first


@pytest.mark.parametrize("secret", [SECRET, SECRET.encode(), bytearray(SECRET.encode())])
def test_the_settings_are_typed(secret: Any) -> None:
    given = REDIS | {"TTL": 60, "WAIT": 1, "ON_UNAVAILABLE": "consistent", "VARY": {"a": len}}
    if isinstance(secret, bytearray):
        with override_settings(MIZAN_CACHE=given | {"SECRET": secret}):
            assert "as bytes or text, got bytearray" in str([*cache_settings.problems()])
        return
    with override_settings(MIZAN_CACHE=given | {"SECRET": secret}):
        assert [*cache_settings.problems()] == []
        found = cache_settings.current()
    assert found.secret == SECRET.encode()
    assert found.limits.ttl == 60.0
    assert (found.wait, found.consistent, found.vary) == (1.0, True, {"a": len})
    assert found.is_shared
    assert "hidden" not in repr(found)
    assert SECRET not in repr(found)


def test_wrong_values_are_their_defaults_for_what_must_go_on() -> None:
    for wrong in (5, {"TTL": "x", "BACKEND": 5, "VARY": 5}):
        with override_settings(MIZAN_CACHE=wrong):
            found = cache_settings.current()
            assert (found.backend, found.limits.ttl, found.vary) == ("memory", 86_400.0, {})


def test_a_missing_package_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *_: None if name == "redis" else real(name)
    )
    with override_settings(MIZAN_CACHE=REDIS):
        (found,) = cache_settings.problems()
    assert found[0].check == KEYS["BACKEND"].check
    assert "pip install 'mizan-protocol[redis]'" in found[1]
