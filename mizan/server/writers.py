"""Existing code that writes, and what it makes stale: what `@affects` and `watch` declare.

Invariant: a target is as narrow as the values at hand make certain; one that is missing, or that is
not of its parameter's type, makes it broader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mizan.errors import MizanError
from mizan.protocol import declarations
from mizan.protocol.coerce import coerce
from mizan.protocol.targets import Target
from mizan.server.arguments import wire_value
from mizan.server.context import By, is_context
from mizan.server.declare import Affected, ClientFunction, near
from mizan.server.faults import Fault

if TYPE_CHECKING:
    from mizan.server.catalog import Catalog

Find = Callable[[str], Any]
"""What finds a value by its path; it may raise anything where there is none."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that a writer makes stale: a context, or a function of one, and for each parameter
    that scopes it (its type, the path to its value)."""

    context: str
    function: str | None
    sources: Mapping[str, tuple[Any, str]]

    def target(self, find: Find) -> Target:
        """Return the target, with the values that `find` returns."""
        params = []
        for name, (kind, path) in self.sources.items():
            try:
                value = find(path)
            except Exception:  # noqa: BLE001, S112 (a property of an application raises anything)
                continue
            try:
                params.append((name, coerce(wire_value(value), kind)))
            except MizanError:
                continue
        return Target(self.context, tuple(params), self.function)


class Writer:
    """What existing code makes stale. `label` and `where` name it in messages.

    `names` are those by which parameters may be scoped without being told, and with which paths
    begin; None: they are not known before it runs.
    """

    def __init__(
        self, label: str, where: str, affected: Sequence[Affected], names: Iterable[str] | None
    ) -> None:
        self.label = label
        self.where = where
        self.affected = tuple(affected)
        self.names = None if names is None else frozenset(names)
        self._effects: tuple[Any, tuple[Effect, ...]] = (None, ())

    def fault(self, code: str, message: str) -> Fault:
        """Return a fault of this writer."""
        return Fault(f"declaration.{code}", f"{self.label}: {message}", self.where)

    def effects(self, catalog: Catalog) -> tuple[Effect, ...]:
        """Return what it makes stale, in the terms of a catalog without faults."""
        known, effects = self._effects
        if known is not catalog:
            effects = tuple([self._effect(each, catalog.protocol) for each in self.affected])
            self._effects = (catalog, effects)
        return effects

    def scope_faults(self, protocol: declarations.Catalog) -> Iterator[Fault]:
        """Yield a fault for each parameter that scopes nothing, and for each path that begins with
        nothing."""
        for each in self.affected:
            if not isinstance(each, By):
                continue
            scope = protocol.contexts[each.context].scope
            for name in (*each.names, *dict(each.paths)):
                if name not in scope:
                    what = f"cannot scope by {name!r}, which is no scope parameter of"
                    yield self.fault("by", f"{what} {each.context}{near(name, scope)}.")
            for path in (*each.names, *dict(each.paths).values()):
                first = path.partition(".")[0]
                if self.names is not None and first not in self.names:
                    known = near(first, self.names)
                    yield self.fault("by", f"{path!r} begins with none of its arguments{known}.")

    def _effect(self, affected: Affected, protocol: declarations.Catalog) -> Effect:
        context, function = _named(affected, protocol)
        scope = protocol.contexts[context].scope
        if isinstance(affected, By):
            paths = dict.fromkeys(affected.names, "") | dict(affected.paths)
        else:
            known = scope if self.names is None else self.names
            paths = {name: "" for name in scope if name in known}
        sources = {name: (scope[name], paths[name] or name) for name in sorted(paths)}
        return Effect(context, function, sources)


def _named(affected: Affected, protocol: declarations.Catalog) -> tuple[str, str | None]:
    """Return (context, function or None) of what is known to be declared."""
    if isinstance(affected, By):
        return affected.context, None
    name = affected if isinstance(affected, str) else affected.name
    if isinstance(affected, ClientFunction) or name not in protocol.contexts:
        return str(protocol.functions[name].declaration["context"]), name
    return name, None


def listed(affected: Iterable[Affected | Sequence[Affected]]) -> tuple[Affected, ...]:
    """Return what is affected, lists of it flattened. Raises TypeError for nothing."""
    found: list[Any] = []
    for each in affected:
        found.extend(each if isinstance(each, (list, tuple)) else (each,))
    if not found:
        raise TypeError("Say what becomes stale: contexts, functions or their names.")
    return tuple(found)


def scoped(affected: Affected, paths: Mapping[str, str]) -> Affected:
    """Return a context (class or name) scoped by paths; anything else only without them.

    Raises TypeError.
    """
    if isinstance(affected, By):
        raise TypeError("Give the paths by name: watch(Order, UserContext, user_id='customer_id').")
    if not paths:
        return affected
    if not (is_context(affected) or isinstance(affected, str)):
        raise TypeError(f"Only a context is scoped by paths, not {affected!r}.")
    name = affected if isinstance(affected, str) else affected.name
    return By(name, (), (*sorted(paths.items()),))
