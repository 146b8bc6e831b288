"""The streams of each event loop of this process, made when one is first asked for.

Invariant: nothing follows a broker before somebody wants to hear of events.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from mizan.django import event_broker, event_settings
from mizan.django.event_settings import EventSettings

if TYPE_CHECKING:
    from mizan.events.streams import Limits, Streams

logger = logging.getLogger("mizan.events")

_homes: dict[asyncio.AbstractEventLoop, tuple[Streams, asyncio.Task[None]]] = {}


def streams() -> Streams | None:
    """Return the streams of the running loop; None where MIZAN_EVENTS is not set.

    Raises ImproperlyConfigured for what `manage.py check` reports.
    """
    loop = asyncio.get_running_loop()
    home = _homes.get(loop)
    if home is not None:
        return home[0]
    settings, broker = event_settings.current(), event_broker.broker()
    if settings is None or broker is None:
        return None
    from mizan.events.hub import Hub  # most processes never have a subscriber
    from mizan.events.streams import Streams

    made = Streams(Hub(broker, replay=settings.replay), _limits(settings))
    # Kept here, for a loop keeps its tasks by weak references.
    _homes[loop] = made, loop.create_task(_serve(loop, made))
    return made


def position() -> str:
    """Return a position that this process knows, in whatever thread; empty where it knows none."""
    return next((each.hub.position for each, _ in [*_homes.values()] if each.hub.position), "")


def forget() -> None:
    """Make them anew when they are next asked for."""
    _homes.clear()


async def _serve(loop: asyncio.AbstractEventLoop, made: Streams) -> None:
    """Follow the broker and look after the streams, until the loop ends."""

    from mizan.events import shutdown

    def shut_down() -> None:
        loop.call_soon_threadsafe(made.shut_down)

    shutdown.listen(shut_down)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(made.hub.run())
            group.create_task(made.run())
    except Exception:
        logger.exception("events.failed: browsers come again, and are followed anew")
    finally:
        shutdown.forget(shut_down)
        _homes.pop(loop, None)
        made.shut_down()  # nobody would tell them anything any more


def _limits(settings: EventSettings) -> Limits:
    from mizan.events.streams import Limits

    return Limits(
        heartbeat=settings.heartbeat,
        max_connections=settings.max_connections,
        per_user=settings.per_user,
        lifetime=settings.lifetime,
    )
