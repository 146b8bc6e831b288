"""The outbox: purges that the cache could not be told of when they were due (SPEC.md, section 15).

A row is written in the transaction whose commit it announces, so it exists exactly if that does.
Whoever reaches the cache delivers it: a worker after a request, or `manage.py mizan_outbox`.

Invariant: a row goes only after its purge was done, so each is delivered at least once; what cannot
be understood is delivered as `*`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.signals import request_finished
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import F, QuerySet
from django.utils.timezone import now

from mizan.cache.base import Cache, CacheUnavailable, Hold
from mizan.django import cache_settings, origin_cache, signals
from mizan.django.models import OutboxRow
from mizan.errors import MizanError
from mizan.protocol.targets import EVERYTHING, Target, target_from_json, target_to_json
from mizan.server.catalog import Catalog
from mizan.server.registry import registry

logger = logging.getLogger("mizan.cache")

PACE = 5.0
"""Seconds between two looks of a process into the outbox."""
UNAVAILABLE = "unavailable"

# When this process looks next, by the monotonic clock.
_next_look = 0.0


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a delivery did: `count` rows are gone, `left` are still due; `error` is the code of what
    stopped it."""

    count: int
    left: int
    error: str | None = None


def remember(targets: Iterable[Target], *, delay: float = 0.0) -> int:
    """Write a row into the open transaction and return its id.

    `delay`: seconds in which it is not delivered, as what it announces has not happened yet.
    """
    row = OutboxRow.objects.using(DEFAULT_DB_ALIAS).create(
        targets=[target_to_json(each) for each in targets],
        due=now() + timedelta(seconds=delay),
    )
    logger.info("outbox.written: purge %d waits for the cache", row.id)
    return row.id


def delivered(row: int) -> None:
    """Drop a row whose purge was done by another way. Never raises: else it is done twice."""
    try:
        OutboxRow.objects.using(DEFAULT_DB_ALIAS).filter(pk=row).delete()
    except Exception as error:  # noqa: BLE001 (nothing is raised after a commit)
        logger.warning("outbox.failed: purge %d stays: %s", row, error)


def due() -> QuerySet[OutboxRow]:
    """Return the rows that wait to be delivered."""
    rows = OutboxRow.objects.using(DEFAULT_DB_ALIAS)
    return rows.filter(kind=OutboxRow.CACHE, due__lte=now())


def deliver(catalog: Catalog, cache: Cache, *, limit: int = 100) -> Delivered:
    """Deliver up to `limit` rows, the oldest first, in one purge.

    Others that deliver at the same time take other rows, where the database can skip locked ones.
    """
    skips = connections[DEFAULT_DB_ALIAS].features.has_select_for_update_skip_locked
    with transaction.atomic(using=DEFAULT_DB_ALIAS):
        waiting = due().order_by("due", "pk").select_for_update(skip_locked=skips)
        rows = [*waiting[:limit]]
        error = _purge(catalog, cache, rows) if rows else None
        these = OutboxRow.objects.using(DEFAULT_DB_ALIAS).filter(pk__in=[row.pk for row in rows])
        if error is None:
            these.delete()
        else:
            these.update(attempts=F("attempts") + 1, last_error=error)
    count, left = 0 if error else len(rows), due().count()
    if count:
        logger.info("outbox.delivered: %d purges, %d left", count, left)
    return Delivered(count, left, error)


def _purge(catalog: Catalog, cache: Cache, rows: Sequence[OutboxRow]) -> str | None:
    """Purge what rows name. Returns the code of a failure."""
    try:
        purge(cache, catalog.slots.guards(each for row in rows for each in targets(row)))
    except CacheUnavailable as error:
        logger.warning("outbox.failed: %d purges wait: %s", len(rows), error)
        return UNAVAILABLE
    return None


def purge(cache: Cache, tags: Sequence[str]) -> None:
    """Renew the stamps of guards. Raises CacheUnavailable."""
    if not cache.limits.lag:
        cache.purge(tags)
        return
    hold = Hold(tuple(tags))  # replicas may still show readers what was there before
    cache.hold(hold)
    cache.renew(hold)


def targets(row: OutboxRow) -> list[Target]:
    """Return the targets of a row; `*` where they cannot be read."""
    if not isinstance(row.targets, list):
        logger.error("outbox.unreadable: purge %d is taken for *: it has no list", row.pk)
        return [EVERYTHING]
    try:
        return [target_from_json(each) for each in row.targets]
    except MizanError as error:
        logger.error("outbox.unreadable: purge %d is taken for *: %s", row.pk, error)  # noqa: TRY400
        return [EVERYTHING]


def connect() -> None:
    """Deliver after requests: every few seconds, and as soon as the cache can be reached again."""
    request_finished.connect(_look, dispatch_uid="mizan.outbox")
    signals.cache_recovered.connect(_hurry, dispatch_uid="mizan.outbox")


def _hurry(**_: Any) -> None:
    """Look after the next request; the one that found the cache recovered, as a rule."""
    global _next_look
    _next_look = 0.0


def _look(**_: Any) -> None:
    """Deliver what is due, at most every PACE seconds. Never raises, never in a transaction."""
    global _next_look
    if time.monotonic() < _next_look or not cache_settings.current().is_shared:
        return
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.in_atomic_block:
        return
    _next_look = time.monotonic() + PACE
    try:
        if due().exists() and (cache := origin_cache.cache()) is not None:
            done = deliver(registry.catalog, cache)
            if done.count and done.left:
                _hurry()
    except Exception as error:  # noqa: BLE001 (the request it follows has been answered)
        logger.warning("outbox.failed: %s", error)
    finally:
        # Django closed old connections before this one was used.
        connection.close_if_unusable_or_obsolete()
