"""The hooks into Mizan's own steps: what reads, what runs, and what is said to be stale.

Invariant: the steps are those that run without an audit, each effect of theirs included.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mizan.django import watched_writes
from mizan.django.audit import labels, observed
from mizan.django.audit.recorder import Reader, Recorder
from mizan.server import direct, existing, mutation, reads
from mizan.server.catalog import Catalog
from mizan.server.effects import Run, RunAll, Steps
from mizan.server.invalidation import Collector
from mizan.server.registry import registry

Hook = tuple[Any, str, Callable[[Any], Any]]
"""(owner, attribute, what makes the replacement of the original)."""


def hooks(recorder: Recorder) -> list[Hook]:
    """Return the hooks that tell a recorder."""
    return [
        (reads, "_results", lambda original: _results(recorder, original)),
        (mutation, "perform", lambda original: _perform(recorder, original)),
        (existing, "perform", lambda original: _perform(recorder, original)),
        (mutation, "outside", lambda original: _told(recorder, original)),
        (direct, "outside", lambda original: _told(recorder, original)),
        (watched_writes, "_targets", lambda original: _by_rows(recorder, original)),
        (Collector, "add", lambda original: _told(recorder, original)),
        (Collector, "settle", lambda original: _settled(recorder, original)),
    ]


def _results(recorder: Recorder, original: Any) -> Any:
    def results(context: Any, request: Any, params: Any) -> Steps[dict[str, str]]:
        steps = original(context, request, params)
        effect: RunAll = next(steps)
        values = _values(context.scope_params, params)
        catalog = registry.catalog
        effect.runs = [_reading(recorder, catalog, each, values) for each in effect.runs]
        try:
            outcome = yield effect
            steps.send(outcome)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return] # what the steps return
        finally:
            steps.close()
        raise RuntimeError("A read runs its functions once.")

    return results


def _perform(recorder: Recorder, original: Any) -> Any:
    def perform(
        catalog: Catalog, run: Run, declared: Any, is_atomic: bool, *, is_direct: bool = True
    ) -> Steps[Any]:
        writer = labels.of_run(catalog, run)
        if writer is None:
            recorder.say(declared)
            return (yield from original(catalog, run, declared, is_atomic, is_direct=is_direct))
        if writer.context is not None:
            scope = catalog.contexts[writer.context].scope_params
            run = _reading(recorder, catalog, run, _values(scope, run.arguments))
        end = recorder.units.begin(writer)
        is_done = False
        try:
            recorder.say(declared)
            outcome = yield from original(catalog, run, declared, is_atomic, is_direct=is_direct)
            is_done = True
            return outcome
        finally:
            end(is_done)

    return perform


def _told(recorder: Recorder, original: Any) -> Any:
    def tell(owner: Any, targets: Any, **options: Any) -> Any:
        targets = tuple(targets)
        recorder.say(targets)
        return original(owner, targets, **options)

    return tell


def _by_rows(recorder: Recorder, original: Any) -> Any:
    def targets(watched: Any, several: Any) -> Any:
        found = list(original(watched, several))
        for each in watched:
            name = each.source.model._meta.db_table
            recorder.say_by_rows(name, {effect.context for effect in each.effects})
        recorder.say(found)
        return found

    return targets


def _settled(recorder: Recorder, original: Any) -> Any:
    def settle(self: Any, last: Any = ()) -> Any:
        recorder.say(last)
        return original(self, last)

    return settle


def _reading(recorder: Recorder, catalog: Catalog, run: Run, values: dict[str, str]) -> Run:
    """Return a run of a context's function that is seen to read."""
    writer = labels.of_function(catalog, run.name)
    reader = Reader(str(writer.context), run.name, values)

    def call(request: Any, **arguments: Any) -> Any:
        with recorder.reading(reader, writer):
            return run.fn(request, **arguments)

    async def acall(request: Any, **arguments: Any) -> Any:
        with recorder.reading(reader, writer):
            return await run.fn(request, **arguments)

    def finish(value: Any) -> Any:
        with recorder.reading(reader, writer):
            found = run.finish(value)
        recorder.read(reader)
        return found

    return replace(run, fn=acall if run.is_async else call, finish=finish)


def _values(names: Any, params: Any) -> dict[str, str]:
    """Return the values of an instance's own parameters, those that it has."""
    return {name: observed.plain(params[name]) for name in names if params.get(name) is not None}
