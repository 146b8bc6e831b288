"""docs/reference/settings.md: every setting, from the tables that declare and check them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mizan.django import cache_settings, conf, edge_settings, event_settings
from mizan.django.conf import Setting
from mizan.django.values import expected
from mizan_docs.reference.text import code, page, prose, table

_HEAD = ("setting", "default", "what it takes", "what it is", "check")
_INTRO = """\
All settings of Mizan stand in Django's settings and begin with `MIZAN_`; each has a default. What
a setting takes is checked when Django starts: `manage.py check` says what is wrong, by the id in
the last column ([checks](checks.md)). Times are seconds. A setting that begins with `MIZAN_` and
does not exist is reported as mizan.W005.
"""
_PARTS: tuple[tuple[str, str, Mapping[str, Setting]], ...] = (
    ("MIZAN_CACHE", "The origin's cache; [its guide](../cache.md).", cache_settings.KEYS),
    ("MIZAN_EVENTS", "Events for open pages; [their guide](../events.md).", event_settings.KEYS),
    ("MIZAN_EDGE", "Caches in front; [their guide](../edge.md).", edge_settings.KEYS),
)


def render() -> str:
    """Return the page."""
    parts = [_INTRO, _table((each.name, each) for each in conf.SETTINGS)]
    for name, what, keys in _PARTS:
        parts += [f"## {name}\n", f"{what} Keys of the dictionary:\n", _table(keys.items())]
    return page("Settings", "mizan/django/conf.py and mizan/django/*_settings.py", *parts)


def _table(named: Iterable[tuple[str, Setting]]) -> str:
    return table(_HEAD, (_row(name, setting) for name, setting in named))


def _row(name: str, setting: Setting) -> tuple[str, ...]:
    takes = prose(expected(setting.problem))
    return code(name), code(repr(setting.default)), takes, prose(setting.help), setting.check
