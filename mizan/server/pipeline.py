"""The life of a request, from top to bottom (SPEC.md, sections 6, 10, 14 and 16).

Steps are generators of effects (`effects.py`); `drive` or `adrive` runs them. Everything between
the effects is pure.

Invariant: nothing is raised after a commit, and no reply leaves without its caching headers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mizan.protocol.decode import decode
from mizan.protocol.targets import Target
from mizan.protocol.url import build, effective_params, parse_query
from mizan.server.admit import admit
from mizan.server.arguments import wire_value
from mizan.server.effects import Atomic, Block, Run, RunAll, Steps
from mizan.server.host import Host, Incoming, Reply, Witness
from mizan.server.invalidation import Collector, current
from mizan.server.problems import Problem
from mizan.server.reply import (
    FailedAfterEffects,
    Read,
    call_reply,
    context_reply,
    problem_reply,
    view_reply,
)

if TYPE_CHECKING:
    from mizan.server.catalog import Catalog, Function, ReadContext

Outcome = tuple[Any, tuple[Target, ...]]
Arguments = Mapping[str, Any]
_SAFE = ("GET", "HEAD", "OPTIONS")


def respond(catalog: Catalog, incoming: Incoming, steps: Steps[Reply]) -> Steps[Reply]:
    """Run steps; whatever they raise becomes a problem document."""
    try:
        return (yield from steps)
    except Exception as error:
        return problem_reply(catalog, incoming, error)


def call(catalog: Catalog, incoming: Incoming) -> Steps[Reply]:
    """Answer `POST call/`: run one function and report what it made stale."""
    host = catalog.host
    _check_method(incoming, ("POST",))
    name, given = _read_call(host, incoming)
    incoming.function = name
    function = catalog.callable_function(name)
    yield from admit(host, incoming.native, [function], unsafe=True)
    arguments = function.arguments.validate(given)
    text, targets = yield from mutate(
        catalog, function, incoming.native, arguments, function.result.text
    )
    return call_reply(catalog, text, targets)


def read(catalog: Catalog, incoming: Incoming, name: str) -> Steps[Reply]:
    """Answer `GET ctx/NAME/` (POST where the URL is too long): one bundle of all its functions."""
    host = catalog.host
    _check_method(incoming, ("GET", "HEAD", "POST"))
    context = catalog.readable_context(name)
    params, canonical, url = _read_params(host, incoming, context)
    identity = yield from admit(
        host, incoming.native, context.functions, unsafe=False, identify=context.user_scoped
    )
    bound = yield from _blocking(
        bool(context.bound), lambda: catalog.bound_values(context.bound, incoming.native)
    )
    results, witness = yield from _read_all(host, context, incoming.native, {**params, **bound})
    found = Read(context, identity, {**params, **bound}, results, url, canonical, witness)
    return context_reply(catalog, incoming, found)


def view(
    catalog: Catalog, incoming: Incoming, function: Function, route: Arguments
) -> Steps[Reply]:
    """Answer a view function's route: pass its response through, with what it made stale."""
    host = catalog.host
    incoming.function = function.name
    _check_method(incoming, function.methods)
    unsafe = incoming.method not in _SAFE and not function.options.private
    yield from admit(host, incoming.native, [function], unsafe=unsafe)
    # The body of a private route is left alone: its function may check a signature over it.
    fields = {} if function.options.private else host.fields(incoming.native)
    arguments = function.arguments.validate({**function.arguments.known(fields), **route})
    response, targets = yield from mutate(
        catalog, function, incoming.native, arguments, host.check_response
    )
    return view_reply(function, response, targets)


def mutate(
    catalog: Catalog,
    function: Function,
    request: Any,
    arguments: Arguments,
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
    arguments: Arguments,
    finish: Callable[[Any], Any],
    collector: Collector,
) -> Steps[Any]:
    """Run, shape, and settle what became stale: the last step before the commit."""
    bound = yield from _blocking(
        bool(function.bound), lambda: catalog.bound_values(function.bound, request)
    )
    wire = {name: wire_value(value) for name, value in arguments.items()}
    declared = catalog.targets(function, wire, bound)
    collector.pending = declared
    value = yield Run(function.name, function.fn, function.is_async, request, arguments)
    result = yield from _blocking(catalog.host.is_lazy(value), lambda: finish(value))
    collector.add(declared)
    collector.settle()
    return result


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


def _blocking(blocks: bool, do: Callable[[], Any]) -> Steps[Any]:
    """Do what may block as an effect, anything else here and now."""
    if blocks:
        return (yield Block(do))
    return do()


def _check_method(incoming: Incoming, allowed: tuple[str, ...]) -> None:
    if incoming.method not in allowed:
        listed = ", ".join(allowed)
        detail = f"{incoming.method} is not answered here; use {listed}."
        raise Problem("method_not_allowed", detail, headers={"Allow": listed})


def _read_call(host: Host, incoming: Incoming) -> tuple[str, dict[str, Any]]:
    """Return (function, arguments, uploaded files among them) of a call's body."""
    files: dict[str, Any] = {}
    if incoming.content_type == "multipart/form-data":
        text, files = host.form(incoming.native)
    else:
        text = _read_body(host, incoming)
    document = decode(text, limit=host.body_limit)
    name = document.get("function") if isinstance(document, dict) else None
    given = document.get("args", {}) if isinstance(document, dict) else None
    if not isinstance(name, str) or not isinstance(given, dict):
        raise Problem("malformed", 'Expected {"function": name, "args": {…}}.')
    return name, {**given, **files}


def _read_body(host: Host, incoming: Incoming) -> bytes:
    if incoming.content_type not in ("application/json", ""):
        detail = f"Send application/json, not {incoming.content_type}."
        raise Problem("unsupported_media_type", detail)
    return host.body(incoming.native)


def _read_params(
    host: Host, incoming: Incoming, context: ReadContext
) -> tuple[dict[str, Any], bool, str]:
    """Return (effective parameters, whether the request spells them canonically, canonical URL)."""
    if incoming.method != "POST":
        return parse_query(host.base_url, context.name, context.parameters, incoming.query)
    given = decode(_read_body(host, incoming), limit=host.body_limit)
    if not isinstance(given, dict):
        raise Problem("malformed", "Expected a JSON object of parameters.")
    params = effective_params(context.parameters, given)
    return params, False, build(host.base_url, context.name, context.parameters, given).url


def _read_all(
    host: Host, context: ReadContext, request: Any, values: Arguments
) -> Steps[tuple[dict[str, Any], Witness | None]]:
    """Run the functions of a context. Returns (results by name, what public ones looked at)."""
    if context.user_scoped:
        return (yield from _results(host, context, request, values)), None
    watched, watching = host.witnessed(request)
    with watching as witness:
        results = yield from _results(host, context, watched, values)
    return results, witness


def _results(
    host: Host, context: ReadContext, request: Any, values: Arguments
) -> Steps[dict[str, Any]]:
    runs = [
        Run(
            each.name,
            each.fn,
            each.is_async,
            request,
            each.arguments.validate(each.arguments.known(values)),
        )
        for each in context.functions
    ]
    found = yield RunAll(runs)
    pairs = list(zip(context.functions, found, strict=True))
    lazy = any(host.is_lazy(value) for value in found)
    return (yield from _blocking(lazy, lambda: {f.name: f.result.dump(v) for f, v in pairs}))
