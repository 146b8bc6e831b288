"""Who is told of what a mutation makes stale: the origin cache, and who hears of events (SPEC.md,
sections 15 and 17).

A mutation holds the guards of what it makes stale as the last step before its commit, or before its
first effect where nothing commits; after the commit it renews their stamps and releases them, and
then publishes the same targets.

Invariant: nothing is raised here after a commit; where the outcome of a commit is not known, a hold
is left to expire by itself.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mizan.cache.base import Cache, CacheUnavailable, Hold
from mizan.events.base import BrokerUnavailable
from mizan.protocol.targets import Target
from mizan.server.drive import drive
from mizan.server.effects import Ask, Block, Steps
from mizan.server.problems import Problem

if TYPE_CHECKING:
    from mizan.server.catalog import Catalog

logger = logging.getLogger("mizan.cache")
events_logger = logging.getLogger("mizan.events")
_RETRY_AFTER = "1"  # seconds


@dataclass(slots=True)
class Pledge:
    """What a mutation has to make good once it has committed.

    `targets`: what it makes stale; `hold`: what it holds; `row`: what it left in the outbox
    instead, as the cache was unavailable; `purges`: what it left there for networks in front, of
    which `delayed` rows wait for its end; `is_nested`: a caller's transaction has yet to commit.
    """

    targets: tuple[Target, ...] = ()
    hold: Hold | None = None
    row: int | None = None
    purges: tuple[Target, ...] = ()
    delayed: tuple[int, ...] = ()
    is_nested: bool = False


def pledge(catalog: Catalog, promise: Pledge, *, delay: float = 0.0) -> Steps[None]:
    """Hold the guards of what will be stale, and leave it in the outbox for networks in front.
    Where the cache is unavailable, leave that in the outbox, too.

    `delay`: seconds until others may deliver it, as what it announces has not happened yet. Raises
    Problem (503) in place of the outbox where the cache has to be consistent.
    """
    host = catalog.host
    if not promise.targets:
        return
    if host.cache is not None:
        yield from _hold(catalog, host.cache, promise, delay)
    if host.has_purgers:
        rows = yield Block(partial(host.remember_purges, promise.targets, delay))
        promise.purges, promise.delayed = promise.targets, rows if delay else ()


def _hold(catalog: Catalog, cache: Cache, promise: Pledge, delay: float) -> Steps[None]:
    """Hold the guards, or leave a purge in the outbox. Raises Problem (503)."""
    host = catalog.host
    hold = Hold(catalog.slots.guards(promise.targets))
    try:
        yield Ask(cache, "hold", (hold,))
    except CacheUnavailable as error:
        host.count("error")
        if not host.consistent:
            promise.row = yield Block(partial(host.remember, promise.targets, delay))
            return
        yield from _let_go(cache, hold)
        detail = "The cache cannot be told what would become stale, so nothing was changed."
        headers = {"Retry-After": _RETRY_AFTER}
        raise Problem("unavailable", detail, headers=headers) from error
    host.count("hold")
    promise.hold = hold


def fulfil(catalog: Catalog, promise: Pledge) -> Steps[None]:
    """After the commit: renew the stamps of all guards, release what is held, and publish. What
    could not be told goes to the outbox."""
    if not promise.targets:
        return  # another who shares the promise has done it: the outbox's row may still wait
    host, held = catalog.host, promise.hold
    cache = host.cache
    is_told, is_safe = True, True
    if cache is not None and (guards := catalog.slots.guards(promise.targets)):
        hold = Hold((*dict.fromkeys((*held.guards, *guards)),), held.id) if held else Hold(guards)
        try:
            yield Ask(cache, "renew", (hold,), always=True)
        except CacheUnavailable:
            host.count("error")
            logger.warning("cache.purge_failed", extra={"guards": len(hold.guards)})
            # What is held expires by itself, and its stamps are newer than every entry.
            is_told, is_safe = False, held is not None and set(held.guards) >= set(guards)
    if host.has_purgers:
        # After the cache: what an edge fetches from now on is not what that has from before.
        yield from _announce(catalog, promise)
    if host.has_events and promise.targets and not (yield from _publish(catalog, promise)):
        is_told, is_safe = False, False
    if promise.row is None and not is_safe:
        try:
            yield Block(partial(host.remember, promise.targets, 0.0), always=True)
        except Exception:  # what is committed is committed
            logger.exception("outbox.failed: nobody is told of %d targets", len(promise.targets))
    elif promise.row is not None and is_told:
        yield Block(partial(host.delivered, promise.row), always=True)


def _announce(catalog: Catalog, promise: Pledge) -> Steps[None]:
    """Have networks in front purged: what the transaction left in the outbox, and the rest."""
    host = catalog.host
    rest = tuple([each for each in promise.targets if each not in promise.purges])
    try:
        if promise.delayed:
            there = yield Block(partial(host.hasten_purges, promise.delayed), always=True)
            rest = rest if there else promise.targets
        if rest:
            yield Block(partial(host.remember_purges, rest, 0.0), always=True)
    except Exception:  # what is committed is committed
        logger.exception("outbox.failed: no network is told of %d targets", len(rest))
    yield Block(host.deliver_purges, always=True)


def doubt(catalog: Catalog, promise: Pledge) -> Steps[None]:
    """After a commit of unknown outcome: publish, and let what is held expire."""
    if catalog.host.has_events:
        yield from _publish(catalog, promise)


def _publish(catalog: Catalog, promise: Pledge) -> Steps[bool]:
    """Publish the targets. Returns whether that was done."""
    host = catalog.host
    broker = host.broker
    if broker is None:
        return True
    try:
        yield Ask(broker, "publish", (promise.targets, host.call_id()), always=True)
    except BrokerUnavailable as error:
        host.count("publish_error")
        events_logger.warning("events.publish_failed: %s", error)
        return False
    host.count("published")
    return True


def fulfil_now(catalog: Catalog, promise: Pledge) -> None:
    """Do what `fulfil` does, in this thread."""
    drive(fulfil(catalog, promise))


def withdraw(catalog: Catalog, promise: Pledge) -> Steps[None]:
    """After a certain roll-back: release what is held, without a purge."""
    if catalog.host.cache and promise.hold:
        yield from _let_go(catalog.host.cache, promise.hold)


def outside(catalog: Catalog, targets: tuple[Target, ...], *, tell: bool = True) -> None:
    """Purge targets that no call sees to, with the commit of the open transaction, or now.

    `tell`: say so to whoever listens for what no reply carries.
    """
    if catalog.host.in_transaction():
        catalog.host.gather(catalog, targets)
    else:
        catalog.host.when_committed(partial(fulfil_now, catalog, Pledge(targets)))
    if tell:
        catalog.host.after_commit(targets)


def _let_go(cache: Cache, hold: Hold) -> Steps[None]:
    try:
        yield Ask(cache, "release", (hold,), always=True)
    except CacheUnavailable:
        logger.warning("cache.release_failed", extra={"guards": len(hold.guards)})
