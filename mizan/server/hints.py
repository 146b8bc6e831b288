"""Type hints of context parameters as the protocol's parameter types (SPEC.md, section 5.3).

Invariant: a hint has one parameter type or is refused; nothing is guessed.
"""

from __future__ import annotations

import datetime
import enum
import types
import uuid
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, get_args, get_origin

ParameterType = dict[str, Any]

_SCALARS: dict[object, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    uuid.UUID: "uuid",
    datetime.date: "date",
    datetime.datetime: "datetime",
    Decimal: "decimal",
}
_LISTS = (list, tuple, set, frozenset)
_CHOICES = (bool, int, float, str)


class HintError(TypeError):
    """The hint has no parameter type; the message says which hints have one."""


def parameter_type(hint: object) -> tuple[ParameterType, bool]:
    """Return (ParameterType, nullable) of a hint, or raise HintError."""
    hint = _bare(hint)
    if get_origin(hint) in (Union, types.UnionType):
        return _optional(hint)
    return _type(hint), False


def _bare(hint: object) -> object:
    """Return the hint without Annotated, aliases and NewType."""
    while True:
        if get_origin(hint) is Annotated:
            hint = get_args(hint)[0]
        elif hasattr(hint, "__supertype__"):
            hint = hint.__supertype__
        else:
            return hint


def _optional(hint: object) -> tuple[ParameterType, bool]:
    inner = [each for each in get_args(hint) if each is not types.NoneType]
    if len(inner) != 1 or len(inner) == len(get_args(hint)):
        raise HintError(
            f"{hint} is a union: a parameter has one type (or that and None), "
            "for `5` and `'5'` would be one value on the wire."
        )
    return _type(_bare(inner[0])), True


def _type(hint: object) -> ParameterType:
    if hint in _SCALARS:
        return {"type": _SCALARS[hint]}
    if get_origin(hint) is Literal:
        return _choice(hint, get_args(hint))
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return _choice(hint, tuple(member.value for member in hint))
    if get_origin(hint) in _LISTS:
        return _list(hint)
    raise HintError(
        f"{hint!r} cannot be a context parameter: use bool, int, float, str, Literal, Enum, UUID, "
        "date, datetime, Decimal, a list of one of these, or one of them with `| None`."
    )


def _choice(hint: object, values: tuple[Any, ...]) -> ParameterType:
    if not all(isinstance(value, _CHOICES) for value in values):
        raise HintError(
            f"{hint!r}: the choices of a context parameter are str, int, float or bool."
        )
    plain = [value.value if isinstance(value, enum.Enum) else value for value in values]
    return {"type": "choice", "values": plain}


def _list(hint: object) -> ParameterType:
    items = [each for each in get_args(hint) if each is not Ellipsis]
    if len(items) != 1:
        raise HintError(f"{hint!r}: a list has one type of items.")
    inner = _type(_bare(items[0]))
    if inner["type"] == "list":
        raise HintError(f"{hint!r}: the items of a list are not lists.")
    return {"type": "list", "items": inner}
