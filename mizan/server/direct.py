"""A declared function called from Python: validated, run and reported as over HTTP (MZ-SCO-006).

Invariant: its targets join the outer call's reply, or are purged after the commit; nothing is
cached.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mizan.protocol.targets import Target
from mizan.server.coherence import outside
from mizan.server.context import By, is_context
from mizan.server.declare import ClientFunction
from mizan.server.drive import adrive, drive
from mizan.server.effects import Block, Steps
from mizan.server.invalidation import FailedAfterEffects, running
from mizan.server.mutation import Outcome, Targets, mutate

if TYPE_CHECKING:
    from mizan.server.catalog import Catalog, Function


def call_directly(
    catalog: Catalog, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Return what the function returns, shaped; a coroutine for an async function.

    `args` and `kwargs` are those of the call, the request among them. Raises ArgumentsInvalid,
    TypeError for a call that Python would refuse, and whatever the function raises.
    """
    function = catalog.functions[name]
    try:
        named = dict(function.signature.bind(*args, **kwargs).arguments)
    except TypeError as error:
        raise TypeError(f"{name}(): {error}") from None
    request = named.pop(next(iter(function.signature.parameters)))
    arguments = function.arguments.validate(named)
    steps = _steps(catalog, function, request, arguments)
    return adrive(steps) if function.is_async else drive(steps)


def _steps(
    catalog: Catalog, function: Function, request: Any, arguments: dict[str, Any]
) -> Steps[Any]:
    finish = None if function.is_view else function.result.shape
    return tell(catalog, mutate(catalog, function, request, arguments, finish, is_direct=True))


def tell(catalog: Catalog, steps: Steps[Outcome]) -> Steps[Any]:
    """Do the steps of a run that was begun from Python, and say what became stale by it."""
    try:
        outcome, targets = yield from steps
    except FailedAfterEffects as failed:
        yield Block(partial(catalog.host.after_commit, failed.targets), always=True)
        raise failed.error from None
    if targets:
        yield Block(partial(catalog.host.after_commit, targets), always=True)
    return outcome


def invalidate(catalog: Catalog, affected: Any, params: dict[str, Any]) -> None:
    """Add a target to the running call; outside of one, purge it after the commit.

    Raises TypeError for what is nothing of the sort, DeclarationError for what is not declared.
    """
    stale(catalog, (target_of(catalog, affected, params),))


def stale(catalog: Catalog, targets: Targets) -> None:
    """Add targets to the running call; outside of one, purge them after the commit."""
    collector = running()
    if collector is None:
        outside(catalog, targets)
        return
    collector.add(targets)
    if not collector.is_atomic and catalog.host.in_transaction():  # the function's own
        outside(catalog, targets, tell=False)


def target_of(catalog: Catalog, affected: Any, params: dict[str, Any]) -> Target:
    """Return the target of a context (class or name), a function, or `*`.

    Raises TypeError for what is nothing of the sort, DeclarationError for what is not declared.
    """
    if isinstance(affected, ClientFunction):
        return catalog.function_target(affected.name, params)
    if is_context(affected):
        return catalog.context_target(affected.name, params)
    if isinstance(affected, str):
        return catalog.context_target(affected, params)
    if isinstance(affected, By):
        raise TypeError("Give values: invalidate(UserContext, user_id=7), without by().")
    raise TypeError(f"This takes a context, a function or a name of one, not {affected!r}.")
