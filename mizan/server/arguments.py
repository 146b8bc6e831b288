"""Arguments of calls: type hints to a validator (SPEC.md, MZ-CALL-001 and section 16).

Invariant: what the caller left out is not passed on, so null and absent stay apart; every refusal
names the argument by a JSON Pointer.
"""

from __future__ import annotations

import datetime as dt
import enum
import inspect
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from inspect import Parameter
from typing import (
    Annotated,
    Any,
    NotRequired,  # pydantic reads these alike on every Python
    get_args,
    get_type_hints,
)

from pydantic import (
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetPydanticSchema,
    TypeAdapter,
    ValidationError,
    WithJsonSchema,
    with_config,
)
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import CoreSchema, SchemaValidator
from typing_extensions import TypedDict

from mizan.errors import JsonError
from mizan.protocol.canonical import canonical_json, canonical_string
from mizan.server.hints import alternatives, bare, is_list
from mizan.server.pieces import Member, Pieces
from mizan.server.pointers import errors_of
from mizan.server.results import Result

_BINARY = {"type": "string", "format": "binary"}
_POSITIONAL = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
_WIRE = frozenset({str, int, float, bool})  # what is its own wire value
_NAMED = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
_CONFIG = ConfigDict(arbitrary_types_allowed=True)  # for files


class ArgumentsInvalid(ValueError):  # noqa: N818 (a state: the arguments are invalid)
    """The arguments are not valid. `errors` lists {"pointer", "code", "detail"} for each."""

    def __init__(self, errors: Sequence[Mapping[str, str]]) -> None:
        self.errors = list(errors)
        super().__init__("; ".join(f"{each['pointer']}: {each['detail']}" for each in self.errors))


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a function: its name, hint, and default (`Parameter.empty`: none)."""

    name: str
    hint: Any
    default: Any

    @property
    def required(self) -> bool:
        """Whether the function has no default for it."""
        return self.default is Parameter.empty


def arguments_of(fn: Callable[..., Any]) -> tuple[tuple[Argument, ...], Any]:
    """Return (arguments without the first, the request; return hint, Any without one).

    Raises TypeError for a signature that cannot be called with named arguments, and whatever
    reading the hints raises (NameError for an unknown name).
    """
    hints = get_type_hints(fn, include_extras=True)
    parameters = list(inspect.signature(fn).parameters.values())
    if not parameters or parameters[0].kind not in _POSITIONAL:
        raise TypeError("its first argument must be the request.")
    for each in parameters[1:]:
        if each.kind not in _NAMED:
            raise TypeError(f"its argument {each} has no name that a client could use.")
    found = tuple(
        Argument(each.name, hints.get(each.name, Any), each.default) for each in parameters[1:]
    )
    return found, hints.get("return", Any)


class Arguments:
    """The validator of a function's arguments.

    `uploads` are the classes of uploaded files, `pieces` what is known of hints. `schema` is the
    core schema of the whole set; `takes_files` says whether an argument is a file, or several.
    """

    def __init__(
        self,
        name: str,
        arguments: Sequence[Argument],
        uploads: tuple[type, ...] = (),
        pieces: Pieces | None = None,
    ) -> None:
        self._pieces = pieces or Pieces()
        self.arguments = tuple(arguments)
        self._title = "".join(part.title() for part in name.replace(".", "_").split("_")) + "Input"
        self._lists = frozenset(each.name for each in arguments if is_list(each.hint))
        hints = {each.name: _with_files(each.hint, uploads) for each in arguments}
        self.takes_files = any(hints[each.name] is not each.hint for each in arguments)
        self._members = {
            each.name: (hints[each.name], each.required, _shown(each, self._pieces))
            for each in arguments
        }
        self.schema = self._read(self._members)

    def without(self, names: Collection[str]) -> CoreSchema:
        """Return the core schema of the arguments but those named."""
        members = {name: each for name, each in self._members.items() if name not in names}
        return self._read(members) if names else self.schema

    def _read(self, members: Mapping[str, Member]) -> CoreSchema:
        kind = type(self._title, (dict,), {"__module__": __name__})
        return self._pieces.closed(kind, members) or _read_together(self._title, members)

    def described(self) -> dict[str, Any]:
        """Return the JSON Schema. Raises what pydantic raises where there is none."""
        return GenerateJsonSchema().generate(self.schema, mode="validation")

    # Made when the function is first called: a server of a thousand starts without any.
    @cached_property
    def _validator(self) -> SchemaValidator:
        return SchemaValidator(self.schema)

    @cached_property
    def _validate(self) -> Callable[[Mapping[str, Any]], Any]:
        return self._validator.validate_python

    def validate(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments as Python values, only those given. Raises ArgumentsInvalid."""
        try:
            return self._validate(given)  # type: ignore[no-any-return] # a TypedDict
        except ValidationError as error:
            return self._validate_as_json(given, error)

    def _validate_as_json(self, given: Mapping[str, Any], error: ValidationError) -> dict[str, Any]:
        """Try again as JSON, where strict types take what only JSON spells as strings."""
        try:
            if not self.takes_files:
                return self._validator.validate_json(canonical_json(given))  # type: ignore[no-any-return]
        except JsonError:  # the values of a Python call
            pass
        except ValidationError as again:
            error = again
        names = [each.name for each in self.arguments]
        raise ArgumentsInvalid(errors_of(error, given, names)) from error

    def pick(self, values: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
        """Return fields or files, each a list, as arguments: the last of a list for one value."""
        return {
            name: list(found) if name in self._lists else found[-1]
            for name, found in values.items()
        }

    def known(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return those of the values that the function takes."""
        return {each.name: given[each.name] for each in self.arguments if each.name in given}


def typed_dict(title: str, members: dict[str, Any]) -> Any:
    """Return a TypedDict that is made at run time."""
    make: Any = TypedDict
    return make(title, members)


def wire_value(value: Any) -> Any:
    """Return a Python value as the JSON value that clients would send, where it has one."""
    if type(value) in _WIRE:
        return value
    if isinstance(value, enum.Enum):
        return wire_value(value.value)
    if isinstance(value, (list, tuple)):
        return [wire_value(each) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted((wire_value(each) for each in value), key=canonical_string)
    if isinstance(value, dt.datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, (dt.date, uuid.UUID)):
        return str(value)
    return format(value, "f") if isinstance(value, Decimal) else value


def _closed(source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
    """Refuse unknown arguments. A configuration that said so would reach types within, too."""
    schema = handler(source)
    own: Any = handler.resolve_ref_schema(schema)
    own["extra_behavior"] = "forbid"
    return schema


def _read_together(title: str, members: Mapping[str, Member]) -> CoreSchema:
    """Return the core schema that pydantic makes of arguments. Raises what it raises."""
    hints = {name: _member(*each) for name, each in members.items()}
    shape = with_config(_CONFIG)(typed_dict(title, hints))
    closed: Any = Annotated[shape, GetPydanticSchema(_closed)]
    adapter: TypeAdapter[Any] = TypeAdapter(closed)
    _ = adapter.validator.validate_python  # raises for types that are not complete
    return adapter.core_schema


def _member(hint: Any, required: bool, shown: Mapping[str, Any]) -> Any:
    if required:
        return hint
    # Of equal hints typing keeps one, be its union in another order; none equals what is annotated.
    extra = Field(json_schema_extra={**shown} or None)
    return NotRequired[Annotated[hint, extra] if shown or get_args(hint) else hint]


def _shown(argument: Argument, pieces: Pieces) -> dict[str, Any]:
    """Return the default for the JSON Schema, where it is a value of the argument's type."""
    if argument.required:
        return {}
    try:
        default = Result(argument.name, argument.hint, pieces=pieces).dump(argument.default)
        canonical_json(default)
    except Exception:  # noqa: BLE001 (a hint is any code; what cannot be shown is not shown)
        return {}
    return {"default": default}


def _with_files(hint: Any, uploads: tuple[type, ...]) -> Any:
    """Return the hint with a JSON Schema for uploaded files, the very same if it has none."""
    for each in alternatives(hint):
        item = bare(get_args(each)[0]) if is_list(each) and get_args(each) else each
        if isinstance(item, type) and issubclass(item, uploads):
            schema = {"type": "array", "items": _BINARY} if item is not each else _BINARY
            return Annotated[hint, WithJsonSchema(schema)]
    return hint
