"""The origin cache: coherent at every interleaving, in memory and on Redis (SPEC.md, section 15).

Invariant: importing this package loads no backend; each is loaded when its name is first used, so
that only who uses Redis needs its library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mizan.cache.base import CacheUnavailable, Limits
    from mizan.cache.memory import MemoryCache
    from mizan.cache.redis import RedisCache

__all__ = ["CacheUnavailable", "Limits", "MemoryCache", "RedisCache"]

_HOMES = {"MemoryCache": "memory", "RedisCache": "redis"}


def __getattr__(name: str) -> Any:
    """Load one of the names above."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'base')}"), name)
