"""docs/reference/settings.md has every setting, with what it takes."""

from __future__ import annotations

import re

from mizan.django import cache_settings, conf, edge_settings, event_settings
from mizan_docs.reference import settings


def test_each_setting_has_a_row() -> None:
    pattern = r"^\| `(\w+)` \| `(.*?)` \| (.+) \| .+ \| (mizan\.E\d+) \|$"
    rows = re.findall(pattern, settings.render(), re.MULTILINE)
    keys = {**cache_settings.KEYS, **event_settings.KEYS, **edge_settings.KEYS}
    named = [(each.name, each) for each in conf.SETTINGS] + [*keys.items()]
    assert [(name, default, check) for name, default, _, check in rows] == [
        (name, repr(each.default), each.check) for name, each in named
    ]
    takes = {name: text for name, _, text, _ in rows}
    assert takes["MIZAN_BODY_LIMIT"] == "a whole number of bytes from 1024 to 16777216"
    assert takes["ON_UNAVAILABLE"] == "'available' or 'consistent'"
    assert all(takes.values())
