"""The named schemas of an OpenAPI document: the application's, the protocol's, ours.

The protocol's are those of `schema/v1`, so that there is no second description of them.

Invariant: every reference leads to a schema of the document, and no two schemas share a name: what
the application calls its models stays, and another of that name gets a longer one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from mizan.resources import schema_dir

Schema = dict[str, Any]
_HERE: Final = "#/components/schemas/"
_LOCAL: Final = "#/$defs/"
# What is the protocol's begins so.
_PREFIX: Final = "Mizan"


class Components:
    """The schemas of one document. `definitions` are the `$defs` of a client schema."""

    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self._names = {f"{_LOCAL}{name}": f"{_HERE}{name}" for name in definitions}
        self._schemas = {name: self.own(each) for name, each in definitions.items()}
        self._protocol: dict[tuple[str, str], Schema] = {}

    def add(self, name: str, schema: Schema) -> Schema:
        """Return a reference to a schema, which gets this name or, where another has it, a longer
        one."""
        while self._schemas.setdefault(name, schema) != schema:
            name += "_"
        return {"$ref": f"{_HERE}{name}"}

    def own(self, schema: Any) -> Any:
        """Return a schema of the client schema with the references that it has here."""
        if isinstance(schema, Mapping):
            return {name: self.own(each) for name, each in schema.items()}
        if isinstance(schema, list):
            return [self.own(each) for each in schema]
        return self._names.get(schema, schema) if isinstance(schema, str) else schema

    def protocol(self, kind: str, name: str = "") -> Schema:
        """Return a reference to the schema of a kind of document (`error`), or to a definition
        (`Target` of `common`) in it."""
        known = self._protocol.get((kind, name))
        if known is None:
            whole = _read(kind)
            found = whole["$defs"][name] if name else _bare(whole)
            title = name or found["title"].title().replace(" ", "")
            # No schema of the protocol contains itself, so what it refers to may come first.
            known = self.add(f"{_PREFIX}{title}", self._referring(kind, found))
            self._protocol[kind, name] = known
        return known

    def all(self) -> dict[str, Schema]:
        """Return the schemas in order of name."""
        return dict(sorted(self._schemas.items()))

    def _referring(self, kind: str, place: Any) -> Any:
        if isinstance(place, list):
            return [self._referring(kind, each) for each in place]
        if not isinstance(place, dict):
            return place
        found = {name: self._referring(kind, each) for name, each in place.items()}
        if isinstance(found.get("$ref"), str):
            file, _, name = found["$ref"].partition("#/$defs/")
            found |= self.protocol(file.removesuffix(".schema.json") or kind, name)
        return found


@cache
def _read(kind: str) -> Schema:
    path = schema_dir() / "v1" / f"{kind}.schema.json"
    schema: Schema = json.loads(path.read_text("utf-8"))
    return schema


def _bare(schema: Schema) -> Schema:
    """Return a whole schema without what it says of itself as a file, and without definitions."""
    return {name: each for name, each in schema.items() if not name.startswith("$")}
