"""System checks of the edge: what does not fit this deployment.

Invariant: an id is public and never reused; no network is asked anything.
"""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register

from mizan.django import edge_settings, purgers
from mizan.django.edge_settings import KEYS

NOT_MADE = "mizan.E406"


@register(Tags.caches)
def check_purgers(**_: Any) -> list[CheckMessage]:
    """Report purgers that cannot be made of what they are given."""
    if [*edge_settings.problems()]:
        return []
    hint = KEYS["PURGE"].help
    name = 'MIZAN_EDGE["PURGE"]'
    return [Error(each, hint=hint, obj=name, id=NOT_MADE) for each in purgers.problems()]
