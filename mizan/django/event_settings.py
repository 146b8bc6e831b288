"""The setting MIZAN_EVENTS, one dictionary or None: typed, each key with a check.

Invariant: what is said of BROKER never shows it, for its URL may hold a password.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from functools import cache as once
from functools import partial
from typing import Any

from mizan.django import conf, values
from mizan.django.cache_settings import MEMORY, NEEDS_REDIS
from mizan.django.conf import MINUTES, Setting
from mizan.events.base import REPLAY


def _broker(value: Any) -> str | None:
    """Check a broker: a word, or a URL, which may hold a password."""
    if value == MEMORY:
        return None
    if not isinstance(value, str) or "://" not in value:
        return f"expected {MEMORY!r}, or a URL such as redis://127.0.0.1:6379/0."
    return None if importlib.util.find_spec("redis") else NEEDS_REDIS


_setting = partial(conf.key, "MIZAN_EVENTS")

KEYS: dict[str, Setting] = dict(
    [
        _setting(
            "BROKER",
            MEMORY,
            _broker,
            301,
            "What events go through: `memory` (of one process), or the URL of the Redis that all "
            "processes share, such as redis://127.0.0.1:6379/0.",
        ),
        _setting(
            "PREFIX",
            "mizan",
            values.text("a string that is not empty"),
            302,
            "What the broker's keys begin with: one for each site that shares a Redis.",
        ),
        _setting(
            "HEARTBEAT",
            15,
            values.number(1, 5 * MINUTES, "seconds"),
            303,
            "How often a stream on which nothing else is sent shows that it lives, in seconds.",
        ),
        _setting(
            "REPLAY",
            REPLAY,
            values.count(1, 10**6, "messages"),
            304,
            "How many of the latest messages are kept for who was away; who missed more is told "
            "that all is stale.",
        ),
        _setting(
            "MAX_CONNECTIONS",
            10_000,
            values.count(1, 10**6, "connections"),
            305,
            "The most streams of a process; further ones are answered 503.",
        ),
        _setting(
            "PER_USER",
            20,
            values.count(1, 10**6, "connections"),
            306,
            "The most streams of one user in a process, or of one address where nobody is logged "
            "in; further ones are answered 429.",
        ),
        _setting(
            "MAX_HELD",
            100,
            values.count(1, 1000, "instances"),
            307,
            "The most instances that one stream is about.",
        ),
        _setting(
            "LIFETIME",
            15 * MINUTES,
            values.number(10, 24 * 60 * MINUTES, "seconds"),
            308,
            "The longest that a stream lives before who listens is admitted anew, in seconds; a "
            "token's own end comes first.",
        ),
    ]
)


@dataclass(frozen=True, slots=True)
class EventSettings:
    """MIZAN_EVENTS as it is used: wrong values are their defaults. Times are seconds."""

    broker: str = field(repr=False)
    prefix: str
    heartbeat: float
    replay: int
    max_connections: int
    per_user: int
    max_held: int
    lifetime: float

    @property
    def is_shared(self) -> bool:
        """Whether all processes hear of what one publishes."""
        return self.broker != MEMORY


_usable = partial(conf.member, "MIZAN_EVENTS", KEYS)


@once
def current() -> EventSettings | None:
    """Return the settings; None where there are no events."""
    if conf.usable("MIZAN_EVENTS") is None:
        return None
    return EventSettings(**{name.lower(): _usable(name) for name in KEYS})


problems = partial(conf.member_problems, "MIZAN_EVENTS", KEYS)


def forget() -> None:
    """Forget what was read of the setting; it changed."""
    current.cache_clear()
