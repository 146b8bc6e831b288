"""Where a declared type holds floats, known from its core schema (SPEC.md, MZ-JCS-003).

Canonical text needs every float of a result looked at. pydantic's serializers write what a type
says or fail; so of a result that was dumped only the places of floats need a look, and those of
many rows are looked at together.

Invariant: of a type that may hold more than is known here nothing is said, and nothing of one that
has a function or a generator run when it is dumped (`results.py` counts on that).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any

from mizan.protocol.values import MAX_DEPTH

Find = Callable[[Any], list[float]]
"""From a dumped result to its floats."""
# From the dumped values of one place to the floats within them; None where there are none.
_Gather = Callable[[list[Any]], list[float]] | None
_Schema = Mapping[str, Any]

# What is dumped as text, an integer, a truth value or null.
_FLAT = frozenset({"bool", "date", "datetime", "decimal", "int", "none", "str", "time", "uuid"})
# What passes a value on as its inner type dumps it.
_THROUGH = frozenset({"default", "function-after", "function-before", "function-wrap", "model"})
# Of other settings some change how values are dumped.
_SETTINGS = frozenset(
    {"extra_fields_behavior", "from_attributes", "frozen", "revalidate_instances", "strict"}
    | {"title", "validate_by_alias", "validate_by_name", "validate_default"}
)
_CONSTANTS = frozenset({str, int, bool, type(None)})


class _UnknownError(Exception):
    """A type may hold floats elsewhere than is known."""


def finder(schema: _Schema) -> Find | None:
    """Return what finds the floats of results of a type, None where its schema does not tell."""
    try:
        gather = _Places().of(schema, MAX_DEPTH)
    except _UnknownError:
        return None
    return (lambda value: gather([value])) if gather else lambda _: []


class _Places:
    """Reads a schema with its definitions."""

    def __init__(self) -> None:
        self._definitions: dict[str, _Schema] = {}

    def of(self, schema: _Schema, room: int) -> _Gather:
        """Return what gathers floats; `room`: how deep the schema may still nest."""
        kind = schema["type"]
        if not room or "serialization" in schema or _has_more(schema):
            raise _UnknownError
        if kind in _FLAT:
            return None
        if kind in _THROUGH and not schema.get("root_model"):
            return self.of(schema["schema"], room - 1)
        read = _READ.get(kind)
        if read is None:
            raise _UnknownError
        return read(self, schema, room - 1)

    def definitions(self, schema: _Schema, room: int) -> _Gather:
        self._definitions |= {each["ref"]: each for each in schema["definitions"]}
        return self.of(schema["schema"], room)

    def reference(self, schema: _Schema, room: int) -> _Gather:
        # Within itself it is not to be found: how deep it nests is not known.
        definition = self._definitions.pop(schema["schema_ref"], None)
        if definition is None:
            raise _UnknownError
        found = self.of(definition, room)
        self._definitions[schema["schema_ref"]] = definition
        return found

    def constants(self, schema: _Schema, room: int) -> _Gather:  # noqa: ARG002 (one signature)
        members = schema.get("expected") or [each.value for each in schema["members"]]
        kinds = set(map(type, members))
        if not kinds <= _CONSTANTS:
            raise _UnknownError
        return _floats if bool in kinds else None  # for pydantic 1.0 is True

    def nullable(self, schema: _Schema, room: int) -> _Gather:
        return self.of(schema["schema"], room)

    def items(self, schema: _Schema, room: int) -> _Gather:
        return _within(self.of(schema.get("items_schema", _ANY), room))

    def row(self, schema: _Schema, room: int) -> _Gather:
        return _within(self._any_of(schema["items_schema"], room))

    def choices(self, schema: _Schema, room: int) -> _Gather:
        # With a label a choice is a tuple.
        branches = [each[0] if type(each) is tuple else each for each in schema["choices"]]
        return self._any_of(branches, room)

    def _any_of(self, schemas: list[_Schema], room: int) -> _Gather:
        """Return what gathers floats of values of which each is of one of several types."""
        found = {self.of(each, room) for each in schemas}
        if not found <= {None, _floats}:
            raise _UnknownError  # which of them a value is does not show
        return _floats if _floats in found else None

    def values(self, schema: _Schema, room: int) -> _Gather:
        if "serialization" in schema.get("keys_schema", _ANY):
            raise _UnknownError
        inner = self.of(schema.get("values_schema", _ANY), room)
        return _within(inner, dict.values)

    def fields(self, schema: _Schema, room: int) -> _Gather:
        fields = schema["fields"]
        named = fields.items() if isinstance(fields, dict) else [(f["name"], f) for f in fields]
        if any("serialization_exclude_if" in field for _, field in named):
            raise _UnknownError
        found = [
            (field.get("serialization_alias") or name, self.of(field["schema"], room))
            for name, field in named
        ]
        plain = [name for name, gather in found if gather is _floats]
        places = [(name, gather) for name, gather in found if gather and gather is not _floats]

        def gather(values: list[Any]) -> list[float]:
            values = list(filter(None, values))
            floats = [
                value for name in plain for each in values if type(value := each.get(name)) is float
            ]
            for name, inner in places:
                floats += inner([each[name] for each in values if name in each])
            return floats

        return gather if plain or places else None


def _has_more(schema: _Schema) -> bool:
    """Whether more is dumped than its fields say, or otherwise."""
    config = schema.get("config", {})
    extra = schema.get("extra_behavior") or config.get("extra_fields_behavior")
    return extra == "allow" or bool(schema.get("computed_fields")) or not config.keys() <= _SETTINGS


def _within(gather: _Gather, parts: Callable[[Any], Iterable[Any]] = iter) -> _Gather:
    """Return what gathers from the parts of values. None may stand for any: pydantic lets it."""
    flat = chain.from_iterable
    return gather and (lambda values: gather(list(flat(map(parts, filter(None, values))))))


def _floats(values: list[Any]) -> list[float]:
    return [each for each in values if type(each) is float]


_ANY = {"type": "any"}
_READ: dict[str, Callable[[_Places, _Schema, int], _Gather]] = {
    "dataclass": lambda places, schema, room: places.of(schema["schema"], room),
    "dataclass-args": _Places.fields,
    "definition-ref": _Places.reference,
    "definitions": _Places.definitions,
    "dict": _Places.values,
    "enum": _Places.constants,
    "float": lambda places, schema, room: _floats,  # noqa: ARG005 (one signature)
    "list": _Places.items,
    "literal": _Places.constants,
    "model-fields": _Places.fields,
    "nullable": _Places.nullable,
    "tuple": _Places.row,
    "typed-dict": _Places.fields,
    "union": _Places.choices,
}
