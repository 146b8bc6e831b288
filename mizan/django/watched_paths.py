"""Paths from a watched model to the values of parameters, read against Django's models.

Invariant: a path that is right here can be looked up by a query; anything else is a fault, which
says what would be right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from mizan.server.declare import near

Model = type[models.Model]


class PathInvalid(Exception):  # noqa: N818 (a state: the path is invalid)
    """A path leads nowhere; the message says where it ends."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a path: a field (or relation) of a model, and the lookup of all that follows."""

    model: Model
    field: Any
    rest: str


@dataclass(frozen=True)
class Source:
    """A model by whose rows something watched changes, and for each path the lookup from it.

    `only`: none but updates of these columns change it; None: every write does.
    """

    model: Model
    lookups: Mapping[str, str]
    only: frozenset[str] | None = None

    @cached_property
    def nobodys(self) -> frozenset[str]:
        """The paths that lead over rows of which there may be none, and to no null: where their
        value is null, the row is nobody's."""
        return frozenset(
            path
            for path, each in self.lookups.items()
            if _crosses(hops(self.model, each.replace("__", ".")))
        )


def hops(model: Model, path: str) -> list[Hop]:
    """Return the steps of a dotted path. Raises PathInvalid."""
    found: list[Hop] = []
    names = path.split(".")
    for place, name in enumerate(names):
        field = _field(model, name)
        is_last = place == len(names) - 1
        target = field.related_model
        if is_last and (field.many_to_many or not getattr(field, "concrete", False)):
            raise PathInvalid(f"{path!r} ends in {name!r}, which is no column of {_name(model)}.")
        if not is_last and not isinstance(target, type):
            raise PathInvalid(f"{path!r}: {name!r} of {_name(model)} leads to no other model.")
        found.append(Hop(model, field, "__".join(names[place + 1 :])))
        model = target
    return found


def _crosses(steps: list[Hop]) -> bool:
    """Whether steps pass a relation to any number of rows, and after it no column that may be
    null."""
    many = [place for place, step in enumerate(steps) if not getattr(step.field, "column", None)]
    after = steps[many[0] + 1 :] if many else []
    return bool(many) and not any(getattr(step.field, "null", False) for step in after)


def lookup(path: str) -> str:
    """Return the lookup of a dotted path."""
    return path.replace(".", "__")


def sources(model: Model, paths: Iterable[str]) -> Iterator[Source]:
    """Yield what changes the rows of a model, or where their paths lead. Raises PathInvalid."""
    lookups = {path: lookup(path) for path in paths}
    yield Source(model, lookups)
    for parent in model._meta.get_parent_list():
        link = model._meta.get_ancestor_link(parent)
        if link is not None and link.model is model:
            way = link.remote_field.get_accessor_name()
            columns = frozenset(each.attname for each in parent._meta.local_concrete_fields)
            yield Source(parent, _prefixed(way, lookups), columns)
    for through, way in _throughs(model):
        yield Source(through, _prefixed(way, lookups))
    for path in lookups:
        yield from _on_the_way(path, hops(model, path))


def _on_the_way(path: str, steps: list[Hop]) -> Iterator[Source]:
    """Yield the models that a path passes: there its value changes, too."""
    for place, (before, step) in enumerate(pairwise(steps)):
        rest = lookup(step.field.name) + (f"__{step.rest}" if step.rest else "")
        if before.field.many_to_one or (before.field.one_to_one and before.field.concrete):
            if not step.field.concrete:
                continue
            only = frozenset({getattr(step.field, "attname", step.field.name)})
            yield Source(step.model, {path: rest}, only)
            continue
        # Rows of the other side come and go: that changes whose the watched row is.
        yield Source(step.model, {path: rest})
        if before.field.many_to_many and place > 0:
            for through, way in _throughs(step.model):
                yield Source(through, {path: f"{way}__{rest}"})


def _throughs(model: Model) -> Iterator[tuple[Model, str]]:
    """Yield (model of the rows between, its field that leads to the model) of each m2m relation."""
    meta = model._meta
    relations: list[Any] = [field.remote_field for field in meta.many_to_many]
    relations += [each for each in meta.related_objects if each.many_to_many]
    for relation in relations:
        through = relation.through
        for field in through._meta.get_fields():
            if field.many_to_one and issubclass(model, field.related_model):
                yield through, field.name


def _prefixed(way: str, lookups: Mapping[str, str]) -> dict[str, str]:
    return {path: f"{way}__{each}" for path, each in lookups.items()}


def _field(model: Model, name: str) -> Any:
    meta = model._meta
    if name == "pk":
        return meta.pk
    try:
        return meta.get_field(name)
    except FieldDoesNotExist:
        known = [each.name for each in meta.get_fields()]
        raise PathInvalid(f"{_name(model)} has no field {name!r}{near(name, known)}.") from None


def _name(model: Model) -> str:
    return model._meta.object_name or model.__name__
