"""mizan.django.origin_cache: the cache that MIZAN_CACHE describes."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from mizan.cache import MemoryCache
from mizan.django import cache_settings, origin_cache

SECRET = "the tests' own cache secret, 32 bytes and more"


class Own:
    """A backend of the application; notes how it is made and whether it was closed."""

    def __init__(self, url: str | None, **given: Any) -> None:
        self.url = url
        self.given = given
        self.closed = False
        if given.get("fail"):
            raise ValueError(f"{url} is wrong")
        if given.keys() - {"limits", "timeout", "more", "fail"}:
            raise TypeError("Own() got an unexpected keyword argument")

    def close(self) -> None:
        self.closed = True


OWN = {"BACKEND": f"{__name__}.Own", "URL": "own://:hidden@host", "SECRET": SECRET}


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the dotted path lead to this very module, however pytest imported it."""
    import sys

    monkeypatch.setitem(
        sys.modules, __name__, sys.modules.get(__name__, sys.modules[Own.__module__])
    )


def test_memory_is_the_default() -> None:
    with override_settings(MIZAN_CACHE={"TTL": 60, "MAX_ENTRIES": 5}):
        made = origin_cache.cache()
        assert isinstance(made, MemoryCache)
        assert made.limits.ttl == 60.0
        assert origin_cache.cache() is made
    with override_settings(MIZAN_CACHE={}):
        assert origin_cache.cache() is not made


def test_there_may_be_none() -> None:
    with override_settings(MIZAN_CACHE={"BACKEND": None}):
        assert origin_cache.cache() is None
        assert origin_cache.cache() is None


def test_a_class_of_the_application() -> None:
    with override_settings(MIZAN_CACHE=OWN | {"CALL_TIMEOUT": 1, "OPTIONS": {"more": 5}}):
        made: Any = origin_cache.cache()
        assert made.url == OWN["URL"]
        limits = cache_settings.current().limits
        assert made.given == {"limits": limits, "timeout": 1.0, "more": 5}
        assert origin_cache.problem() is None
    assert made.closed


def test_wrong_settings_are_said_when_it_is_asked_for() -> None:
    with (
        override_settings(MIZAN_CACHE={"TTL": 0, "WAIT": -1}),
        pytest.raises(ImproperlyConfigured, match=r'MIZAN_CACHE\["TTL"\](.|\n)*\["WAIT"\]'),
    ):
        origin_cache.cache()


def test_what_its_class_refuses_is_said_without_the_url() -> None:
    with override_settings(MIZAN_CACHE=OWN | {"OPTIONS": {"mroe": 5}}):
        assert "unexpected keyword argument" in str(origin_cache.problem())
    with override_settings(MIZAN_CACHE=OWN | {"OPTIONS": {"fail": True}}):
        found = str(origin_cache.problem())
    assert "ValueError" in found
    assert "hidden" not in found
