"""The graph of a manifest, in an order in which few lines cross.

Invariant: every context and every mutation of the manifest is in it once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

_ROUNDS = 8  # of sorting by the mean place of neighbours; more change nothing in practice


@dataclass(frozen=True, slots=True)
class Effect:
    """A mutation makes a context, or one function of it, stale: for the values of `scope` alone."""

    context: str
    function: str | None
    scope: tuple[str, ...]

    @property
    def target(self) -> str:
        """The context, or context/function."""
        return self.context if self.function is None else f"{self.context}/{self.function}"

    @property
    def extent(self) -> str:
        """For which instances, in words."""
        return "by " + ", ".join(self.scope) if self.scope else "all of it"


@dataclass(frozen=True, slots=True)
class Mutation:
    """A mutation with its effects. `marks` are words such as `private`."""

    name: str
    effects: tuple[Effect, ...]
    marks: tuple[str, ...]

    def by_place(self, place: Mapping[str, int]) -> Mutation:
        """Return it with its effects in the order of their contexts."""
        effects = sorted(self.effects, key=lambda each: (place[each.context], each.target))
        return Mutation(self.name, tuple(effects), self.marks)


@dataclass(frozen=True, slots=True)
class Shown:
    """A context: its functions, its parameters (those that scope it marked), and marks."""

    name: str
    functions: tuple[str, ...]
    parameters: tuple[str, ...]
    scope: tuple[str, ...]
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """Mutations and contexts, each in the order in which to show them."""

    mutations: tuple[Mutation, ...]
    contexts: tuple[Shown, ...]

    @property
    def untouched(self) -> tuple[str, ...]:
        """The contexts that no mutation makes stale."""
        touched = {each.context for mutation in self.mutations for each in mutation.effects}
        return tuple(each.name for each in self.contexts if each.name not in touched)

    @property
    def note(self) -> str:
        """What is said of the contexts that no mutation makes stale."""
        if not self.contexts:
            return "There are no contexts."
        left = ", ".join(self.untouched)
        return f"No mutation makes stale: {left}." if left else "Each context has a mutation."


def graph_of(manifest: Mapping[str, Any]) -> Graph:
    """Return the graph of a manifest (`manifest.schema.json`)."""
    mutations = {name: _mutation(name, each) for name, each in manifest["mutations"].items()}
    contexts = {name: _context(name, each) for name, each in manifest["contexts"].items()}
    left, right = _ordered(mutations, sorted(contexts))
    place = {name: number for number, name in enumerate(right)}
    shown = [mutations[name].by_place(place) for name in left]
    return Graph(tuple(shown), tuple(contexts[name] for name in right))


def _mutation(name: str, entry: Mapping[str, Any]) -> Mutation:
    scopes = entry.get("auto_scoped_params", {})
    effects = tuple(
        Effect(each["context"], each.get("function"), _scope(each, scopes))
        for each in entry["affects"]
    )
    route = (entry["route"],) if "route" in entry else ()
    return Mutation(name, effects, (*(("private",) if entry["private"] else ()), *route))


def _scope(affected: Mapping[str, Any], scopes: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(affected["by"] if "by" in affected else scopes.get(affected["context"], ()))


def _context(name: str, entry: Mapping[str, Any]) -> Shown:
    functions = tuple(each["name"] for each in entry["functions"])
    parameters = [each["name"] for each in entry["parameters"]]
    parameters += [each["name"] for each in entry.get("bound_params", ())]
    marks = ("user-scoped",) if entry["user_scoped"] else ()
    return Shown(name, functions, tuple(parameters), tuple(entry["scope_params"]), marks)


def _ordered(mutations: Mapping[str, Mutation], right: list[str]) -> tuple[list[str], list[str]]:
    """Return both sides, each sorted by the mean place of its neighbours (barycentres)."""
    forth = {
        name: {each.context for each in mutation.effects} for name, mutation in mutations.items()
    }
    back: dict[str, set[str]] = {name: set() for name in right}
    for name, contexts in forth.items():
        for context in contexts:
            back.setdefault(context, set()).add(name)
    left = sorted(mutations)
    for _ in range(_ROUNDS):
        left = _sorted(left, forth, right)
        right = _sorted(right, back, left)
    return left, right


def _sorted(side: list[str], neighbours: Mapping[str, set[str]], other: list[str]) -> list[str]:
    place = {name: number for number, name in enumerate(other)}

    def key(name: str) -> tuple[float, str]:
        known = [place[each] for each in neighbours[name] if each in place]
        return (mean(known) if known else len(other), name)

    return sorted(side, key=key)
