"""Type hints of context parameters as the protocol's parameter types (SPEC.md, section 5.3).

Invariant: a hint has one parameter type or is refused; nothing is guessed.
"""

from __future__ import annotations

import datetime
import enum
import types
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from mizan.errors import JsonError
from mizan.protocol.canonical import canonical_string

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
_UNIONS = (Union, types.UnionType)


class HintError(TypeError):
    """The hint has no parameter type; the message says which hints have one.

    `code` is `hint`, or `ambiguous` where two types would read alike on the wire.
    """

    def __init__(self, message: str, code: str = "hint") -> None:
        super().__init__(message)
        self.code = code


def parameter_type(hint: object) -> tuple[ParameterType, bool]:
    """Return (ParameterType, nullable) of a hint, or raise HintError."""
    several = alternatives(hint)
    inner = [each for each in several if each is not types.NoneType]
    if len(inner) > 1:
        raise HintError(
            f"{hint} is a union: a parameter has one type (or that and None), "
            "for `5` and `'5'` would be one value on the wire.",
            "ambiguous",
        )
    kind = inner[0] if inner else types.NoneType
    if get_origin(kind) is Literal and None in get_args(kind):
        choices = tuple(each for each in get_args(kind) if each is not None)
        return _choice(kind, choices), True
    return _type(kind), len(inner) < len(several)


def alternatives(hint: object) -> list[object]:
    """Return the members of a union, each bare; of any other hint that hint, bare."""
    if type(hint) is type:  # a plain class, as most hints are
        return [hint]
    hint = bare(hint)
    if get_origin(hint) not in _UNIONS:
        return [hint]
    return [inner for each in get_args(hint) for inner in alternatives(each)]


def bare(hint: object) -> Any:
    """Return the hint without Annotated, `type X = …` aliases and NewType."""
    while True:
        origin = get_origin(hint)
        if origin is Annotated:
            hint = get_args(hint)[0]
        elif hasattr(hint, "__supertype__"):
            hint = hint.__supertype__
        elif _is_alias(origin):
            hint = origin.__value__[get_args(hint)]  # type: ignore[union-attr] # an alias has one
        elif _is_alias(hint):
            hint = hint.__value__  # type: ignore[attr-defined]
        else:
            return hint


def is_list(hint: object) -> bool:
    """Whether one of the hint's alternatives takes several values."""
    return any(get_origin(each) in _LISTS or each in _LISTS for each in alternatives(hint))


def _is_alias(hint: object) -> bool:
    # typing's own class, and that of typing_extensions for older Pythons, share only their name.
    return type(hint).__name__ == "TypeAliasType"


def _type(hint: Any) -> ParameterType:
    if hint in _SCALARS:
        return {"type": _SCALARS[hint]}
    if get_origin(hint) is Literal:
        return _choice(hint, get_args(hint))
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return _choice(hint, [each.value for each in hint])
    if get_origin(hint) in _LISTS:
        return _list(hint)
    name = hint.__name__ if isinstance(hint, type) else hint
    raise HintError(
        f"{name} cannot be a context parameter: use bool, int, float, str, Literal, Enum, UUID, "
        "date, datetime, Decimal, a list of one of these, or one of them with `| None`."
    )


def _choice(hint: object, choices: Sequence[Any]) -> ParameterType:
    if not choices or not all(isinstance(each, _CHOICES) for each in choices):
        raise HintError(f"{hint}: the choices of a context parameter are str, int, float or bool.")
    # A member of an Enum of texts or numbers is one of these, too.
    values = [each.value if isinstance(each, enum.Enum) else each for each in choices]
    try:
        for value in values:
            canonical_string(value)
    except JsonError as error:
        raise HintError(f"{hint}: {error.message}") from error
    return {"type": "choice", "choices": values}


def _list(hint: Any) -> ParameterType:
    items = get_args(hint)
    if get_origin(hint) is tuple:
        if items[1:] != (Ellipsis,):
            raise HintError(f"{hint} has a fixed length: use tuple[X, ...] or list[X].")
        items = items[:1]
    inner, nullable = parameter_type(items[0])
    if nullable or inner["type"] == "list":
        raise HintError(f"{hint}: the items of a list are neither lists nor None.")
    return {"type": "list", "items": inner}
