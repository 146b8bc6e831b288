"""A purge that somebody asks for by hand: the origin's cache first, then each edge.

Events are not published: pages that are open have what they were shown, and nothing changed.

Invariant: what an edge could not be told waits in the outbox, so it is told in the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS, transaction

from mizan.cache.base import CacheUnavailable
from mizan.django import edge_outbox, edge_settings, outbox, purgers
from mizan.django.management.reach import shared_cache
from mizan.django.management.told import counted
from mizan.django.models import OutboxRow
from mizan.edge.base import CODES, Purger
from mizan.protocol.targets import Target
from mizan.server.registry import registry

CACHE = "origin cache"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a purge: `level` is ok, warn (nobody was told) or bad; `name` is the
    purger's."""

    level: str
    name: str
    text: str


def purge(targets: Sequence[Target]) -> Iterator[Outcome]:
    """Purge, and yield what became of it, place by place. Raises what the database raises."""
    yield _cache(targets)
    if not purgers.purgers():
        text = 'nobody is told: MIZAN_EDGE["PURGE"] names no purger'
        yield Outcome("warn", "edges", text)
        return
    with transaction.atomic(using=DEFAULT_DB_ALIAS):
        rows = edge_outbox.remember(targets)
    for row, (name, purger) in zip(rows, purgers.purgers().items(), strict=True):
        yield _edge(row, name, purger)


def _cache(targets: Sequence[Target]) -> Outcome:
    try:
        tags = outbox.announce(registry.catalog, shared_cache(), None, targets)
    except CommandError as error:
        return Outcome("warn", CACHE, f"not purged: {error}")
    except CacheUnavailable as error:
        return Outcome("bad", CACHE, f"cannot be reached: {error}")
    return Outcome("ok", CACHE, f"purged: {counted(len(tags), 'guard')}")


def _edge(row: int, name: str, purger: Purger) -> Outcome:
    """Deliver what is due, until the row was; a worker may be about to."""
    waiting = OutboxRow.objects.using(DEFAULT_DB_ALIAS).filter(pk=row)
    while waiting.exists():
        done = edge_outbox.deliver(name, purger)
        if done.error is not None:
            text = f"{done.error}: {CODES[done.error]}; the purge waits in the outbox"
            return Outcome("bad", name, text)
        if not done.count:
            return Outcome("ok", name, "a worker is about to purge it")
    settings = edge_settings.current()
    later = settings.in_flight if settings else 0.0
    again = f", and once more in {later:g} s" if later else ""
    return Outcome("ok", name, f"purged{again}")
