"""`@client`: what a developer says of a server function (SPEC.md, sections 3 and 7).

Invariant: decorating only records. Whatever is wrong is found when the registry freezes, all of it
at once, with file and line.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeAlias, TypeVar

from asgiref.sync import markcoroutinefunction

from mizan.server.context import By, Context

if TYPE_CHECKING:
    from mizan.server.app_errors import AppError
    from mizan.server.registry import Registry

P = ParamSpec("P")
R = TypeVar("R")

Permission: TypeAlias = str | Callable[[Any], bool | Awaitable[bool]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The arguments of `@client`, as given; its documentation is that of `client`."""

    name: str | None = None
    context: type[Context] | str | None = None
    affects: tuple[Any, ...] = ()
    private: bool = False
    route: str | None = None
    methods: tuple[str, ...] | None = None
    rev: int = 0
    cache: bool | int = True
    user_scoped: bool | None = None
    atomic: bool | None = None
    login_required: bool = False
    permission: Permission | None = None
    errors: tuple[type[AppError], ...] = ()
    deprecated: str | None = None

    @classmethod
    def of(cls, given: dict[str, Any]) -> Options:
        """Return the options of a call of `client`. Raises TypeError for one that there is not."""
        for name in given:
            if name not in _NAMES:
                raise TypeError(f"@client has no option {name!r}{near(name, _NAMES)}.")
        listed = {name: _listed(given[name]) for name in _LISTS if given.get(name) is not None}
        return cls(**given | listed)

    @property
    def guarded(self) -> bool:
        """Whether the function needs a login or a permission."""
        return self.login_required or self.permission is not None


_NAMES = tuple(each.name for each in fields(Options))
_LISTS = ("affects", "errors", "methods")


class ClientFunction(Generic[P, R]):
    """A declared function. Calling it from Python validates, runs and reports as over HTTP does.

    `fn` is the function itself, `options` what was declared, `name` its name on the wire, `where`
    its file and line. Raises TypeError for what is no function.
    """

    def __init__(self, fn: Callable[P, R], options: Options, registry: Registry) -> None:
        if not inspect.isfunction(inspect.unwrap(fn)):
            raise TypeError(f"@client declares a function, not {fn!r}.")
        functools.update_wrapper(self, fn)
        self.fn = fn
        self.options = options
        self.name = options.name or fn.__name__
        self.is_async = inspect.iscoroutinefunction(fn)
        self.where = where(fn)
        self._registry = registry
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Validate the arguments, run the function, and report its targets (MZ-SCO-006).

        Returns what the function returns, or its coroutine. Raises ArgumentsInvalid, and whatever
        the function raises.
        """
        result: R = self._registry.call_directly(self, args, kwargs)
        return result

    def __repr__(self) -> str:
        """Return a text that names the function and its place."""
        return f"<client function {self.name} at {self.where}>"


Affected: TypeAlias = type[Context] | By | ClientFunction[..., Any] | str
"""What a mutation can make stale: a context, one scoped by hand, a reading function, a name."""


def where(fn: Callable[..., Any]) -> str:
    """Return `file:line` of a function, for messages."""
    code = inspect.unwrap(fn).__code__
    return f"{code.co_filename}:{code.co_firstlineno}"


def near(name: str, known: Iterable[str]) -> str:
    """Return the end of a message on a wrong name: the closest right one, and the others unless
    they are too many to read."""
    names = sorted({*known})
    close = get_close_matches(name, names, n=1)
    hint = f"; did you mean {close[0]!r}? There" if close else "; there"
    more = f", and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{hint} are: {', '.join(names[:_SHOWN]) or 'none'}{more}"


_SHOWN = 24


def _listed(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)
