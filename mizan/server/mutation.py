"""Running a function that may change something: its transaction, its targets and its hold.

(SPEC.md, sections 7 and 15.)

Invariant: what a function makes stale is known, and held, before its transaction commits; whoever
opened that transaction sees to the hold, and the outermost call reports the targets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from mizan.protocol.targets import Target
from mizan.server.coherence import Pledge, doubt, fulfil, fulfil_now, outside, pledge, withdraw
from mizan.server.effects import Atomic, Block, Run, Steps
from mizan.server.invalidation import Collector, FailedAfterEffects, current, running
from mizan.server.problems import Problem
from mizan.server.results import may_block

if TYPE_CHECKING:
    from mizan.server.catalog import Catalog, Function

Targets = tuple[Target, ...]
Outcome = tuple[Any, Targets]
Finish = Callable[[Any], Any]


def mutate(
    catalog: Catalog,
    function: Function,
    request: Any,
    arguments: Mapping[str, Any],
    finish: Finish | None = None,
    *,
    is_direct: bool = False,
) -> Steps[Outcome]:
    """Run a function with its transaction. Returns (finish(result), targets).

    `finish` shapes the result inside the transaction, so that nothing can fail after the commit;
    without it the result is a view function's response, which the host checks. The rest is as for
    `perform`.
    """
    host = catalog.host
    ending = (finish, may_block) if finish else (host.check_response, host.is_lazy)
    run = Run(function.name, function.fn, function.is_async, request, arguments, *ending)
    if function.bound:
        return _bound(catalog, function, run, is_direct=is_direct)
    declared = catalog.targets(function, arguments, {}) if function.effects else ()
    return perform(catalog, run, declared, function.atomic, is_direct=is_direct)


def _bound(catalog: Catalog, function: Function, run: Run, *, is_direct: bool) -> Steps[Outcome]:
    """Run a function whose targets depend on what the request gives."""
    bound = yield from bound_values(catalog, function.bound, run.request)
    declared = catalog.targets(function, run.arguments, bound)
    return (yield from perform(catalog, run, declared, function.atomic, is_direct=is_direct))


def perform(
    catalog: Catalog, run: Run, declared: Targets, is_atomic: bool, *, is_direct: bool = True
) -> Steps[Outcome]:
    """Run what makes `declared` stale, with its transaction unless not `is_atomic`. Returns
    (outcome, targets).

    A run within another leaves its targets to the outermost one. `is_direct`: begun from Python,
    perhaps within a transaction of the caller's. Raises what the function raises, Problem (503)
    where the cache has to be consistent and is unavailable, or FailedAfterEffects with what was
    raised where something may be stale all the same.
    """
    outer = running()
    collector = outer or Collector(catalog.host, partial(outside, catalog))
    mutation = _Mutation(catalog, collector, run, declared, outer is None)
    token = current.set(collector)
    try:
        if is_atomic:
            result = yield from mutation.in_transaction()
        else:
            result = yield from mutation.without_transaction(is_direct)
    except Exception as error:
        # A transaction that settled failed in its commit, perhaps after that took effect.
        stale = () if outer else collector.finish()
        if not stale:
            raise
        raise FailedAfterEffects(error, stale) from error
    finally:
        current.reset(token)
        if outer is None:
            collector.finish()
    return result, () if outer else collector.settled


class _Mutation:
    """One run of a function, by itself (`is_outermost`) or within another's."""

    __slots__ = (
        "catalog",
        "collector",
        "declared",
        "host",
        "is_outermost",
        "is_told",
        "promise",
        "run",
    )

    def __init__(
        self,
        catalog: Catalog,
        collector: Collector,
        run: Run,
        declared: Targets,
        is_outermost: bool,
    ) -> None:
        self.catalog = catalog
        self.host = catalog.host
        # Whether somebody has to be told of what becomes stale: the cache, who hears of events,
        # networks in front.
        self.is_told = self.host.cache is not None or self.host.has_events or self.host.has_purgers
        self.collector = collector
        self.run = run
        self.declared = declared
        self.is_outermost = is_outermost
        self.promise = Pledge()

    def in_transaction(self) -> Steps[Any]:
        """Run it in a transaction, or in a savepoint of the one that an outer call opened."""
        if self.collector.is_atomic:
            return (yield Atomic(self.host.atomic, self._savepoint()))
        self.collector.is_atomic = True
        try:
            result = yield Atomic(self.host.atomic, self._transaction())
        except Exception as error:
            # The outcome of a commit that failed is certain only where the database refused it.
            if self.host.rolled_back(error):
                yield from withdraw(self.catalog, self.promise)
            elif self.promise.targets and not self.promise.is_nested:
                yield from doubt(self.catalog, self.promise)
            raise
        finally:
            self.collector.is_atomic = False
        if self.is_told:
            yield from (self._hand_over() if self.promise.is_nested else self._make_good())
        return result

    def without_transaction(self, is_direct: bool) -> Steps[Any]:
        """Run it; hold what it is declared to make stale before its first effect."""
        if self.declared and self.is_told and not self.collector.is_atomic:
            self.promise.targets = self.declared
            if is_direct:
                self.promise.is_nested = yield Block(self.host.in_transaction)
            yield from pledge(self.catalog, self.promise, delay=self.host.hold_timeout)
        result, failure = None, None
        try:
            result = yield self.run
        except Exception as error:  # noqa: BLE001 (raised again below)
            failure = error  # nothing rolled back what it did before it failed
        self._end()
        if self.is_told and not self.collector.is_atomic:
            yield from self._make_good()
        if failure:
            raise failure
        return result

    def _savepoint(self) -> Steps[Any]:
        result = yield self.run
        self.collector.add(self.declared)
        return result

    def _transaction(self) -> Steps[Any]:
        """Run it; hold what became stale as the last step before the commit, if that is its own."""
        result = yield self.run
        self._end()
        self.promise.targets = self.collector.stale() if self.is_told else ()
        self.promise.is_nested = bool(self.promise.targets) and self.host.is_nested()
        if self.promise.targets and not self.promise.is_nested:
            try:
                yield from pledge(self.catalog, self.promise)
            except Problem:
                self.collector.settled = self.promise.targets = ()  # rolled back for certain
                raise
        return result

    def _end(self) -> None:
        if self.is_outermost:
            self.collector.settle(self.declared)
        else:
            self.collector.add(self.declared)

    def _hand_over(self) -> Steps[None]:
        """Leave it to the commit of a caller's transaction, which holds and renews all at once."""
        targets = self.collector.finish() if self.is_outermost else self.promise.targets
        yield Block(partial(self.host.gather, self.catalog, targets), always=True)

    def _make_good(self) -> Steps[None]:
        """After the commit, or once that of a caller's transaction comes, renew what was held and
        publish."""
        if self.is_outermost:
            self.promise.targets = self.collector.finish()
        if self.promise.is_nested:
            later = partial(fulfil_now, self.catalog, self.promise)
            yield Block(partial(self.host.when_committed, later), always=True)
        else:
            yield from fulfil(self.catalog, self.promise)


def bound_values(
    catalog: Catalog, names: Mapping[str, Any], request: Any
) -> Steps[dict[str, dict[str, Any]]]:
    """Return what the request gives for bound parameters, by context; this may block."""
    if not any(names.values()):
        return {}

    def find() -> dict[str, dict[str, Any]]:
        return {name: catalog.bound_values(name, some, request) for name, some in names.items()}

    found: dict[str, dict[str, Any]] = yield Block(find)
    return found
