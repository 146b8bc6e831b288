"""mizan.django.management.reach: a command speaks of the store that workers share."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management.base import CommandError
from django.test import override_settings
from project.purging import given
from project.store import SECRET

from mizan.cache import RedisCache
from mizan.django.management.reach import all_purgers, shared_cache, shared_stores


@pytest.mark.parametrize(
    ("setting", "say"),
    [
        ({}, "in the memory of each worker"),
        ({"BACKEND": None}, "There is no cache"),
        ({"BACKEND": "redis"}, r'MIZAN_CACHE\["URL"\]: it is missing'),
    ],
)
def test_where_there_is_none_it_is_said(setting: Any, say: str) -> None:
    with override_settings(MIZAN_CACHE=setting), pytest.raises(CommandError, match=say):
        shared_cache()


def test_a_shared_one_is_reached() -> None:
    setting = {"BACKEND": "redis", "URL": "redis://127.0.0.1:1/0", "SECRET": SECRET}
    with override_settings(MIZAN_CACHE=setting):
        assert isinstance(shared_cache(), RedisCache)


def test_none_is_needed_where_networks_are_told() -> None:
    assert shared_stores(needed=False) == (None, None)
    with pytest.raises(CommandError, match="in the memory of each worker"):
        shared_stores()


def test_purgers_are_those_of_the_setting() -> None:
    with override_settings(MIZAN_EDGE=given("cdn")):
        assert [*all_purgers()] == ["cdn"]
    wrong = {"PURGE": {"cdn": {"BACKEND": "fastly", "service": "a b", "token": "hidden"}}}
    with override_settings(MIZAN_EDGE=wrong):
        with pytest.raises(CommandError, match="service: expected an id") as caught:
            all_purgers()
        assert "hidden" not in str(caught.value)
