"""`watch`: what the rows of a model make stale, whoever writes them.

    watch(Order, OrdersContext, user_id="customer.user_id")

Invariant: a watch is declared beside the contexts and looked at when the server starts; a wrong
path is a fault like that of a function.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from mizan.django import watched_paths
from mizan.django.watched_paths import PathInvalid, Source
from mizan.server.catalog import Catalog
from mizan.server.declare import Affected
from mizan.server.faults import Fault
from mizan.server.registry import registry
from mizan.server.writers import Effect, Writer, listed, scoped


@dataclass(frozen=True, slots=True)
class Watch:
    """One call of `watch`."""

    model: type[models.Model]
    paths: Mapping[str, str]
    writer: Writer


@dataclass(frozen=True, slots=True)
class Watched:
    """What one model's rows make stale: effects, whose values are found by `source`."""

    source: Source
    effects: tuple[Effect, ...]


WATCHES: list[Watch] = []
"""All of them, in order of declaration."""

_plan: tuple[Any, int, dict[type[models.Model], list[Watched]]] = (None, 0, {})


def watch(model: Any, affected: Affected | Sequence[Affected], /, **paths: str) -> None:
    """Make something stale whenever rows of a model are written by the ORM.

    `affected` is a context, a function, a name, or a list. `paths` say for scope parameters where
    their values are: fields of the model, or by dots those of related ones. An update that moves a
    row makes the instances of the old and of the new value stale; where a value is null or not
    certain, the whole context. What no ORM writes is said by `invalidate`.

    Raises TypeError for what is no model; wrong names and paths are found when the server starts.
    """
    from mizan.django import watched_writes  # installed once something is watched

    if not (isinstance(model, type) and issubclass(model, models.Model)):
        raise TypeError(f"watch() takes a model first, not {model!r}.")
    frame = sys._getframe(1)  # noqa: SLF001 (as logging finds its callers)
    where = f"{frame.f_code.co_filename}:{frame.f_lineno}"
    label = f"watch({model.__name__})"
    named = [scoped(each, paths) for each in listed([affected])]
    writer = Writer(label, where, named, [path.partition(".")[0] for path in paths.values()])
    WATCHES.append(Watch(model, paths, writer))
    registry.add_writer(writer)
    watched_writes.install()


def faults() -> Iterator[Fault]:
    """Yield a fault for each path that leads nowhere."""
    for each in WATCHES:
        for name, path in each.paths.items():
            try:
                watched_paths.hops(each.model, path)
            except PathInvalid as error:
                yield each.writer.fault("path", f"{name}: {error}")


def plan(catalog: Catalog) -> dict[type[models.Model], list[Watched]]:
    """Return what is watched of each model, in the terms of a catalog."""
    global _plan
    known, count, found = _plan
    if known is catalog and count == len(WATCHES):
        return found
    made: dict[type[models.Model], list[Watched]] = {}
    for each in WATCHES:
        effects = each.writer.effects(catalog)
        for source in watched_paths.sources(each.model, each.paths.values()):
            concrete: Any = source.model._meta.concrete_model
            made.setdefault(concrete, []).append(Watched(source, effects))
    _plan = (catalog, len(WATCHES), made)
    return made
