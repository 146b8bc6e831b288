"""`@client`: what a developer says of a server function (SPEC.md, sections 3 and 7).

Invariant: decorating only records. Whatever is wrong is found when the registry freezes, all of it
at once, with file and line.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mizan.server.context import Context

if TYPE_CHECKING:
    from mizan.server.registry import Registry

Permission = str | Callable[[Any], bool]


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
    atomic: bool | None = None
    login_required: bool = False
    permission: Permission | None = None
    errors: tuple[type[Exception], ...] = ()
    deprecated: str | None = None
    user_scoped: bool | None = None

    @property
    def guarded(self) -> bool:
        """Whether the function needs a login or a permission."""
        return self.login_required or self.permission is not None


class ClientFunction:
    """A declared function. Calling it from Python validates, runs and reports as over HTTP does.

    `fn` is the function itself, `options` what was declared, `name` its name on the wire, `where`
    its file and line.
    """

    def __init__(self, fn: Callable[..., Any], options: Options, registry: Registry) -> None:
        functools.update_wrapper(self, fn)
        self.fn = fn
        self.options = options
        self.name = options.name or fn.__name__
        self.is_async = inspect.iscoroutinefunction(fn)
        self.where = where(fn)
        self._registry = registry

    def __call__(self, request: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Validate the arguments, run the function, and report its targets (MZ-SCO-006).

        Returns what the function returns, or its coroutine. Raises ArgumentsInvalid, and whatever
        the function raises.
        """
        return self._registry.call_directly(self, request, args, kwargs)

    def __repr__(self) -> str:
        """Return a text that names the function and its place."""
        return f"<client function {self.name} at {self.where}>"


def where(fn: Callable[..., Any]) -> str:
    """Return `file:line` of a function, for messages."""
    code = inspect.unwrap(fn).__code__
    return f"{code.co_filename}:{code.co_firstlineno}"


def listed(value: Any) -> tuple[Any, ...]:
    """Return one thing, or a list or tuple of things, as a tuple."""
    return tuple(value) if isinstance(value, (list, tuple)) else (value,)
