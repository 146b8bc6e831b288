"""Existing code that says what it makes stale: `@affects`, and `with affecting(…):`.

A function so declared runs as a mutation does (`mutation.py`): in a transaction, with its targets
held before the commit and renewed after it. Its arguments, its result and what it raises are its
own.

Invariant: what a mutation does, this does by the same steps.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from asgiref.sync import iscoroutinefunction

from mizan.protocol.targets import canonical_set
from mizan.server.declare import Affected
from mizan.server.direct import target_of, tell
from mizan.server.drive import aaround, adrive, around, drive
from mizan.server.effects import Block, Run, Steps
from mizan.server.invalidation import running
from mizan.server.mutation import Targets, perform
from mizan.server.writers import Effect, Writer, listed

if TYPE_CHECKING:
    from mizan.server.catalog import Catalog
    from mizan.server.registry import Registry

F = TypeVar("F", bound=Callable[..., Any])
_OF_A_CLASS = "@affects decorates functions: decorate the method, or use Django's method_decorator."
_OF_A_GENERATOR = "@affects: {} is a generator, which writes when it is consumed, not when called."


def decorator(
    registry: Registry, affected: Sequence[Affected | Sequence[Affected]], *, atomic: bool
) -> Callable[[F], F]:
    """Return what `affects` of `public.py` does. Raises TypeError."""
    frame = sys._getframe(2)  # noqa: SLF001 (as logging finds its callers)
    where = f"{frame.f_code.co_filename}:{frame.f_lineno}"
    writer = Writer("@affects", where, listed(affected), None)
    registry.add_writer(writer)

    def decorate(fn: F) -> F:
        if isinstance(fn, type) or not callable(fn):
            raise TypeError(_OF_A_CLASS)
        bare = inspect.unwrap(fn)
        if inspect.isgeneratorfunction(bare) or inspect.isasyncgenfunction(bare):
            raise TypeError(_OF_A_GENERATOR.format(fn.__name__))
        _describe(writer, fn)
        wrapped: F = _wrapped(registry, writer, fn, atomic)
        return wrapped

    return decorate


def _describe(writer: Writer, fn: Callable[..., Any]) -> None:
    """Name a writer after the first function that it decorates, and note its arguments."""
    if writer.label != "@affects":
        return  # method_decorator decorates anew for each request
    writer.label = getattr(fn, "__qualname__", writer.label).replace("<locals>.", "")
    parameters = _signature(fn).parameters.values()
    if all(each.kind is not each.VAR_KEYWORD for each in parameters):
        writer.names = frozenset(each.name for each in parameters)


def _signature(fn: Callable[..., Any], *, eval_str: bool = False) -> inspect.Signature:
    # method_decorator gives a bound method whose `__wrapped__` is the one that takes `self`.
    is_partial = isinstance(fn, partial)
    return inspect.signature(fn, follow_wrapped=not is_partial, eval_str=eval_str)


def _wrapped(registry: Registry, writer: Writer, fn: Any, is_atomic: bool) -> Any:
    is_async = iscoroutinefunction(fn)

    def steps(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Steps[Any]:
        catalog = registry.catalog
        job = Job(writer.effects(catalog), fn, is_async, args, kwargs)
        return tell(catalog, job.steps(catalog, is_atomic))

    if is_async:

        @functools.wraps(fn)
        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            return await adrive(steps(args, kwargs))
    else:

        @functools.wraps(fn)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return drive(steps(args, kwargs))

    try:  # hints that are text are of the function's module, and others look for them in this one
        wrapper.__signature__ = _signature(fn, eval_str=True)  # type: ignore[attr-defined]
    except Exception:  # noqa: BLE001 (hints are code: they raise anything)
        return wrapper
    return wrapper


class Job:
    """One call of a decorated function `fn`, which makes `effects` stale."""

    __slots__ = ("_args", "_found", "_is_async", "_kwargs", "_looks", "effects", "fn")

    def __init__(
        self,
        effects: tuple[Effect, ...],
        fn: Callable[..., Any],
        is_async: bool,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        self.effects = effects
        self.fn = fn
        self._is_async = is_async
        self._args = args
        self._kwargs = kwargs
        # A path looks at objects, which may ask a database, and which the function may change.
        self._looks = any("." in path for each in effects for _, path in each.sources.values())
        self._found: Targets = ()

    def steps(self, catalog: Catalog, is_atomic: bool) -> Steps[Any]:
        """Run the function as what makes stale what it says."""
        self._found = (yield Block(self._targets)) if self._looks else self._targets()
        fn = self._acall if self._is_async else self._call
        run = Run("", fn, self._is_async, None, {}, self._finish, self._blocks)
        return (yield from perform(catalog, run, self._found, is_atomic))

    def _call(self, _: Any) -> Any:
        return self.fn(*self._args, **self._kwargs)

    async def _acall(self, _: Any) -> Any:
        return await self.fn(*self._args, **self._kwargs)

    def _finish(self, value: Any) -> Any:
        """Add what its paths lead to now: what it moved makes both stale."""
        collector = running()
        if self._looks and collector is not None:
            added = [each for each in self._targets() if each not in self._found]
            collector.add(added)
        return value

    def _blocks(self, _: Any) -> bool:
        return self._looks

    def _targets(self) -> Targets:
        find: Callable[[str], Any] = self._arguments().__getitem__
        if self._looks:
            find = partial(_look, self._arguments())
        return canonical_set([each.target(find) for each in self.effects])

    def _arguments(self) -> dict[str, Any]:
        """Return the arguments by name, those of `**kwargs` too; none of a call that is wrong."""
        if not any(each.sources for each in self.effects):
            return {}
        signature = _signature(self.fn)
        try:
            bound = signature.bind(*self._args, **self._kwargs)
        except TypeError:
            return {}
        bound.apply_defaults()
        named: dict[str, Any] = {}
        for name, value in bound.arguments.items():
            is_rest = signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD
            named |= value if is_rest else {name: value}
        return named


def _look(arguments: Mapping[str, Any], path: str) -> Any:
    """Return what a dotted path leads to: attributes, or the items of mappings."""
    first, *rest = path.split(".")
    value = arguments[first]
    for name in rest:
        value = value[name] if isinstance(value, Mapping) else getattr(value, name)
    return value


class Affecting:
    """What `affecting` of `public.py` returns: a block, for `with` or for `async with`."""

    __slots__ = ("_affected", "_block", "_is_atomic", "_params", "_registry")

    def __init__(
        self,
        registry: Registry,
        affected: Affected,
        params: dict[str, Any],
        is_atomic: bool | None,
    ) -> None:
        self._registry = registry
        self._affected = affected
        self._params = params
        self._is_atomic = is_atomic
        self._block: Any = None

    def __enter__(self) -> None:
        """Begin the block, in a transaction. Raises DeclarationError and what `invalidate` does."""
        self._block = around(self._steps(self._is_atomic is not False))
        self._block.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Commit and purge; roll back where the block raised."""
        self._block.__exit__(kind, error, trace)

    async def __aenter__(self) -> None:
        """Begin the block; without a transaction, which Django has only for synchronous code."""
        if self._is_atomic:
            raise TypeError(
                "async with affecting(…) opens no transaction: leave out atomic=True, or put the "
                "block into a function with @affects, which runs in one."
            )
        self._block = aaround(self._steps(is_atomic=False))
        await self._block.__aenter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Purge, also where the block raised: nothing rolled it back."""
        await self._block.__aexit__(kind, error, trace)

    def _steps(self, is_atomic: bool) -> Steps[Any]:
        catalog = self._registry.catalog
        targets = (target_of(catalog, self._affected, self._params),)
        return block_of(catalog, targets, is_atomic=is_atomic)


def block_of(catalog: Catalog, targets: Targets, *, is_atomic: bool = True) -> Steps[Any]:
    """Return the steps around a block that makes targets stale, for `around`."""
    run = Run("", _nothing, False, None, {}, _same, _never)
    return tell(catalog, perform(catalog, run, targets, is_atomic))


def _nothing(_: Any) -> None:
    """Stand for the block, which the driver leaves to its caller."""


def _same(value: Any) -> Any:
    return value


def _never(_: Any) -> bool:
    return False
