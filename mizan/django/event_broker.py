"""The broker of events of this process, as MIZAN_EVENTS describes it (SPEC.md, section 17).

Invariant: making a broker connects to nothing.
"""

from __future__ import annotations

from mizan.django import event_settings
from mizan.django.per_process import PerProcess
from mizan.django.signals import broker_recovered
from mizan.errors import MizanError
from mizan.events.base import Broker


def make() -> Broker | None:
    """Return a new broker, None where there are no events. Raises ConfigurationError."""
    settings = event_settings.current()
    if settings is None:
        return None
    if not settings.is_shared:
        from mizan.events.memory import MemoryBroker

        return MemoryBroker(replay=settings.replay)
    from mizan.events.redis import RedisBroker  # needs the package redis

    made = RedisBroker(settings.broker, prefix=settings.prefix, replay=settings.replay)
    made.on_recovered.append(_recovered)
    return made


def _recovered() -> None:
    broker_recovered.send_robust(None)


def problem() -> str | None:
    """Return what is wrong where the settings are right and yet no broker can be made of them."""
    try:
        made = make()
    except MizanError as error:
        return error.message
    if made is not None:
        made.close()
    return None


_own: PerProcess[Broker] = PerProcess(make, event_settings.problems)
broker = _own.get
"""Returns the broker of this process; None where there are no events."""
forget = _own.forget
