"""The life of a request, from top to bottom (SPEC.md, sections 6, 10, 14 and 16).

Steps are generators of effects (`effects.py`); `drive` or `adrive` runs them. Everything between
the effects is pure.

Invariant: nothing is raised after a commit, and no reply leaves without its caching headers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mizan.errors import WireError
from mizan.protocol.decode import decode
from mizan.protocol.targets import Target
from mizan.protocol.url import canonical_url, effective_params, parse_query
from mizan.server.admit import admit
from mizan.server.effects import Atomic, Block, Run, RunAll, Steps
from mizan.server.host import Host, Incoming, Reply, Witness
from mizan.server.invalidation import Collector, FailedAfterEffects, current, running
from mizan.server.problems import Problem, of_wire_error, reading
from mizan.server.reply import Read, call_reply, context_reply, problem_reply, view_reply
from mizan.server.results import may_block

if TYPE_CHECKING:
    from mizan.server.catalog import Catalog, Function, ReadContext

Targets = tuple[Target, ...]
Outcome = tuple[Any, Targets]
Arguments = Mapping[str, Any]
Finish = Callable[[Any], Any]
_SAFE = ("GET", "HEAD", "OPTIONS")


def respond(catalog: Catalog, incoming: Incoming, steps: Steps[Reply]) -> Steps[Reply]:
    """Run steps; whatever they raise becomes a problem document. HEAD gets the headers alone."""
    try:
        reply = yield from steps
    except Exception as error:  # noqa: BLE001 (each becomes a reply, and unexpected ones a report)
        reply = problem_reply(catalog, incoming, error)
    if incoming.method == "HEAD" and reply.body:
        reply.headers["Content-Length"] = str(len(reply.body))
        reply.body = b""
    return reply


def call(catalog: Catalog, incoming: Incoming) -> Steps[Reply]:
    """Answer `POST call/`: run one function and report what it made stale."""
    _check_method(incoming, ("POST",))
    name, given, files = _read_call(catalog.host, incoming)
    incoming.function = name
    function = catalog.callable_function(name)
    yield from admit(catalog.host, incoming.native, [function], unsafe=True)
    if files:
        given |= function.arguments.pick(files)
    arguments = function.arguments.validate(given)
    finish = function.result.text
    text, targets = yield from mutate(catalog, function, incoming.native, arguments, finish)
    return call_reply(catalog, text, targets)


def read(catalog: Catalog, incoming: Incoming, name: str) -> Steps[Reply]:
    """Answer `GET ctx/NAME/` (POST where the URL is too long): one bundle of all its functions."""
    host, request = catalog.host, incoming.native
    _check_method(incoming, ("GET", "HEAD", "POST"))
    context = catalog.readable_context(name)
    params, canonical, url = _read_params(host, incoming, context)
    identity = yield from admit(
        host, request, context.functions, unsafe=False, identify=context.user_scoped
    )
    bound = yield from _bound_values(catalog, {name: context.bound.keys()}, request)
    params |= context.coerced(bound.get(name, {}))
    results, witness = yield from _read_all(host, context, request, params)
    found = Read(context, identity, params, results, url, canonical, witness)
    return context_reply(catalog, incoming, found)


def view(
    catalog: Catalog, incoming: Incoming, function: Function, route: Arguments
) -> Steps[Reply]:
    """Answer a view function's route: pass its response through, with what it made stale."""
    host, request = catalog.host, incoming.native
    is_private = function.options.private
    incoming.function = function.name
    _check_method(incoming, function.methods)
    unsafe = incoming.method not in _SAFE and not is_private
    yield from admit(host, request, [function], unsafe=unsafe)
    # The body of a private route is left alone: its function may check a signature over it.
    fields = {} if is_private else function.arguments.known(host.fields(request))
    arguments = function.arguments.validate({**function.arguments.pick(fields), **route})
    response, targets = yield from mutate(catalog, function, request, arguments)
    return view_reply(function, response, targets)


def mutate(
    catalog: Catalog,
    function: Function,
    request: Any,
    arguments: Arguments,
    finish: Finish | None = None,
) -> Steps[Outcome]:
    """Run a function with its transaction. Returns (finish(result), targets).

    `finish` shapes the result inside the transaction, so that nothing can fail after the commit;
    without it the result is a view function's response, which the host checks. A call within a call
    leaves its targets to the outermost one. Raises what the function raises, or FailedAfterEffects
    with that where something may be stale all the same.
    """
    host, outer = catalog.host, running()
    collector = outer or Collector(host)
    declared: Targets = ()
    if function.effects:
        bound = (
            (yield from _bound_values(catalog, function.bound, request)) if function.bound else {}
        )
        declared = catalog.targets(function, arguments, bound)
    ending = (finish, may_block) if finish else (host.check_response, host.is_lazy)
    run = Run(function.name, function.fn, function.is_async, request, arguments, *ending)
    end = collector.settle if outer is None else collector.add
    token = current.set(collector)
    try:
        if function.atomic:
            result = yield Atomic(host.atomic, _ending(run, end, declared))
        else:
            result = yield from _ending(run, end, declared)
    except Exception as error:
        if not function.atomic:  # nothing rolled back what it did before it failed
            collector.add(declared)
        if outer is not None:
            raise
        if not function.atomic:
            collector.settle()
        # A transaction that settled failed in its commit, perhaps after that took effect.
        stale = collector.finish()
        if not stale:
            raise
        raise FailedAfterEffects(error, stale) from error
    finally:
        current.reset(token)
        if outer is None:
            collector.finish()
    return result, () if outer else collector.settled


def _ending(run: Run, end: Callable[[Targets], None], declared: Targets) -> Steps[Any]:
    """Run a function; `end` what became stale as the last step before the commit."""
    result = yield run
    end(declared)
    return result


def _bound_values(
    catalog: Catalog, names: Mapping[str, Any], request: Any
) -> Steps[dict[str, dict[str, Any]]]:
    """Return what the request gives for bound parameters, by context; this may block."""
    if not any(names.values()):
        return {}

    def find() -> dict[str, dict[str, Any]]:
        return {name: catalog.bound_values(name, some, request) for name, some in names.items()}

    found: dict[str, dict[str, Any]] = yield Block(find)
    return found


def _check_method(incoming: Incoming, allowed: tuple[str, ...]) -> None:
    """Raise Problem (405) for another method; where there is GET there is HEAD."""
    if incoming.method in allowed or (incoming.method == "HEAD" and "GET" in allowed):
        return
    listed = ", ".join(allowed)
    detail = f"{incoming.method} is not answered here; use {listed}."
    raise Problem("method_not_allowed", detail, headers={"Allow": listed})


def _read_call(
    host: Host, incoming: Incoming
) -> tuple[str, dict[str, Any], Mapping[str, list[Any]]]:
    """Return (function, arguments, uploaded files) of a call's body."""
    files: Mapping[str, list[Any]] = {}
    if incoming.content_type == "multipart/form-data":
        text, files = host.form(incoming.native)
    else:
        text = _read_body(host, incoming)
    try:
        document = decode(text, limit=host.body_limit)
    except WireError as error:
        raise of_wire_error(error) from error
    name = document.get("function") if isinstance(document, dict) else None
    given = document.get("args", {}) if isinstance(document, dict) else None
    if not isinstance(name, str) or not isinstance(given, dict):
        raise Problem("malformed", 'Expected {"function": name, "args": {…}}.')
    return name, given, files


def _read_body(host: Host, incoming: Incoming) -> bytes:
    if incoming.content_type not in ("application/json", ""):
        detail = f"Send application/json, not {incoming.content_type}."
        raise Problem("unsupported_media_type", detail)
    return host.body(incoming.native)


@reading
def _read_params(
    host: Host, incoming: Incoming, context: ReadContext
) -> tuple[dict[str, Any], bool, str]:
    """Return (effective parameters, whether the request spells them canonically, canonical URL)."""
    if incoming.method != "POST":
        return parse_query(host.base_url, context.name, context.parameters, incoming.query)
    given = decode(_read_body(host, incoming), limit=host.body_limit)
    if not isinstance(given, dict):
        raise Problem("malformed", "Expected a JSON object of parameters.")
    params: dict[str, Any] = effective_params(context.parameters, given)
    return params, False, canonical_url(host.base_url, context.name, params)


def _read_all(
    host: Host, context: ReadContext, request: Any, values: Arguments
) -> Steps[tuple[dict[str, str], Witness | None]]:
    """Run the functions of a context. Returns (JSON texts by name, what public ones looked at)."""
    if context.user_scoped:
        return (yield from _results(context, request, values)), None
    watched, watching = host.witnessed(request)
    with watching as witness:
        results = yield from _results(context, watched, values)
    return results, witness


def _results(context: ReadContext, request: Any, values: Arguments) -> Steps[dict[str, str]]:
    runs = [
        Run(
            each.name,
            each.fn,
            each.is_async,
            request,
            each.arguments.validate(each.arguments.known(values)),
            each.result.text,
            may_block,
        )
        for each in context.functions
    ]
    texts = yield RunAll(runs)
    return dict(zip((run.name for run in runs), texts, strict=True))
