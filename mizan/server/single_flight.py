"""Single flight: what a call made stale, fresh in its own reply (SPEC.md, section 14).

Invariant: the call has been committed, so nothing here fails it: a slice that fails, that passes a
limit or that may be stale already is left out, and `invalidate` names it all the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from mizan.errors import MizanError
from mizan.protocol.canonical import canonical_string
from mizan.protocol.header import parse_held
from mizan.protocol.targets import Instance, Target, matches
from mizan.protocol.url import percent_encode
from mizan.server.admit import check_all
from mizan.server.effects import Block, Steps
from mizan.server.host import Identity, Incoming
from mizan.server.reads import bundle_of, filled
from mizan.server.reply import slice_text

if TYPE_CHECKING:
    from mizan.server.catalog import Catalog

MAX_BYTES = 256 * 1024
"""The most that all slices of a reply may take (MZ-SFL-002)."""
BUDGET = 1.0
"""For so many seconds slices are begun; what is not begun by then is left to the client."""


def fresh(
    catalog: Catalog,
    incoming: Incoming,
    identity: Identity,
    targets: Sequence[Target],
    clock: Callable[[], float] = time.monotonic,
) -> Steps[list[str]]:
    """Return the slices, as JSON texts, of the held instances that the targets made stale.

    `identity` is who called. After a change of identity there are none.
    """
    stale = [each for each in _held(incoming) if any(matches(target, each) for target in targets)]
    if not stale:
        return []
    now = yield Block(partial(catalog.host.session_identity, incoming.native, _token(identity)))
    if now.sub != identity.sub:
        return []
    slices: list[str] = []
    left, until = MAX_BYTES, clock() + BUDGET
    for instance in stale:
        if clock() >= until:
            break
        found = yield from _slice(catalog, incoming, identity, instance)
        size = len(found.encode()) if found else 0
        if found and size <= left:
            slices.append(found)
            left -= size
    return slices


def _held(incoming: Incoming) -> Iterable[Instance]:
    """Return what the client holds; nothing where that cannot be read (MZ-HLD-002)."""
    try:
        return parse_held(incoming.held)
    except MizanError:
        return ()


def _token(identity: Identity) -> Identity | None:
    return identity if identity.by_token else None


def _slice(
    catalog: Catalog, incoming: Incoming, identity: Identity, instance: Instance
) -> Steps[str | None]:
    try:
        return (yield from _read(catalog, incoming, identity, instance))
    except Exception:  # noqa: BLE001 (the client asks for it, and is told then)
        return None


def _read(
    catalog: Catalog, incoming: Incoming, identity: Identity, instance: Instance
) -> Steps[str | None]:
    """Return a slice as JSON; None for what a hold of another mutation may have made stale."""
    context = catalog.readable_context(instance.context)
    yield from check_all(catalog.host, incoming.native, context.functions, identity)
    pairs = [(name, canonical_string(value)) for name, value in instance.params]
    query = "&".join(f"{name}={percent_encode(text)}" for name, text in pairs)
    asked = catalog.queries.read(context, query)
    full = yield from filled(catalog, context, asked, incoming.native)
    reading = replace(incoming, method="GET")
    bundle = yield from bundle_of(catalog, reading, context, identity, full)
    if bundle.overlapped:
        return None
    return slice_text(context.name, asked.params, bundle)
