"""System checks of events: what does not fit this deployment.

Invariant: an id is public and never reused; no database and no broker is asked anything.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, register
from django.core.checks import Warning as Advice

from mizan.django import event_broker, event_settings
from mizan.django.check_table import KNOWN
from mizan.django.event_settings import KEYS

NOT_MADE = "mizan.E309"
MEMORY_OF_EACH = "mizan.W010"
NO_ASGI = "mizan.I002"


@register(Tags.caches)
def check_broker(**_: Any) -> list[CheckMessage]:
    """Warn where processes do not hear of each other; report what no broker can be made of."""
    found = event_settings.current()
    if found is None:
        return []
    if not found.is_shared and not settings.DEBUG:
        said = KNOWN[MEMORY_OF_EACH]
        return [Advice(said.finds, hint=said.fix, obj="MIZAN_EVENTS", id=MEMORY_OF_EACH)]
    sentence = None if [*event_settings.problems()] else event_broker.problem()
    hint = KEYS["BROKER"].help
    return [Error(sentence, hint=hint, obj="MIZAN_EVENTS", id=NOT_MADE)] if sentence else []


@register("mizan")
def check_asgi(**_: Any) -> list[CheckMessage]:
    """Say so where the settings name an application for WSGI alone."""
    if event_settings.current() is None or getattr(settings, "ASGI_APPLICATION", None):
        return []
    if not settings.WSGI_APPLICATION:
        return []
    said = KNOWN[NO_ASGI]
    return [Info(said.finds, hint=said.fix, obj="WSGI_APPLICATION", id=NO_ASGI)]
