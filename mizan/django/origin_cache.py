"""The origin cache of this process, as MIZAN_CACHE describes it (SPEC.md, section 15).

Invariant: a process has one cache, made when it is first asked for and made anew after a fork;
making it connects to nothing.
"""

from __future__ import annotations

import os
import threading

from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from mizan.cache.base import Cache
from mizan.django import cache_settings
from mizan.django.cache_settings import MEMORY, REDIS, CacheSettings
from mizan.django.signals import cache_recovered
from mizan.errors import MizanError

_CLASSES = {MEMORY: "mizan.cache.MemoryCache", REDIS: "mizan.cache.RedisCache"}
_lock = threading.Lock()
# () until it is asked for; then (the cache,) or (None,).
_made: tuple[Cache | None] | tuple[()] = ()


def cache() -> Cache | None:
    """Return the cache of this process; None where BACKEND is None.

    Raises ImproperlyConfigured for what `manage.py check` reports.
    """
    found = _made
    return found[0] if found else _first()


def _first() -> Cache | None:
    global _made
    with _lock:
        if not _made:
            wrong = [f"{setting.name}: {text}" for setting, text in cache_settings.problems()]
            if wrong:
                raise ImproperlyConfigured("\n".join(wrong))
            _made = (_connected(make(cache_settings.current())),)
        return _made[0]


def make(settings: CacheSettings) -> Cache | None:
    """Return a new cache; it connects when it is used. Raises what its class raises."""
    if settings.backend is None:
        return None
    of = import_string(_CLASSES.get(settings.backend, settings.backend))
    made: Cache
    if settings.backend == MEMORY:
        bounds = {"max_entries": settings.max_entries, "max_bytes": settings.max_bytes}
        made = of(limits=settings.limits, **bounds, **settings.options)
    else:
        made = of(
            settings.url, limits=settings.limits, timeout=settings.timeout, **settings.options
        )
    return made


def _connected(made: Cache | None) -> Cache | None:
    """Send a signal when a store that failed answers again, where the backend tells."""
    hooks = getattr(made, "on_recovered", None)
    if isinstance(hooks, list):
        hooks.append(_recovered)
    return made


def _recovered() -> None:
    cache_recovered.send_robust(None)


def problem() -> str | None:
    """Return what is wrong where the settings are right and yet no cache can be made of them."""
    try:
        made = make(cache_settings.current())
    except MizanError as error:
        return error.message
    except TypeError as error:  # an option that the class does not take
        return f"{error}."
    except Exception as error:  # noqa: BLE001 (whatever a class outside of Mizan raises)
        # Its text may show a part of the URL, and with it of a password.
        return f"its class raised {type(error).__name__}: URL or OPTIONS is wrong."
    if made is not None:
        made.close()
    return None


def forget() -> None:
    """Close the cache: it is made anew when it is next asked for."""
    global _made
    with _lock:
        found, _made = _made, ()
    if found and found[0] is not None:
        found[0].close()


def _forked() -> None:
    """Drop the parent's cache: its connections and its locks are not the child's."""
    global _lock, _made
    _lock, _made = threading.Lock(), ()


os.register_at_fork(after_in_child=_forked)
