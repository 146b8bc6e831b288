"""The life of a request, from top to bottom (SPEC.md, sections 6, 10, 14 and 16).

Steps are generators of effects (`effects.py`); `drive` or `adrive` runs them. Everything between
the effects is pure.

Invariant: nothing is raised after a commit, and no reply leaves without its caching headers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mizan.server.admit import admit
from mizan.server.effects import Steps
from mizan.server.host import Incoming, Reply
from mizan.server.incoming import check_method, read_call
from mizan.server.mutation import mutate
from mizan.server.reply import call_reply, problem_reply, view_reply
from mizan.server.single_flight import fresh

if TYPE_CHECKING:
    from mizan.server.catalog import Catalog, Function

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
    check_method(incoming, ("POST",))
    name, given, files = read_call(catalog.host, incoming)
    incoming.function = name
    function = catalog.callable_function(name)
    # Who asks is asked again after the call, so it has to be known before.
    identify = bool(incoming.held)
    identity = yield from admit(
        catalog.host, incoming.native, [function], unsafe=True, identify=identify
    )
    if files:
        given |= function.arguments.pick(files)
    arguments = function.arguments.validate(given)
    finish = function.result.text
    text, targets = yield from mutate(catalog, function, incoming.native, arguments, finish)
    slices: list[str] = []
    if targets and incoming.held:
        slices = yield from fresh(catalog, incoming, identity, targets)
    return call_reply(catalog, text, targets, slices)


def view(
    catalog: Catalog, incoming: Incoming, function: Function, route: Mapping[str, Any]
) -> Steps[Reply]:
    """Answer a view function's route: pass its response through, with what it made stale."""
    host, request = catalog.host, incoming.native
    is_private = function.options.private
    incoming.function = function.name
    check_method(incoming, function.methods)
    unsafe = incoming.method not in _SAFE and not is_private
    yield from admit(host, request, [function], unsafe=unsafe)
    # The body of a private route is left alone: its function may check a signature over it.
    fields = {} if is_private else function.arguments.known(host.fields(request))
    arguments = function.arguments.validate({**function.arguments.pick(fields), **route})
    response, targets = yield from mutate(catalog, function, request, arguments)
    return view_reply(catalog, function, response, targets, arguments)
