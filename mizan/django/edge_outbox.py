"""Purges that networks in front have yet to take: rows of the outbox, for each purger its own
(SPEC.md, sections 12 and 15).

A row is written in the transaction whose commit it announces. Who delivers takes rows for a while
(no lock is held while a network is asked), merges them into one purge, and deletes them once it is
done; a second purge follows for what was in flight. What crashes leaves rows that are due again.

Invariant: a row goes only when its targets, or more, were purged or stand in another row; so each
is delivered at least once, and there are never many more than MOST_ROWS of one purger.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import F, Max, QuerySet
from django.utils.timezone import now

from mizan.django import counters, edge_settings, outbox
from mizan.django.models import OutboxRow
from mizan.edge.base import PurgeFailed, Purger, purge_of
from mizan.protocol.targets import EVERYTHING, Target, canonical_set, target_to_json
from mizan.server.registry import registry

logger = logging.getLogger("mizan.edge")

MOST_ROWS = 1000
"""Over so many rows of a purger, whole contexts take the place of what they name."""
_TAKEN = 30.0  # seconds for which rows are taken, and ten requests besides
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0  # seconds from a failure to the next attempt
_CHUNK = 500  # rows of one statement


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a delivery did: `count` rows are gone; `error` is the code of what stopped it, None
    where nothing did; `wait` the seconds until the network may be asked again."""

    count: int = 0
    error: str | None = None
    wait: float = 0.0


def remember(targets: Iterable[Target], delay: float = 0.0) -> tuple[int, ...]:
    """Write a row for each purger into the open transaction; return their ids.

    `delay`: seconds in which it is not delivered, as what it announces has not happened yet.
    """
    settings = edge_settings.current()
    named, due = [*targets], now() + timedelta(seconds=delay)
    return tuple(_write(name, named, due).pk for name in (settings.purge if settings else ()))


def hasten(rows: Sequence[int]) -> bool:
    """Let rows be due now: what they announce has happened. Returns whether all were there."""
    there = OutboxRow.objects.using(DEFAULT_DB_ALIAS).filter(pk__in=rows)
    return there.update(due=now()) == len(rows)


def waiting(name: str) -> QuerySet[OutboxRow]:
    """Return the rows of a purger, due or not."""
    rows = OutboxRow.objects.using(DEFAULT_DB_ALIAS)
    return rows.filter(kind=OutboxRow.EDGE, purger=name)


def orphans() -> list[str]:
    """Return the purgers for whom rows wait and whom the setting no longer names: nobody delivers
    these."""
    settings = edge_settings.current()
    rows = OutboxRow.objects.using(DEFAULT_DB_ALIAS).filter(kind=OutboxRow.EDGE)
    unknown = rows.exclude(purger__in=[*(settings.purge if settings else ())])
    return [*unknown.order_by("purger").values_list("purger", flat=True).distinct()]


def next_due(name: str) -> datetime | None:
    """Return when the first row of a purger is due; None where there is none."""
    return waiting(name).order_by("due").values_list("due", flat=True).first()


def deliver(name: str, purger: Purger) -> Delivered:
    """Deliver what is due and fits into one request. Others take other rows meanwhile."""
    rows = _take(name, purger.max_tags)
    if not rows:
        return Delivered()
    named = canonical_set([each for row in rows for each in outbox.targets(row)])
    try:
        purger.purge(purge_of(registry.catalog.manifest, named))
    except PurgeFailed as error:
        return _failed(name, rows, error)
    except Exception as error:  # noqa: BLE001 (whatever a class outside of Mizan raises)
        # Its text may show a secret.
        logger.warning("edge.purger_raised: %s: %s", name, type(error).__name__)
        return _failed(name, rows, PurgeFailed("failed"))
    _done(name, rows)
    counters.count("edge_purged")
    logger.info("edge.purged: %s: %d purges", name, len(rows))
    return Delivered(len(rows))


def coarsen(name: str, most_tags: int) -> bool:
    """Make one row of those of a purger that has more than MOST_ROWS: of whole contexts, and of `*`
    where even these are more than `most_tags`. Returns whether it did."""
    first = waiting(name).filter(again=False)  # of second ones there are few: they are merged
    if not first[MOST_ROWS : MOST_ROWS + 1].exists():
        return False
    with transaction.atomic(using=DEFAULT_DB_ALIAS):
        rows = [*_locked(first)]
        if len(rows) <= MOST_ROWS:  # another does it
            return False
        contexts = {each.context for row in rows for each in outbox.targets(row)}
        broad = canonical_set([Target(each) for each in contexts])
        if len(broad) > most_tags:
            broad = (EVERYTHING,)
        _delete(rows)
        _write(name, broad, now(), attempts=max(row.attempts for row in rows))
    logger.warning("edge.coarsened: %s: %d purges waited, now one does", name, len(rows))
    return True


def _take(name: str, most_tags: int) -> list[OutboxRow]:
    """Take due rows, the oldest first, whose tags fit into one request; at least one."""
    settings, manifest = edge_settings.current(), registry.catalog.manifest
    taken = _TAKEN + 10 * (settings.timeout if settings else 0.0)
    found: list[OutboxRow] = []
    tags: set[str] = set()
    with transaction.atomic(using=DEFAULT_DB_ALIAS):
        due = waiting(name).filter(due__lte=now()).order_by("due", "pk")
        for row in _locked(due)[:most_tags]:
            more = tags | set(purge_of(manifest, outbox.targets(row)).tags)
            if found and len(more) > most_tags:
                break
            found.append(row)
            tags = more
        until = now() + timedelta(seconds=taken)
        for row in found:
            row.due = until
        _these(found).update(due=until)
    return found


def _done(name: str, rows: Sequence[OutboxRow]) -> None:
    """Delete rows; remember the second purge of those that were purged for the first time."""
    settings = edge_settings.current()
    in_flight = settings.in_flight if settings else 0.0
    first = [each for row in rows if not row.again for each in outbox.targets(row)]
    with transaction.atomic(using=DEFAULT_DB_ALIAS):
        # What was hastened meanwhile announces more than was purged: it stays.
        _delete(rows, due=rows[0].due)
        if first and in_flight:
            due = now() + timedelta(seconds=in_flight)
            _write(name, canonical_set(first), due, again=True)


def _failed(name: str, rows: Sequence[OutboxRow], error: PurgeFailed) -> Delivered:
    """Let all rows of the purger wait: as long as the network says, else ever longer."""
    if error.retry_after is None:
        # New rows come while others wait: the network has failed as often as for any of them.
        attempts = waiting(name).aggregate(most=Max("attempts"))["most"] or 0
        longest = min(_FIRST_WAIT * 2.0 ** min(attempts, 10), _LONGEST_WAIT)
        wait = longest * random.uniform(0.5, 1.0)  # noqa: S311 (spreads attempts)
    else:
        wait = max(error.retry_after, _FIRST_WAIT)
    until = now() + timedelta(seconds=wait)
    _these(rows).update(attempts=F("attempts") + 1, last_error=error.code, due=until)
    waiting(name).filter(due__lt=until).update(due=until)
    counters.count("edge_error")
    logger.warning("edge.purge_failed: %s: %s; %d purges wait", name, error, len(rows))
    return Delivered(0, error.code, wait)


def _write(name: str, targets: Iterable[Target], due: datetime, **more: Any) -> OutboxRow:
    listed = [target_to_json(each) for each in targets]
    rows = OutboxRow.objects.using(DEFAULT_DB_ALIAS)
    return rows.create(kind=OutboxRow.EDGE, purger=name, targets=listed, due=due, **more)


def _locked(rows: QuerySet[OutboxRow]) -> QuerySet[OutboxRow]:
    skips = connections[DEFAULT_DB_ALIAS].features.has_select_for_update_skip_locked
    return rows.select_for_update(skip_locked=skips)


def _these(rows: Sequence[OutboxRow]) -> QuerySet[OutboxRow]:
    return OutboxRow.objects.using(DEFAULT_DB_ALIAS).filter(pk__in=[row.pk for row in rows])


def _delete(rows: Sequence[OutboxRow], **that: Any) -> None:
    for start in range(0, len(rows), _CHUNK):
        _these(rows[start : start + _CHUNK]).filter(**that).delete()
