"""What the project declares, as the audit needs it: contexts, functions, watches.

Invariant: it is read from the catalog alone, so that a recording of an older state of the code is
judged by the code as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mizan.django import watched_paths, watching
from mizan.django.audit import frames, schema
from mizan.django.audit.record import Declared
from mizan.server.catalog import Catalog
from mizan.server.context import is_context
from mizan.server.declare import where
from mizan.server.registry import registry


@dataclass(frozen=True, slots=True)
class ContextInfo:
    """A context: how code names it, the parameters that select an instance, those of them that the
    request gives, and its functions with their places."""

    name: str
    symbol: str
    scope: tuple[str, ...]
    bound: frozenset[str]
    functions: dict[str, str]


@dataclass(frozen=True, slots=True)
class FunctionInfo:
    """A function: its place, its arguments, and what its `affects=` names, as code."""

    name: str
    where: str
    arguments: frozenset[str]
    affects: tuple[str, ...]
    context: str | None


@dataclass(frozen=True, slots=True)
class Project:
    """Everything declared. `writers`: label and place of each `@affects`."""

    contexts: dict[str, ContextInfo]
    functions: dict[str, FunctionInfo]
    writers: dict[str, str]


def project(catalog: Catalog) -> Project:
    """Return what a catalog declares."""
    symbols = _symbols()
    contexts = {
        name: ContextInfo(
            name,
            symbols.get(name, f'"{name}"'),
            tuple(found.scope_params),
            frozenset(found.bound),
            {
                each.name: _place(where(each.fn))
                for each in catalog.functions.values()
                if each.context == name
            },
        )
        for name, found in catalog.contexts.items()
    }
    functions = {
        name: FunctionInfo(
            name,
            _place(where(found.fn)),
            frozenset(each.name for each in found.arguments.arguments),
            tuple(_symbol(each, symbols) for each in found.options.affects),
            found.context,
        )
        for name, found in catalog.functions.items()
        if frames.is_application(where(found.fn).rpartition(":")[0])
    }
    watches = {id(each.writer) for each in watching.WATCHES}
    writers = {
        _place(each.where): each.label for each in registry.writers if id(each) not in watches
    }
    return Project(contexts, functions, writers)


def watches(catalog: Catalog) -> set[Declared]:
    """Return all calls of `watch`, each with the tables whose rows it hears of."""
    found = set()
    for each in watching.WATCHES:
        sources = watched_paths.sources(each.model, each.paths.values())
        tables = {source.model._meta.db_table.lower() for source in sources}
        targets = tuple(effect.context for effect in each.writer.effects(catalog))
        place = _place(each.writer.where)
        found.add(Declared(each.writer.label, place, targets, tuple(sorted(tables))))
    return found


def model_of(table: str) -> str:
    """Return how code names the model of a table, or the table itself."""
    found = schema.table(table)
    return found.model.__name__ if found else table


def _symbols() -> dict[str, str]:
    classes: list[Any] = [each.options.context for each in registry.functions]
    return {each.name: each.__name__ for each in classes if is_context(each)}


def _symbol(affected: Any, symbols: dict[str, str]) -> str:
    name = getattr(affected, "__name__", None)
    if name:
        return str(name)
    context = getattr(affected, "context", None)
    if context is None:
        return f'"{affected}"'
    names = ", ".join(map(repr, affected.names))
    return f"{symbols.get(context, context)}.by({names})".replace("'", '"')


def _place(place: str) -> str:
    file, _, line = place.rpartition(":")
    return f"{frames.relative(file)}:{line}"
