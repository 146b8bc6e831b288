"""The setting MIZAN_CACHE, one dictionary: typed, each key with a check.

Invariant: what is said of URL, SECRET and OPTIONS never shows them.
"""

from __future__ import annotations

import importlib.util
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache as once
from functools import partial
from typing import Any

from django.utils.module_loading import import_string

from mizan.cache.base import Limits
from mizan.django import conf, values
from mizan.django.conf import KIB, MINUTES, Setting

MIB = KIB * KIB
DAY = 24 * 60 * MINUTES
AVAILABLE, CONSISTENT = "available", "consistent"
MEMORY, REDIS = "memory", "redis"
NEEDS_REDIS = "the package redis is not installed: pip install 'mizan-protocol[redis]'."
NEW_SECRET = "python -c 'import secrets; print(secrets.token_urlsafe(32))'"  # noqa: S105


def _backend(value: Any) -> str | None:
    """Check a backend: a word, None, or the dotted path of a class."""
    if value in (None, MEMORY):
        return None
    if value == REDIS:
        return None if importlib.util.find_spec("redis") else NEEDS_REDIS
    expected = f"{MEMORY!r}, {REDIS!r}, the dotted path of a class, or None"
    if isinstance(value, str) and "://" in value:  # with a password, perhaps
        return f"expected {expected}, got a URL, which is that of the key URL."
    if not isinstance(value, str) or "." not in value:
        return f"expected {expected}, got {value!r}."
    try:
        found = import_string(value)
    except ImportError as error:
        return f"{error}."
    return None if callable(found) else f"{value} is no class."


def _url(value: Any) -> str | None:
    """Check a URL, which may hold a password."""
    if value is None or (isinstance(value, str) and "://" in value):
        return None
    return "expected a URL such as redis://127.0.0.1:6379/0."


_setting = partial(conf.key, "MIZAN_CACHE")

KEYS: dict[str, Setting] = dict(
    [
        _setting(
            "BACKEND",
            MEMORY,
            _backend,
            201,
            "Where replies are kept: `memory` (of each process), `redis`, the dotted path of a "
            "class, or None for no cache.",
        ),
        _setting(
            "URL",
            None,
            _url,
            202,
            "The address of the store, such as redis://127.0.0.1:6379/0. Memory has none.",
        ),
        _setting(
            "SECRET",
            None,
            values.secret,
            203,
            "What entries are named by: at least 32 bytes, the same for all workers and of no "
            "other use. Memory needs none.",
        ),
        _setting(
            "TTL",
            DAY,
            values.number(1, 366 * DAY, "seconds"),
            204,
            "The longest that an entry lives, in seconds: bounds what the promise excludes.",
        ),
        _setting(
            "HOLD_TIMEOUT",
            30,
            values.number(1, 60 * MINUTES, "seconds"),
            205,
            "The longest that a mutation whose worker died keeps readers from storing, in "
            "seconds; longer than any commit takes.",
        ),
        _setting(
            "CALL_TIMEOUT",
            0.25,
            values.number(0.001, MINUTES, "seconds"),
            206,
            "The longest that one call of the store may take, connecting included, in seconds.",
        ),
        _setting(
            "COMPUTE_TIMEOUT",
            10,
            values.number(0.1, 60 * MINUTES, "seconds"),
            207,
            "The longest that others take a worker to be computing an entry, in seconds.",
        ),
        _setting(
            "WAIT",
            2.0,
            values.number(0, MINUTES, "seconds"),
            208,
            "The longest that a reader waits for another worker's computation, in seconds.",
        ),
        _setting(
            "ON_UNAVAILABLE",
            AVAILABLE,
            values.choice(AVAILABLE, CONSISTENT),
            209,
            "What a mutation does while the store cannot be reached: `available` commits, and an "
            "outbox purges later; `consistent` answers 503 and changes nothing.",
        ),
        _setting(
            "REPLICA_LAG",
            0,
            values.number(0, 60 * MINUTES, "seconds"),
            210,
            "How long readers still store nothing after a commit, as they may read a replica of "
            "the database that lags behind, in seconds.",
        ),
        _setting(
            "VARY",
            {},
            values.callables,
            211,
            "What public functions may see of a request beyond parameters, by facet: an attribute "
            "of the request, language, time_zone, host or headers: {facet: callable(request) -> "
            "str}. Part of the name of an entry.",
        ),
        _setting(
            "MAX_ENTRIES",
            10_000,
            values.count(1, 10**9, "entries"),
            212,
            "Memory: the most entries; what was used longest ago goes.",
        ),
        _setting(
            "MAX_BYTES",
            64 * MIB,
            values.count(64 * KIB, 1 << 50, "bytes"),
            213,
            "Memory: the most bytes of all entries.",
        ),
        _setting(
            "MAX_ENTRY_BYTES",
            MIB,
            values.count(KIB, 512 * MIB, "bytes"),
            214,
            "The largest reply that is stored, in bytes.",
        ),
        _setting(
            "OPTIONS",
            {},
            values.dictionary,
            215,
            "What else the backend's class takes, by keyword.",
        ),
    ]
)


@dataclass(frozen=True, slots=True)
class CacheSettings:
    """MIZAN_CACHE as it is used: wrong values are their defaults."""

    backend: str | None
    url: str | None = field(repr=False)
    secret: bytes = field(repr=False)
    limits: Limits
    timeout: float
    """The longest of one call, in seconds."""
    wait: float
    """The longest that a reader waits for another's computation, in seconds."""
    consistent: bool
    """Whether a mutation is refused while the store cannot be reached."""
    vary: Mapping[str, Callable[[Any], str]]
    max_entries: int
    max_bytes: int
    max_entry_bytes: int
    options: Mapping[str, Any] = field(repr=False)

    @property
    def is_shared(self) -> bool:
        """Whether workers share the store, so that it can be out of reach."""
        return self.backend not in (None, MEMORY)


_usable = partial(conf.member, "MIZAN_CACHE", KEYS)


@once
def current() -> CacheSettings:
    """Return the settings. Without a secret there is one of this process."""
    given = {name: _usable(name) for name in KEYS}
    secret = given["SECRET"] or secrets.token_bytes(values.SECRET_BYTES)
    return CacheSettings(
        backend=given["BACKEND"],
        url=given["URL"],
        secret=secret.encode() if isinstance(secret, str) else bytes(secret),
        limits=Limits(
            ttl=float(given["TTL"]),
            hold=float(given["HOLD_TIMEOUT"]),
            compute=float(given["COMPUTE_TIMEOUT"]),
            lag=float(given["REPLICA_LAG"]),
        ),
        timeout=float(given["CALL_TIMEOUT"]),
        wait=float(given["WAIT"]),
        consistent=given["ON_UNAVAILABLE"] == CONSISTENT,
        vary=conf.vary(),
        max_entries=given["MAX_ENTRIES"],
        max_bytes=given["MAX_BYTES"],
        max_entry_bytes=given["MAX_ENTRY_BYTES"],
        options=given["OPTIONS"],
    )


def problems() -> Iterator[tuple[Setting, str]]:
    """Yield (setting, sentence) for each key with a wrong value, or that there is not."""
    yield from conf.unknown_members("MIZAN_CACHE", KEYS)
    wrong = conf.wrong_members("MIZAN_CACHE", KEYS)
    for name, sentence in (wrong or dict(_together())).items():
        yield KEYS[name], sentence


def _together() -> Iterator[tuple[str, str]]:
    """Yield (key, sentence) of what is wrong with keys that are right each by itself."""
    backend, url, secret = (_usable(name) for name in ("BACKEND", "URL", "SECRET"))
    if backend == REDIS and url is None:
        yield "URL", "it is missing, and BACKEND 'redis' needs it."
    if backend in (None, MEMORY) and url is not None:
        yield "URL", f"BACKEND {backend!r} has none; say \"BACKEND\": 'redis' if you mean that."
    if backend not in (None, MEMORY) and secret is None:
        yield "SECRET", f"it is missing, and BACKEND {backend!r} needs it: {NEW_SECRET}"
    if secret is not None and current().secret in _other_secrets():
        yield "SECRET", "it is also a key of MIZAN_MWT_KEYS or MIZAN_PKEY_SECRET; make another."
    if _usable("CALL_TIMEOUT") >= _usable("HOLD_TIMEOUT"):
        yield "HOLD_TIMEOUT", "a hold has to outlast a call: make it longer than CALL_TIMEOUT."


def _other_secrets() -> list[bytes]:
    pkey = [conf.pkey_secret()] if conf.usable("MIZAN_PKEY_SECRET") else []
    return [*conf.token_secrets(), *pkey]


def forget() -> None:
    """Forget what was read of the setting; it changed."""
    current.cache_clear()
