"""The life of a request, from top to bottom (SPEC.md, sections 6, 10, 14 and 16).

Steps are generators of effects (`effects.py`); `drive` or `adrive` runs them. Everything between
the effects is pure.

Invariant: nothing is raised after a commit, and no reply leaves without its caching headers.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mizan.protocol.decode import decode
from mizan.protocol.targets import Target
from mizan.protocol.url import parse_query
from mizan.server.admit import admit
from mizan.server.effects import Atomic, Block, Run, RunAll, Steps
from mizan.server.host import Host, Incoming, Reply
from mizan.server.invalidation import Collector, current
from mizan.server.problems import Problem
from mizan.server.reply import call_reply, context_reply, view_reply

if TYPE_CHECKING:
    from mizan.server.catalog import Catalog, Function, ReadContext

Outcome = tuple[Any, tuple[Target, ...]]


def call(catalog: Catalog, incoming: Incoming) -> Steps[Reply]:
    """Answer `POST call/`: run one function and report what it made stale."""
    host = catalog.host
    if incoming.method != "POST":
        raise _method_not_allowed(("POST",), "Functions are called by POST.")
    name, given = _read_call(host, incoming)
    function = catalog.callable_function(name)
    yield from admit(host, incoming.native, [function], unsafe=True)
    arguments = function.arguments.validate(given)
    text, targets = yield from mutate(catalog, function, incoming.native, arguments)
    return call_reply(catalog, text, targets)


def read(catalog: Catalog, incoming: Incoming, name: str) -> Steps[Reply]:
    """Answer `GET ctx/NAME/`: run the context's functions and bundle their results."""
    host = catalog.host
    context = catalog.readable_context(name)
    params, spelled, url = _read_params(catalog, incoming, context)
    identity = yield from admit(
        host, incoming.native, context.functions, unsafe=False, identify=context.user_scoped
    )
    values = yield from _bound(context, incoming.native, params)
    results, seen = yield from _read_all(host, context, incoming.native, values)
    return context_reply(catalog, context, incoming, identity, results, url, spelled, seen)


def view(catalog: Catalog, incoming: Incoming, function: Function, route: Mapping[str, Any]) -> Steps[Reply]:
    """Answer a view function's route: pass its response through, with what it made stale."""
    host = catalog.host
    if incoming.method not in function.methods:
        raise _method_not_allowed(function.methods, f"{function.name} answers other methods.")
    unsafe = incoming.method not in ("GET", "HEAD") and not function.options.private
    yield from admit(host, incoming.native, [function], unsafe=unsafe)
    given = {**({} if function.options.private else host.fields(incoming.native)), **route}
    arguments = function.arguments.validate(function.arguments.known(given))
    response, targets = yield from mutate(catalog, function, incoming.native, arguments)
    return view_reply(catalog, function, response, targets)


def mutate(
    catalog: Catalog,
    function: Function,
    request: Any,
    arguments: dict[str, Any],
    finish: Callable[[Any], Any],
) -> Steps[Outcome]:
    """Run a function with its transaction. Returns (finish(result), targets).

    `finish` shapes the result inside the transaction, so that nothing can fail after the commit. A
    call within a call leaves its targets to the outermost one.
    """
    outer = current.get()
    collector = outer or Collector(catalog.host)
    token = current.set(collector)
    try:
        steps = _body(catalog, function, request, arguments, finish, collector)
        if function.atomic:
            result = yield Atomic(catalog.host.atomic, steps)
        else:
            result = yield from _reporting(collector, steps)
    finally:
        current.reset(token)
    return result, () if outer else collector.settled


def _body(
    catalog: Catalog,
    function: Function,
    request: Any,
    arguments: dict[str, Any],
    finish: Callable[[Any], Any],
    collector: Collector,
) -> Steps[Any]:
    """Run, shape, and settle what became stale: the last step before the commit."""
    bound = yield from _blocking(function.binds, lambda: catalog.bound_values(function, request))
    declared = function.targets(arguments, bound)
    if not function.atomic:
        collector.pending = declared
    value = yield Run(function.name, function.fn, function.is_async, request, arguments)
    result = yield from _blocking(catalog.host.is_lazy(value), lambda: finish(value))
    collector.add(declared)
    collector.settle()
    return result


def _blocking(blocks: bool, call: Callable[[], Any]) -> Steps[Any]:
    """Do something that may block as an effect, anything else here and now."""
    if blocks:
        return (yield Block(call))
    return call()


def _reporting(collector: Collector, steps: Steps[Any]) -> Steps[Any]:
    """Without a transaction a failure may come after effects: report what may be stale with it."""
    try:
        return (yield from steps)
    except Exception as error:
        collector.add(collector.pending)
        collector.settle()
        if not collector.settled:
            raise
        raise FailedAfterEffects(error, collector.settled) from error


def _read_call(host: Host, incoming: Incoming) -> tuple[str, dict[str, Any]]:
    """Return (function, arguments, uploaded files among them) of a call's body."""
    files: dict[str, Any] = {}
    if incoming.content_type == "multipart/form-data":
        text, files = host.form(incoming.native)
    elif incoming.content_type in ("application/json", ""):
        text = host.body(incoming.native)
    else:
        raise Problem("unsupported_media_type", f"Send application/json, not {incoming.content_type}.")
    document = decode(text, limit=host.body_limit)
    name = document.get("function") if isinstance(document, dict) else None
    given = document.get("args", {}) if isinstance(document, dict) else None
    if not isinstance(name, str) or not isinstance(given, dict):
        raise Problem("malformed", 'Expected {"function": name, "args": {…}}.')
    return name, {**given, **files}


def _read_all(
    context: ReadContext, host: Host, request: Any, values: Mapping[str, Any]
) -> Steps[tuple[dict[str, Any], list[str]]]:
    """Run the functions of a context. Returns (results by name, what public ones saw)."""
    if context.user_scoped:
        return (yield from _results(context, host, request, values)), []
    guarded, witness = host.witnessed(request)
    with witness as seen:
        results = yield from _results(context, host, guarded, values)
    return results, seen


def _results(
    context: ReadContext, host: Host, request: Any, values: Mapping[str, Any]
) -> Steps[dict[str, Any]]:
    runs = [
        Run(each.name, each.fn, each.is_async, request, each.arguments.validate_known(values))
        for each in context.functions
    ]
    found = yield RunAll(runs)
    lazy = any(map(host.is_lazy, found))
    pairs = list(zip(context.functions, found, strict=True))
    return (yield from _blocking(lazy, lambda: {f.name: f.result.dumped(v) for f, v in pairs}))


def _method_not_allowed(allowed: tuple[str, ...], detail: str) -> Problem:
    return Problem("method_not_allowed", detail, headers={"Allow": ", ".join(allowed)})
