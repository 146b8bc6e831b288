"""What commands share that reach for the origin cache.

Invariant: a command speaks of the store that workers use, or says why there is none to speak of.
"""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError

from mizan.cache.base import Cache
from mizan.django import cache_settings, origin_cache


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
