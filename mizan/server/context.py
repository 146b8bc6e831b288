"""Contexts, as developers declare them (SPEC.md, sections 3, 4 and 7.2).

Invariant: a context is a class that is never instantiated; its name on the wire is fixed when the
class is made.

    class UserContext(Context):
        scope_by = ("user_id",)                       # chooses among more than three candidates
        account_id: int = FromRequest(lambda r: r.user.account_id)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

_word_start = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def wire_name(class_name: str) -> str:
    """Return the wire name of a context class: `ShopCartContext` is `shop_cart` (MZ-NAM-003)."""
    stem = class_name.removesuffix("Context") or class_name
    return _word_start.sub("_", stem).lower()


@dataclass(frozen=True, slots=True)
class Bound:
    """A parameter that the server fills: `get(request)` returns its value, None for none."""

    get: Callable[[Any], Any]


def FromRequest(get: Callable[[Any], Any]) -> Any:  # noqa: N802 (declares, as a class would)
    """Declare a parameter that the server fills from the request, and that is not in the URL.

    `get(request)` returns the value, or None where the request has none (then the instance lacks
    the parameter). The type is the attribute's annotation, else that of the functions' parameter.
    For type checkers it is any value, so that it may be annotated with the value's type.
    """
    return Bound(get)


@dataclass(frozen=True, slots=True)
class By:
    """A context with the parameters that scope it, named by hand: `UserContext.by("user_id")`.

    `paths`: (parameter, dotted path to its value), where existing code says what it affects.
    """

    context: str
    names: tuple[str, ...]
    paths: tuple[tuple[str, str], ...] = ()


def is_context(value: Any) -> bool:
    """Whether a value is a context class."""
    return isinstance(value, type) and issubclass(value, Context)


class Context:
    """The base of contexts: subclass it once for each bundle of reading functions.

    Class attributes: `name` (default: from the class's name), `scope_by` (names of at most three
    scope parameters), `user_scoped` (True, False, or None to infer it, MZ-MAN-003), and any number
    of `FromRequest`.
    """

    name: ClassVar[str] = ""
    scope_by: ClassVar[tuple[str, ...] | None] = None
    user_scoped: ClassVar[bool | None] = None
    bound: ClassVar[dict[str, Bound]] = {}

    def __init_subclass__(cls, **kwargs: object) -> None:
        """Fix the name and collect the bound parameters, inherited ones included."""
        super().__init_subclass__(**kwargs)
        if "name" not in cls.__dict__:
            cls.name = wire_name(cls.__name__)
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Bound)}
        cls.bound = {**cls.bound, **own}

    def __new__(cls) -> Self:
        """Refuse: a context is named, never made."""
        raise TypeError(f"{cls.__name__} is a context: pass the class itself, do not call it.")

    @classmethod
    def by(cls, *names: str, **paths: str) -> By:
        """Return this context scoped by the named parameters; by none: the whole context.

        `paths`, for `@affects` alone: where the value of a parameter is found, as a dotted path
        that begins with an argument: `UserContext.by(user_id="order.customer_id")`.
        """
        return By(cls.name, names, (*sorted(paths.items()),))
