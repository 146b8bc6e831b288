"""A read: from the origin cache, or computed and stored there (SPEC.md, sections 6, 10 and 15).

Invariant: who asks is admitted before the cache is looked at; what a function saw of the request
that the key does not cover is never stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import partial
from typing import TYPE_CHECKING, Any

from mizan.cache.base import Cache, State
from mizan.protocol import policy
from mizan.server.admit import admit
from mizan.server.cached import Look, give_up, head_of, keep, look, read_head
from mizan.server.effects import Block, Run, RunAll, Steps
from mizan.server.host import Host, Identity, Incoming, Reply, Witness
from mizan.server.incoming import Asked, check_method, read_params
from mizan.server.mutation import bound_values
from mizan.server.reply import Bundle, Read, context_reply
from mizan.server.results import may_block

if TYPE_CHECKING:
    from mizan.server.catalog import Catalog, ReadContext
    from mizan.server.slots import Slot

Params = Mapping[str, Any]
_FLAT = frozenset({str, int, float, bool, type(None)})
# What `Cache-Status` says (RFC 9211) where nothing was stored, by what the look said.
_STATUS = {
    State.MISS: "mizan; fwd=miss",
    State.ALONE: "mizan; fwd=miss",
    State.BUSY: "mizan; fwd=miss; detail=busy",
    State.HELD: "mizan; fwd=bypass; detail=held",
    None: "mizan; fwd=bypass; detail=unavailable",
}


def read(catalog: Catalog, incoming: Incoming, name: str) -> Steps[Reply]:
    """Answer `GET ctx/NAME/` (POST where the URL is too long): one bundle of all its functions."""
    check_method(incoming, ("GET", "HEAD", "POST"))
    context = catalog.readable_context(name)
    asked = read_params(catalog, incoming, context)
    # Known before anything is read: what came after it, the data may be older than.
    position = catalog.host.position
    found = yield from find(catalog, incoming, context, asked)
    return context_reply(catalog, incoming, found, position)


def find(catalog: Catalog, incoming: Incoming, context: ReadContext, asked: Asked) -> Steps[Read]:
    """Return what a request finds of an instance. Raises Problem (401, 403) and what is raised."""
    host, request = catalog.host, incoming.native
    identity = yield from admit(
        host, request, context.functions, unsafe=False, identify=context.user_scoped
    )
    asked = yield from filled(catalog, context, asked, request)
    bundle = yield from bundle_of(catalog, incoming, context, identity, asked)
    return Read(context, identity, asked, bundle)


def filled(catalog: Catalog, context: ReadContext, asked: Asked, request: Any) -> Steps[Asked]:
    """Return an instance with what the server takes from the request."""
    if not context.bound:
        return asked
    bound = yield from bound_values(catalog, {context.name: context.bound.keys()}, request)
    return asked.bound(context.coerced(bound[context.name]))


def bundle_of(
    catalog: Catalog, incoming: Incoming, context: ReadContext, identity: Identity, asked: Asked
) -> Steps[Bundle]:
    """Return the bundle of an instance for who is admitted, from the cache or computed."""
    host, request = catalog.host, incoming.native
    cache = host.cache
    if cache and _is_kept(catalog, incoming, context, identity):
        who = (yield from _known(host, request, identity)) if context.user_scoped else None
        vary = (yield Block(partial(host.vary, request))) if host.varies else host.vary(request)
        slot = catalog.slots.slot(context.name, asked.strings, who, vary)
        return (yield from _cached(catalog, cache, slot, context, request, asked.params))
    bundle, _ = yield from _computed(catalog, context, request, asked.params, storing=False)
    return bundle


def _is_kept(
    catalog: Catalog, incoming: Incoming, context: ReadContext, identity: Identity
) -> bool:
    """Whether a read may come from the cache, and go there."""
    if context.cache is False or incoming.method == "POST":
        return False
    if context.user_scoped and identity.sub is None:
        return False
    # What is read in a transaction may be older than the stamps, or undone.
    return not catalog.host.in_transaction()


def _known(host: Host, request: Any, identity: Identity) -> Steps[Identity]:
    """Return an identity with its permission key."""
    if identity.pkey:
        return identity
    pkey: str = yield Block(partial(host.permission_key, request))
    return Identity(identity.sub, pkey)


def _cached(
    catalog: Catalog, cache: Cache, slot: Slot, context: ReadContext, request: Any, params: Params
) -> Steps[Bundle]:
    host = catalog.host
    found = yield from look(catalog, cache, slot)
    if found.found:
        host.count("hit")
        etag, varied = read_head(found.found.head)
        return Bundle(found.found.payload, etag, varied, status="mizan; hit")
    host.count("bypass" if found.state in (State.HELD, None) else "miss")
    try:
        bundle, storable = yield from _computed(catalog, context, request, params, storing=True)
    except GeneratorExit:
        raise
    except BaseException:
        if found.begun and found.state is State.MISS:
            yield from give_up(cache, slot, found.begun, alone=False)
        raise
    bundle.status = _STATUS[found.state]
    bundle.overlapped |= found.state is State.HELD
    if found.begun and found.state is State.MISS:
        storable = storable and len(bundle.body) <= host.largest_entry
        yield from _kept(catalog, cache, slot, context, found, bundle, storable=storable)
    return bundle


def _kept(
    catalog: Catalog,
    cache: Cache,
    slot: Slot,
    context: ReadContext,
    found: Look,
    bundle: Bundle,
    *,
    storable: bool,
) -> Steps[None]:
    """Store a bundle, if it may be; note in it what came of that."""
    assert found.begun is not None  # noqa: S101 (the state is MISS)
    if not storable:
        yield from give_up(cache, slot, found.begun, alone=True)
        return
    ttl = cache.limits.ttl if context.cache is True else min(context.cache, cache.limits.ttl)
    head = head_of(bundle.etag, varied=bundle.varied)
    kept = yield from keep(cache, slot, found.begun, bundle.body, ttl, head)
    if kept:
        catalog.host.count("stored")
        bundle.status = "mizan; fwd=miss; stored"
    # None: the cache is unavailable, so nobody knows.
    bundle.overlapped |= kept is False


def _computed(
    catalog: Catalog, context: ReadContext, request: Any, params: Params, *, storing: bool
) -> Steps[tuple[Bundle, bool]]:
    """Run the functions of a context. Returns (the bundle, whether it may be stored)."""
    is_watched = storing or not context.user_scoped
    results, witness = yield from _watched(catalog, context, request, params, is_watched)
    members = ",".join(f'"{name}":{text}' for name, text in results.items())
    body = f"{{{members}}}".encode()
    bundle = Bundle(body, policy.etag(body))
    if witness is None:
        return bundle, False
    bundle.varied = bool(witness.varied)
    bundle.leaked = bool(witness.seen) and not context.user_scoped
    bundle.overlapped = witness.lags
    return bundle, not (witness.seen or witness.lags)


def _watched(
    catalog: Catalog, context: ReadContext, request: Any, params: Params, is_watched: bool
) -> Steps[tuple[dict[str, str], Witness | None]]:
    """Run the functions. Returns (JSON texts by name, what they looked at, if it is watched)."""
    if not is_watched:
        return (yield from _results(context, request, params)), None
    watched, watching = catalog.host.witnessed(request, is_public=not context.user_scoped)
    with watching as witness:
        results = yield from _results(context, watched, params)
    return results, witness


def _results(context: ReadContext, request: Any, params: Params) -> Steps[dict[str, str]]:
    if not _FLAT.issuperset(map(type, params.values())):
        params = deepcopy(params)  # functions may change a list that they are given
    runs = [
        Run(
            each.name,
            each.fn,
            each.is_async,
            request,
            each.arguments.validate(each.arguments.known(params)),
            each.result.text,
            may_block,
        )
        for each in context.functions
    ]
    texts = yield RunAll(runs)
    return dict(zip((run.name for run in runs), texts, strict=True))
