"""Which subscriptions a target concerns, without looking at each (SPEC.md, section 17.2).

Instances of the same context and the same names have the same *shape*. Of each shape there is an
index for the names that targets are seen to share with it.

Invariant: what it finds is what `mizan.protocol.events.visible` gives each subscription.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from typing import Generic, NamedTuple, TypeVar

from mizan.protocol.canonical import canonical_string
from mizan.protocol.events import Held, shown
from mizan.protocol.targets import EVERYTHING, Target, serialise

S = TypeVar("S", bound=Hashable)
Names = tuple[str, ...]
Values = tuple[str, ...]


class Found(NamedTuple, Generic[S]):
    """A target as some subscriptions may know it, and its serialised text."""

    text: str
    target: Target
    by: Collection[S]


class Index(Generic[S]):
    """What subscriptions hold. A subscription is anything that can be hashed."""

    def __init__(self) -> None:
        self._shapes: dict[str, dict[tuple[Names, Names], _Shape[S]]] = {}
        self._held: dict[S, tuple[Held, ...]] = {}

    def __len__(self) -> int:
        return len(self._held)

    @property
    def subscriptions(self) -> Collection[S]:
        """All of them, in the order in which they came."""
        return self._held.keys()

    def add(self, subscription: S, held: Iterable[Held]) -> None:
        """Add a subscription with all that it holds."""
        self._held[subscription] = tuple(held)
        for each in self._held[subscription]:
            names, values = _texts(each)
            shapes = self._shapes.setdefault(each.context, {})
            key = (names, tuple([name for name, _ in each.params]))
            shape = shapes.get(key)
            if shape is None:
                shape = shapes[key] = _Shape(names, each)
            shape.add(subscription, values)

    def remove(self, subscription: S) -> None:
        """Forget a subscription; one that is not there is forgotten already."""
        for each in self._held.pop(subscription, ()):
            names, values = _texts(each)
            shapes = self._shapes.get(each.context, {})
            key = (names, tuple([name for name, _ in each.params]))
            if key in shapes and shapes[key].remove(subscription, values):
                del shapes[key]
            if not shapes:
                self._shapes.pop(each.context, None)

    def find(self, targets: Iterable[Target]) -> list[Found[S]]:
        """Return what of the targets which subscriptions may know; several may be of one."""
        found: list[Found[S]] = []
        for target in targets:
            if target.context == "*":
                return [Found("*", EVERYTHING, self._held.keys())] if self._held else []
            shapes = self._shapes.get(target.context)
            if shapes is None:
                continue
            values = {name: canonical_string(value) for name, value in target.params}
            for shape in shapes.values():
                by = shape.matched(values)
                if by:
                    seen = shown(target, shape.sample)
                    found.append(Found(serialise(seen), seen, by))
        return found


class _Shape(Generic[S]):
    """Instances of one context and the same names, of which the same are named by the holder;
    `sample` is one of them."""

    __slots__ = ("_by", "_names", "sample")

    def __init__(self, names: Names, sample: Held) -> None:
        self._names = names
        self.sample = sample
        # names that targets share with it -> their values -> who holds such an instance
        self._by: dict[Names, dict[Values, set[S]]] = {names: {}}

    def add(self, subscription: S, values: Values) -> None:
        for names, index in self._by.items():
            index.setdefault(self._some(names, values), set()).add(subscription)

    def remove(self, subscription: S, values: Values) -> bool:
        """Forget an instance; return whether it was the last one."""
        for names, index in self._by.items():
            some = self._some(names, values)
            holders = index.get(some, set())
            holders.discard(subscription)
            if not holders:
                index.pop(some, None)
        return not self._by[self._names]

    def matched(self, values: dict[str, str]) -> Collection[S]:
        """Return who holds an instance that a target with these values matches."""
        names = tuple([name for name in self._names if name in values])
        index = self._by.get(names)
        if index is None:
            index = self._by[names] = {}
            for whole, holders in self._by[self._names].items():
                index.setdefault(self._some(names, whole), set()).update(holders)
        return index.get(tuple([values[name] for name in names]), ())

    def _some(self, names: Names, values: Values) -> Values:
        if names is self._names:
            return values
        return tuple(
            [value for name, value in zip(self._names, values, strict=True) if name in names]
        )


def _texts(held: Held) -> tuple[Names, Values]:
    """Return the names of an instance in order, and the canonical strings of their values."""
    params = held.instance.params
    return tuple([name for name, _ in params]), tuple([canonical_string(v) for _, v in params])
