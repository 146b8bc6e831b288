"""The outbox: what the cache or the broker of events could not be told when it was due (SPEC.md,
sections 15 and 17).

A row is written in the transaction whose commit it announces, so it exists exactly if that does;
what could not be published, right after it. Whoever reaches both delivers it, to both: a worker
after a request, or `manage.py mizan_outbox`.

Invariant: a row goes only after its purge was done and published, so each is delivered at least
once; what cannot be understood is delivered as `*`.
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
from mizan.django import cache_settings, event_broker, event_settings, origin_cache, signals
from mizan.django.models import OutboxRow
from mizan.errors import MizanError
from mizan.events.base import Broker, BrokerUnavailable
from mizan.protocol.targets import (
    EVERYTHING,
    Target,
    canonical_set,
    target_from_json,
    target_to_json,
)
from mizan.server.catalog import Catalog
from mizan.server.registry import registry

logger = logging.getLogger("mizan.cache")

PACE = 5.0
"""Seconds between two looks of a process into the outbox."""
UNAVAILABLE, UNPUBLISHED = "unavailable", "unpublished"
"""The codes of what stopped a delivery: the cache, or the broker of events, cannot be reached."""

# When this process looks next, by the monotonic clock.
_next_look = 0.0


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a delivery did: `count` rows are gone, `left` are still due; `error` is the code of what
    stopped it, None where nothing did."""

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
    logger.info("outbox.written: purge %d waits to be delivered", row.id)
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


def deliver(
    catalog: Catalog, cache: Cache | None, broker: Broker | None = None, *, limit: int = 100
) -> Delivered:
    """Deliver up to `limit` rows, the oldest first, in one purge and one message.

    Others that deliver at the same time take other rows, where the database can skip locked ones.
    """
    skips = connections[DEFAULT_DB_ALIAS].features.has_select_for_update_skip_locked
    with transaction.atomic(using=DEFAULT_DB_ALIAS):
        waiting = due().order_by("due", "pk").select_for_update(skip_locked=skips)
        rows = [*waiting[:limit]]
        error = _announce(catalog, cache, broker, rows) if rows else None
        these = OutboxRow.objects.using(DEFAULT_DB_ALIAS).filter(pk__in=[row.pk for row in rows])
        if error is None:
            these.delete()
            if rows and catalog.host.has_purgers:
                # While the cache kept what is stale, edges may have fetched it from there.
                stale = canonical_set([each for row in rows for each in targets(row)])
                catalog.host.remember_purges(stale, 0.0)
        else:
            these.update(attempts=F("attempts") + 1, last_error=error)
    count, left = 0 if error else len(rows), due().count()
    if count and catalog.host.has_purgers:
        catalog.host.deliver_purges()
    if count:
        logger.info("outbox.delivered: %d purges, %d left", count, left)
    return Delivered(count, left, error)


def _announce(
    catalog: Catalog, cache: Cache | None, broker: Broker | None, rows: Sequence[OutboxRow]
) -> str | None:
    """Announce what rows name. Returns the code of a failure."""
    try:
        announce(catalog, cache, broker, [each for row in rows for each in targets(row)])
    except (CacheUnavailable, BrokerUnavailable) as error:
        logger.warning("outbox.failed: %d purges wait: %s", len(rows), error)
        return UNAVAILABLE if isinstance(error, CacheUnavailable) else UNPUBLISHED
    return None


def announce(
    catalog: Catalog, cache: Cache | None, broker: Broker | None, named: Sequence[Target]
) -> tuple[str, ...]:
    """Purge targets, and then publish them. Returns the tags of their guards. Raises
    CacheUnavailable, BrokerUnavailable."""
    tags = catalog.slots.guards(named)
    if cache is not None:
        _purge(cache, tags)
    if broker is not None:
        broker.publish(canonical_set(named))
    return tags


def _purge(cache: Cache, tags: tuple[str, ...]) -> None:
    """Renew the stamps of guards. Raises CacheUnavailable."""
    if not cache.limits.lag:
        cache.purge(tags)
        return
    hold = Hold(tags)  # replicas may still show readers what was there before
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
    """Deliver after requests: every few seconds, and at once when what failed has recovered."""
    request_finished.connect(_look, dispatch_uid="mizan.outbox")
    for each in (signals.cache_recovered, signals.broker_recovered):
        each.connect(hurry, dispatch_uid="mizan.outbox")


def may_fail() -> bool:
    """Whether the cache or the broker is a server that all workers share."""
    events = event_settings.current()
    return cache_settings.current().is_shared or (events is not None and events.is_shared)


def hurry(**_: Any) -> None:
    """Look after the next request; the one that found a store recovered, as a rule."""
    global _next_look
    _next_look = 0.0


def _look(**_: Any) -> None:
    """Deliver what is due, at most every PACE seconds. Never raises, never in a transaction."""
    global _next_look
    if time.monotonic() < _next_look:
        return
    if not may_fail():
        _next_look = time.monotonic() + PACE
        return
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.in_atomic_block:
        return
    _next_look = time.monotonic() + PACE
    try:
        if due().exists():
            done = deliver(registry.catalog, origin_cache.cache(), event_broker.broker())
            if done.count and done.left:
                hurry()
    except Exception as error:  # noqa: BLE001 (the request it follows has been answered)
        logger.warning("outbox.failed: %s", error)
    finally:
        # Django closed old connections before this one was used.
        connection.close_if_unusable_or_obsolete()
