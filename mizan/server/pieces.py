"""Core schemas of type hints, each made once however many functions use it.

Most of the time that a server of many functions takes to start is pydantic's, which reads every
hint of every function anew; yet most functions take an `int` and return a model that others return.

Invariant: what is put together of pieces is what pydantic makes of the whole; where that is not
certain nothing is put together.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import PydanticUserError, TypeAdapter
from pydantic_core import CoreSchema, core_schema

_COLLECTIONS = frozenset({dict, frozenset, list, set, tuple, Union, types.UnionType})
_SHARED = frozenset({"definitions", "definition-ref"})
# Members of a core schema that hold values, which may look like schemas.
VALUES_IN_SCHEMAS = frozenset({"config", "default", "expected", "metadata", "serialization"})

Member = tuple[Any, bool, Mapping[str, Any]]
"""Hint, whether it is required, and what its JSON Schema says besides."""


class Pieces:
    """The core schemas of the hints that were asked for."""

    def __init__(self) -> None:
        # With the hint, which lives as long, so that none has the identity of another.
        self._adapters: dict[Any, tuple[Any, TypeAdapter[Any]]] = {}
        self._fields: dict[Any, core_schema.TypedDictField] = {}
        self._names: dict[int, frozenset[str] | None] = {}

    def adapter(self, hint: Any) -> TypeAdapter[Any]:
        """Return the adapter of a hint. Raises what pydantic raises for one it cannot read."""
        key = _key(hint)
        if key is None:
            return TypeAdapter(hint)
        known = self._adapters.get(key)
        if known is None:
            known = self._adapters[key] = hint, TypeAdapter(hint)
        return known[1]

    def closed(self, kind: type, members: Mapping[str, Member]) -> CoreSchema | None:
        """Return the core schema of a dict of just these members, which is called as `kind` is;
        None where pydantic has to see them together."""
        fields: dict[str, core_schema.TypedDictField] = {}
        names: set[str] = set()
        for name, (hint, required, shown) in members.items():
            schema = self._piece(hint, names)
            if schema is None:
                return None
            fields[name] = self._field(schema, required, shown)
        return core_schema.typed_dict_schema(
            fields,
            cls=kind,
            computed_fields=[],
            extra_behavior="forbid",
            ref=f"{kind.__module__}.{kind.__qualname__}:{id(kind)}",
            config={"title": kind.__name__},
        )

    def _field(
        self, schema: CoreSchema, required: bool, shown: Mapping[str, Any]
    ) -> core_schema.TypedDictField:
        """Return the same for the same, by which others know it again."""
        key = id(schema), required, repr(shown)
        if key not in self._fields:
            metadata: dict[str, Any] = {"pydantic_js_extra": {**shown}} if shown else {}
            field = core_schema.typed_dict_field(schema, required=required, metadata=metadata)
            self._fields[key] = field
        return self._fields[key]

    def _piece(self, hint: Any, names: set[str]) -> CoreSchema | None:
        """Return the core schema of a hint and add the names in it, of which no two may be the
        same: the definition of a type that is used twice stands apart."""
        if _key(hint) is None:
            return None
        try:
            schema = self.adapter(hint).core_schema
        except PydanticUserError:  # it may be readable together with a configuration
            return None
        own = self._names_in(schema)
        if own is None or not names.isdisjoint(own):
            return None
        names |= own
        return schema

    def _names_in(self, schema: Any) -> frozenset[str] | None:
        """Return the names that a core schema of ours gives to types, None if it refers to any."""
        if id(schema) not in self._names:
            found: set[str] = set()
            # What is no dict stands for the schema of a type that is not complete yet.
            complete = isinstance(schema, dict) and _collect(schema, found)
            self._names[id(schema)] = frozenset(found) if complete else None
        return self._names[id(schema)]


def _key(hint: Any) -> Any:
    """Return what two hints share only if they are one; None for a hint of which that is not known.

    Equality says too little: a union equals the same in another order, and a class says what it
    likes.
    """
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return (Literal, *((type(each), each) for each in args))
    if origin in _COLLECTIONS and args:
        keys = [_key(each) for each in args]
        return None if None in keys else (origin, *keys)
    return id(hint) if origin is None and (isinstance(hint, type) or hint is Ellipsis) else None


def _collect(schema: Any, names: set[str]) -> bool:
    """Add the names that are in a core schema. Returns False where it refers to one."""
    if isinstance(schema, (list, tuple)):
        return all(_collect(each, names) for each in schema)
    if not isinstance(schema, dict):
        return True
    kind = schema.get("type")  # without a type it is a table of fields, with any names
    if not isinstance(kind, str):
        return all(_collect(each, names) for each in schema.values())
    if kind in _SHARED:
        return False
    if "ref" in schema:
        names.add(schema["ref"])
    return all(
        _collect(each, names) for name, each in schema.items() if name not in VALUES_IN_SCHEMAS
    )
