"""The origin cache of this process, as MIZAN_CACHE describes it (SPEC.md, section 15).

Invariant: making a cache connects to nothing.
"""

from __future__ import annotations

from django.utils.module_loading import import_string

from mizan.cache.base import Cache
from mizan.django import cache_settings
from mizan.django.cache_settings import MEMORY, REDIS
from mizan.django.per_process import PerProcess
from mizan.django.signals import cache_recovered
from mizan.errors import MizanError

_CLASSES = {MEMORY: "mizan.cache.MemoryCache", REDIS: "mizan.cache.RedisCache"}


def make() -> Cache | None:
    """Return a new cache, None where BACKEND is None. Raises what its class raises."""
    settings = cache_settings.current()
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
    hooks = getattr(made, "on_recovered", None)
    if isinstance(hooks, list):  # the backend tells when a store that failed answers again
        hooks.append(_recovered)
    return made


def _recovered() -> None:
    cache_recovered.send_robust(None)


def problem() -> str | None:
    """Return what is wrong where the settings are right and yet no cache can be made of them."""
    try:
        made = make()
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


_own: PerProcess[Cache] = PerProcess(make, cache_settings.problems)
cache = _own.get
"""Returns the cache of this process; None where BACKEND is None."""
forget = _own.forget
