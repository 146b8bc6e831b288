"""docs/reference/checks.md: every system check, what it finds, how to mend that."""

from __future__ import annotations

from mizan.django import cache_settings, conf, edge_settings, event_settings
from mizan.django.check_table import KNOWN
from mizan.django.conf import Setting
from mizan_docs.reference.text import page, prose, table

_INTRO = """\
`manage.py check` reports them; errors also stop the server from starting. An id keeps its meaning:
it is never used for anything else. Silence a warning that does not concern you by its id, in
`SILENCED_SYSTEM_CHECKS`.
"""
_DATABASE = """\
What needs an answer of the database is asked by `manage.py check --database default` and by
`migrate`.
"""
# the third part of an id begins with it -> the heading of its section
_LEVELS = {"E": "Errors", "W": "Warnings", "I": "Notes"}


def render() -> str:
    """Return the page."""
    rows = {of: (prose(known.finds), prose(known.fix)) for of, known in KNOWN.items()}
    rows |= {each.check: _of_setting(each) for each in _settings()}
    parts = [_INTRO, _DATABASE]
    for level, heading in _LEVELS.items():
        chosen = sorted(of for of in rows if of.partition(".")[2].startswith(level))
        parts.append(f"## {heading}\n")
        parts.append(table(("id", "what it finds", "what to do"), ((i, *rows[i]) for i in chosen)))
    return page("Checks", "mizan/django/check_table.py and the settings", *parts)


def _settings() -> list[Setting]:
    keys = (cache_settings.KEYS, event_settings.KEYS, edge_settings.KEYS)
    return [*conf.SETTINGS, *(setting for part in keys for setting in part.values())]


def _of_setting(setting: Setting) -> tuple[str, str]:
    return (
        f"`{setting.name}` has a wrong value, or does not fit the other settings.",
        "Do what the message says; [settings](settings.md) says what it takes.",
    )
