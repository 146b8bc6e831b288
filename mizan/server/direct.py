"""A declared function called from Python: validated, run and reported as over HTTP (MZ-SCO-006).

Invariant: its targets join the outer call's reply, or are purged after the commit; nothing is
cached.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mizan.protocol.targets import Target
from mizan.server.context import By, Context
from mizan.server.drive import adrive, drive
from mizan.server.effects import Steps
from mizan.server.invalidation import Collector, current
from mizan.server.pipeline import mutate

if TYPE_CHECKING:
    from mizan.server.catalog import Catalog, Function


def call_directly(
    catalog: Catalog, name: str, request: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Return what the function returns, shaped; a coroutine for an async function.

    Raises ArgumentsInvalid, TypeError for a call that Python would refuse, and whatever the
    function raises.
    """
    function = catalog.functions[name]
    arguments = function.arguments.validate(function.arguments.from_call(args, kwargs))
    steps = _steps(catalog, function, request, arguments)
    return adrive(steps) if function.is_async else drive(steps)


def _steps(
    catalog: Catalog, function: Function, request: Any, arguments: dict[str, Any]
) -> Steps[Any]:
    finish = function.result.shape if not function.is_view else _as_is
    outcome, targets = yield from mutate(catalog, function, request, arguments, finish)
    if targets:
        catalog.host.after_commit(targets)
    return outcome


def _as_is(value: Any) -> Any:
    return value


def invalidate(catalog: Catalog, affected: Any, params: dict[str, Any]) -> None:
    """Add a target to the running call; outside of one, purge it after the commit."""
    target = _target(catalog, affected, params)
    collector = current.get()
    if collector is not None:
        collector.add([target])
        return
    alone = Collector(catalog.host)
    alone.add([target])
    catalog.host.after_commit((target,))


def _target(catalog: Catalog, affected: Any, params: dict[str, Any]) -> Target:
    """Return the target of a context (class or name), a function, or `*`."""
    if isinstance(affected, By):
        raise TypeError("Give values: invalidate(UserContext, user_id=7), without by().")
    if isinstance(affected, type) and issubclass(affected, Context):
        affected = affected.name
    name = affected if isinstance(affected, str) else affected.name
    return catalog.target(name, params)
