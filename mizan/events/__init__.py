"""Events: what became stale, told to the browsers that hold it (SPEC.md, section 17).

Invariant: importing this package loads no broker; each is loaded when its name is first used, so
that only who uses Redis needs its library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mizan.events.base import BrokerUnavailable
    from mizan.events.hub import Hub
    from mizan.events.memory import MemoryBroker
    from mizan.events.redis import RedisBroker

__all__ = ["BrokerUnavailable", "Hub", "MemoryBroker", "RedisBroker"]

_HOMES = {"Hub": "hub", "MemoryBroker": "memory", "RedisBroker": "redis"}


def __getattr__(name: str) -> Any:
    """Load one of the names above."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'base')}"), name)
