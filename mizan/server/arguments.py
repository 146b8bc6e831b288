"""Arguments of calls: type hints to a validator (SPEC.md, MZ-CALL-001 and section 16).

Invariant: what the caller left out is not passed on, so null and absent stay apart; every refusal
names the argument by a JSON Pointer.
"""

from __future__ import annotations

import datetime as dt
import enum
import inspect
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import (
    Annotated,
    Any,
    NotRequired,  # pydantic reads these alike on every Python
    get_type_hints,
)

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, WithJsonSchema, with_config
from typing_extensions import TypedDict

from mizan.compat import escape

_BINARY = {"type": "string", "format": "binary"}


class ArgumentsInvalid(ValueError):
    """The arguments are not valid. `errors` lists {"pointer", "code", "detail"} for each."""

    def __init__(self, errors: Sequence[Mapping[str, str]]) -> None:
        self.errors = list(errors)
        super().__init__("; ".join(f"{each['pointer']}: {each['detail']}" for each in self.errors))


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a function: its name, hint, and default (`inspect.Parameter.empty`: none)."""

    name: str
    hint: Any
    default: Any

    @property
    def required(self) -> bool:
        """Whether the function has no default for it."""
        return self.default is inspect.Parameter.empty


def arguments_of(fn: Callable[..., Any]) -> tuple[tuple[Argument, ...], Any]:
    """Return (arguments without the first, the request; return hint, or `empty`).

    Raises NameError for a hint that cannot be resolved, and TypeError for a signature that cannot
    be called with named arguments.
    """
    hints = get_type_hints(fn, include_extras=True)
    parameters = list(inspect.signature(fn).parameters.values())
    if not parameters or parameters[0].kind in (
        inspect.Parameter.KEYWORD_ONLY,
        inspect.Parameter.VAR_KEYWORD,
    ):
        raise TypeError("its first argument must be the request.")
    found = []
    for each in parameters[1:]:
        if each.kind in (
            inspect.Parameter.VAR_POSITIONAL,
            inspect.Parameter.VAR_KEYWORD,
            inspect.Parameter.POSITIONAL_ONLY,
        ):
            raise TypeError(f"its argument {each} has no name that a client could use.")
        found.append(Argument(each.name, hints.get(each.name, Any), each.default))
    return tuple(found), hints.get("return", inspect.Signature.empty)


class Arguments:
    """The validator of a function's arguments.

    `adapter` is the pydantic TypeAdapter of the whole set, for the JSON Schema.
    """

    def __init__(
        self, name: str, arguments: Sequence[Argument], uploads: tuple[type, ...] = ()
    ) -> None:
        self.arguments = tuple(arguments)
        self.uploads = tuple(each.name for each in arguments if _is_upload(each.hint, uploads))
        members = {each.name: _member(each, each.name in self.uploads) for each in arguments}
        shape = TypedDict(_title(name), members)  # type: ignore[operator] # made at run time
        config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
        self.adapter: TypeAdapter[dict[str, Any]] = TypeAdapter(with_config(config)(shape))
        self._validate = self.adapter.validator.validate_python

    def validate(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments as Python values, only those given. Raises ArgumentsInvalid."""
        try:
            return self._validate(given)  # type: ignore[no-any-return] # a TypedDict
        except ValidationError as error:
            raise ArgumentsInvalid(errors_of(error, given)) from error

    def known(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return those of the values that the function takes."""
        return {each.name: given[each.name] for each in self.arguments if each.name in given}

    def from_call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return the named arguments of a Python call. Raises TypeError as a call would."""
        if len(args) > len(self.arguments):
            raise TypeError(f"takes {len(self.arguments)} arguments, {len(args)} were given.")
        named = {each.name: value for each, value in zip(self.arguments, args, strict=False)}
        twice = sorted(named.keys() & kwargs.keys())
        if twice:
            raise TypeError(f"got {twice[0]} twice.")
        return named | kwargs


def wire_value(value: Any) -> Any:
    """Return a Python value as the JSON value that clients would send, where it has one."""
    if isinstance(value, enum.Enum):
        return wire_value(value.value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [wire_value(each) for each in value]
    if isinstance(value, dt.datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, (dt.date, uuid.UUID)):
        return str(value)
    return format(value, "f") if isinstance(value, Decimal) else value


def errors_of(error: ValidationError, given: object) -> list[dict[str, str]]:
    """Return a pydantic error as problem-document errors; `given` is the value refused."""
    return [
        {"pointer": _pointer(each["loc"], given), "code": each["type"], "detail": _detail(each)}
        for each in error.errors(include_url=False, include_context=False)
    ]


def _pointer(location: tuple[int | str, ...], given: object) -> str:
    """Return the JSON Pointer of a location; steps that are no step into the value (the branch of
    a union) are left out, the last one of a missing member is kept."""
    pointer, place = "", given
    for step in location:
        if isinstance(place, Mapping) and (step in place or step == location[-1]):
            place = place.get(step)
        elif isinstance(place, (list, tuple)) and isinstance(step, int) and step < len(place):
            place = place[step]
        else:
            continue
        pointer += "/" + escape(str(step))
    return pointer


def _detail(error: Mapping[str, Any]) -> str:
    return f"{error['msg']}."


def _member(argument: Argument, upload: bool) -> Any:
    hint = Annotated[argument.hint, WithJsonSchema(_BINARY)] if upload else argument.hint
    if argument.required:
        return hint
    shown = (
        Field(json_schema_extra={"default": argument.default})
        if _is_plain(argument.default)
        else Field()
    )
    return NotRequired[Annotated[hint, shown]]


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, (bool, int, float, str))


def _is_upload(hint: object, uploads: tuple[type, ...]) -> bool:
    return isinstance(hint, type) and issubclass(hint, uploads)


def _title(name: str) -> str:
    return "".join(part.title() for part in name.replace(".", "_").split("_")) + "Input"
