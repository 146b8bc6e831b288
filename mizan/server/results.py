"""Results: what a function returned, shaped as it declares, as canonical JSON (MZ-DOC-004).

Invariant: what goes out has been validated against the declared return type; a result that does not
fit is the server's fault (500), never silently passed on.
"""

from __future__ import annotations

import datetime
import enum
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import cached_property, partial
from itertools import repeat
from typing import Any, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import (
    PydanticSerializationError,
    SchemaSerializer,
    SchemaValidator,
    core_schema,
)

from mizan.errors import JsonError
from mizan.protocol.canonical import canonical_json, canonical_string
from mizan.server.floats import Find, finder
from mizan.server.pieces import VALUES_IN_SCHEMAS, Pieces

Plain = Callable[[Any], Any]
Adapt = Callable[[dict[str, Any], Plain], dict[str, Any]]

_CONFIG = core_schema.CoreConfig(ser_json_inf_nan="constants")  # NaN is refused, not made null
_VALUES = (
    str,
    int,
    float,
    bool,
    type(None),
    BaseModel,
    Decimal,
    datetime.date,
    datetime.time,
    datetime.timedelta,
    uuid.UUID,
    enum.Enum,
)


class ResultInvalid(TypeError):  # noqa: N818 (a state: the result is invalid)
    """A function returned something else than it declares; the message says what and where."""


def _same(value: Any) -> Any:
    return value


class Result:
    """The shaper of the results of the function `name`.

    `hint` is the return annotation, Any without one. `plain` turns a framework's own sequences (a
    manager of rows) into lists and its own texts (a translation to come) into str; it returns
    anything else as it is. `pieces` are what is known of hints; `schema` is the core schema.
    """

    def __init__(
        self, name: str, hint: Any, plain: Plain = _same, pieces: Pieces | None = None
    ) -> None:
        self.name = name
        self.hint = hint
        self._plain = plain
        self.schema = (pieces or Pieces()).adapter(hint).core_schema
        if not isinstance(self.schema, dict):
            _ = self._validate  # raises: a type is not complete

    def described(self) -> dict[str, Any]:
        """Return the JSON Schema. Raises what pydantic raises where there is none."""
        return GenerateJsonSchema().generate(self.schema, mode="serialization")

    # Made when the function first answers: a server of a thousand starts without any.
    @cached_property
    def _adapted(self) -> Any:
        return _adapted(self.schema, self._plain, _ADAPT)

    @cached_property
    def _validate(self) -> Callable[..., Any]:
        # Validators that pydantic made before know nothing of what was adapted.
        return SchemaValidator(self._adapted, _use_prebuilt=False).validate_python

    @cached_property
    def _exact(self) -> type | None:
        return _never_validated_again(self._adapted)

    @cached_property
    def _floats(self) -> Find | None:
        return finder(self.schema)

    @cached_property
    def _dump(self) -> Callable[[Any], Any]:
        """What dumps a value; it may give `_OTHER` for one that is not exactly as declared.

        To be told of those by an error costs every dump four changes of the interpreter's lock
        (pydantic-core reads "error" as a bool first), for which eight busy threads queue. A union
        is strict without; but it forgets what is raised within, and what is dumped anew must be as
        it was. So nothing may run, no generator and no function: where all places of floats are
        known, none does.
        """
        if self._floats is None:
            return self._dump_other
        return self._dumper(core_schema.union_schema([self._adapted, _OTHERWISE]), warnings=False)

    @cached_property
    def _dump_other(self) -> Callable[[Any], Any]:
        """What dumps an instance of a subclass, too, and raises for any other."""
        return self._dumper(self._adapted, warnings="error")

    def _dumper(self, schema: Any, warnings: Any) -> Callable[[Any], Any]:
        return partial(
            SchemaSerializer(schema, _CONFIG, _use_prebuilt=False).to_python,
            mode="json",
            by_alias=True,
            warnings=warnings,
            fallback=self._fallback,
        )

    def shape(self, value: Any) -> Any:
        """Return the value as the declared type. Raises ResultInvalid."""
        given = self._plain(value)
        try:
            return self._validate(given, from_attributes=True, by_alias=True, by_name=True)
        except ValidationError:
            pass
        try:
            return self._lenient(given, from_attributes=True, by_alias=True, by_name=True)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False)[0]
            place = "".join(f"/{step}" for step in first["loc"]) or "the whole"
            raise self._invalid(value, f"{place}: {first['msg']}") from error

    @cached_property
    def _lenient(self) -> Callable[..., Any]:
        """What validates where texts are not of type str; it is slow, and such texts are rare."""
        adapt = {**_ADAPT, "str": _before_plain}
        schema = _adapted(self.schema, self._plain, adapt)
        return SchemaValidator(schema, _use_prebuilt=False).validate_python

    def _fallback(self, value: Any) -> Any:
        """Return a value that JSON does not know as one that it does, where a type says nothing."""
        plain = self._plain(value)
        if plain is value:
            raise PydanticSerializationError(f"Unable to serialize unknown type: {type(value)}")
        return plain

    def dump(self, value: Any) -> Any:
        """Return a function's result as JSON-compatible Python. Raises ResultInvalid."""
        return self._dumped(value)[0]

    def text(self, value: Any) -> str:
        """Return a function's result as canonical JSON text. Raises ResultInvalid."""
        dumped, floats = self._dumped(value)
        try:
            return canonical_json(dumped, floats=floats)
        except JsonError as error:
            raise self._invalid(value, str(error)) from error

    def _dumped(self, value: Any) -> tuple[Any, Find | None]:
        """Return (a result as JSON-compatible Python, what finds its floats, where that is known).
        Raises ResultInvalid."""
        shaped = value if type(value) is self._exact else self.shape(value)
        try:
            dumped = self._dump(shaped)
            if dumped is _OTHER:  # floats may stand anywhere: pydantic takes any for a literal
                return self._dump_other(shaped), None
        except PydanticSerializationError as error:
            raise self._invalid(value, str(error)) from error
        return dumped, self._floats

    def _invalid(self, value: Any, why: str) -> ResultInvalid:
        plain = isinstance(self.hint, type) and get_origin(self.hint) is None
        declared = self.hint.__name__ if plain else str(self.hint).replace("typing.", "")
        what = f"{self.name} declares {declared} and gave {type(value).__name__}"
        return ResultInvalid(f"{what}: {why.rstrip('.')}.")


def _never_validated_again(schema: Mapping[str, Any]) -> type | None:
    """Return the model of a core schema if its instances pass as they are, else None."""
    config = schema.get("config", {})
    again = schema.get("revalidate_instances", config.get("revalidate_instances", "never"))
    return schema["cls"] if schema["type"] == "model" and again == "never" else None


def may_block(value: Any) -> bool:
    """Whether shaping a value may block, for it is not data through and through.

    A queryset or a row may ask the database when it is read; what is not known may, too.
    """
    if isinstance(value, _VALUES):
        return False
    if isinstance(value, (list, tuple, set, frozenset)):
        return any(map(may_block, value))
    if isinstance(value, dict):
        return any(map(may_block, value.values()))
    return not is_dataclass(value) or any(may_block(getattr(value, f.name)) for f in fields(value))


def _adapted(schema: Any, plain: Plain, table: Mapping[str, Adapt]) -> Any:
    """Return a core schema that reads rows as records and managers as lists at any depth, and
    writes sets in order, so that equal results are equal bytes."""
    if isinstance(schema, (list, tuple)):
        return type(schema)(_adapted(each, plain, table) for each in schema)
    if not isinstance(schema, dict):
        return schema
    # Without a type it is a table of fields, and any name may stand in it.
    kind = schema.get("type")
    values = VALUES_IN_SCHEMAS if isinstance(kind, str) else ()
    adapted = {
        name: each if name in values else _adapted(each, plain, table)
        for name, each in schema.items()
    }
    adapt = table.get(str(kind))
    return adapt(adapted, plain) if adapt else adapted


def _before_plain(schema: dict[str, Any], plain: Plain) -> dict[str, Any]:
    return _before(plain, schema)


def _set(schema: dict[str, Any], plain: Plain) -> dict[str, Any]:
    schema.setdefault("serialization", _IN_ORDER)
    return _before(plain, schema)


def _dataclass(schema: dict[str, Any], _: Plain) -> dict[str, Any]:
    return _before(_record(schema["fields"], schema["cls"]), schema)


def _typed_dict(schema: dict[str, Any], _: Plain) -> dict[str, Any]:
    return _before(_record(schema["fields"], dict), schema)


def _before(read: Plain, schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that applies a function first; others refer to it by the same name."""
    ref = schema.pop("ref", None)
    return dict(core_schema.no_info_before_validator_function(read, schema, ref=ref))


def _in_order(value: Any, dump: Plain) -> list[Any]:
    return sorted(dump(value), key=canonical_string)


def _record(names: Iterable[str], kind: type) -> Plain:
    """Return what reads an object's attributes into a dict, for types that are made of dicts."""

    def read(value: Any) -> Any:
        if isinstance(value, (kind, Mapping, type)) or not hasattr(value, "__dict__"):
            return value
        return {name: getattr(value, name) for name in names if hasattr(value, name)}

    return read


_ADAPT: dict[str, Adapt] = {
    "list": _before_plain,
    "tuple": _before_plain,
    "set": _set,
    "frozenset": _set,
    "dataclass": _dataclass,
    "typed-dict": _typed_dict,
}
_OTHER = uuid.uuid4().hex
_OTHERWISE = core_schema.any_schema(
    # `next(repeat(_OTHER), value)`: nothing of it is Python, which a signal could interrupt.
    serialization=core_schema.plain_serializer_function_ser_schema(partial(next, repeat(_OTHER)))
)
_IN_ORDER = core_schema.wrap_serializer_function_ser_schema(_in_order)
