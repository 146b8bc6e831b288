"""What commands share that reach for the origin cache or the broker of events.

Invariant: a command speaks of the stores that workers use, or says why there is none to speak of.
"""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError

from mizan.cache.base import Cache
from mizan.django import cache_settings, event_broker, event_settings, origin_cache
from mizan.events.base import Broker


def shared_cache() -> Cache:
    """Return the cache that all workers share. Raises CommandError where there is none."""
    try:
        cache = origin_cache.cache()
    except ImproperlyConfigured as error:
        raise CommandError(str(error)) from error
    if cache is None:
        raise CommandError('There is no cache: MIZAN_CACHE["BACKEND"] is None.')
    if not cache_settings.current().is_shared:
        raise CommandError(
            "The cache is in the memory of each worker, which no command reaches: set "
            'MIZAN_CACHE["BACKEND"].'
        )
    return cache


def shared_broker() -> Broker | None:
    """Return the broker that all processes share; None where there is none."""
    settings = event_settings.current()
    return event_broker.broker() if settings is not None and settings.is_shared else None


def shared_stores() -> tuple[Cache | None, Broker | None]:
    """Return the cache and the broker that all workers share. Raises CommandError where there is
    neither."""
    broker = shared_broker()
    if broker is not None and not cache_settings.current().is_shared:
        return None, broker
    return shared_cache(), broker
