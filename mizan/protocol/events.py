"""What a subscriber may know of what became stale (SPEC.md, section 17.2).

Invariant: what a subscriber is told names no parameter value but those that he named himself, and
every instance of his that a target matches is matched by what he is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from mizan.errors import DocumentError, show
from mizan.protocol.targets import (
    EVERYTHING,
    Instance,
    Params,
    Target,
    canonical_set,
    instance_from_json,
    matches,
)


class Held(NamedTuple):
    """An instance that a subscriber holds: `params` as he named them, and `bound`, what the server
    fills in from his request. Both are sorted by name; a name stands in one of them."""

    context: str
    params: Params = ()
    bound: Params = ()

    @property
    def instance(self) -> Instance:
        """What targets are matched with: all parameters."""
        return Instance(self.context, tuple(sorted((*self.params, *self.bound))))


def held_from_json(value: object, pointer: str = "") -> Held:
    """Return what ``{"context", "params", "bound"}`` says is held; errors as `instance_from_json`.

    A name that is both named and bound is refused, too (``document.invalid``).
    """
    context, params = instance_from_json(value, pointer)
    given = value.get("bound", {}) if isinstance(value, Mapping) else {}
    bound = instance_from_json({"context": context, "params": given}, pointer).params
    for name in dict(params).keys() & dict(bound).keys():
        message = f"Expected each parameter once, named or bound; got {show(name)} as both."
        raise DocumentError("document.invalid", message, pointer=f"{pointer}/bound/{name}")
    return Held(context, params, bound)


def visible(targets: Iterable[Target], held: Iterable[Held]) -> tuple[Target, ...]:
    """Return what the holder of some instances may know of targets, as a canonical set.

    Each target that matches an instance (MZ-TGT-005, with what is bound), with only those of its
    parameters that the holder named in that instance; `*` stays `*`. Raises as `serialise`.
    """
    instances = [(each, each.instance) for each in held]
    found: list[Target] = []
    for target in targets:
        if target.context == "*":
            return (EVERYTHING,)
        found += [shown(target, own) for own, whole in instances if matches(target, whole)]
    return canonical_set(found)


def shown(target: Target, held: Held) -> Target:
    """Return a target with only those parameters that are named in a held instance."""
    names = {name for name, _ in held.params}
    return target._replace(params=tuple([pair for pair in target.params if pair[0] in names]))
