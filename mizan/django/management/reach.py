"""What commands share that reach for the origin cache or the broker of events.

Invariant: a command speaks of the stores that workers use, or says why there is none to speak of.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError

from mizan.cache.base import Cache
from mizan.django import cache_settings, event_broker, event_settings, origin_cache, purgers
from mizan.edge.base import Purger
from mizan.errors import MizanError
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


def shared_stores(*, needed: bool = True) -> tuple[Cache | None, Broker | None]:
    """Return the cache and the broker that all workers share. Raises CommandError where there is
    neither and one is `needed`."""
    broker = shared_broker()
    is_enough = broker is not None or not needed
    if is_enough and not cache_settings.current().is_shared:
        return None, broker
    return shared_cache(), broker


def all_purgers() -> Mapping[str, Purger]:
    """Return the purgers of networks in front. Raises CommandError for what `check` reports."""
    try:
        return purgers.purgers()
    except (ImproperlyConfigured, MizanError, TypeError) as error:
        raise CommandError(str(error)) from error
