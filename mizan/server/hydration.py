"""Data for a page that the server renders: a slice, from which the runtime hydrates.

Invariant: a page has what a GET would be replied, for the same request by the same policy, or
nothing: a read that is refused or fails harms no page, for the client asks again and is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mizan.protocol.url import URL_LIMIT
from mizan.server.arguments import wire_value
from mizan.server.effects import Steps
from mizan.server.host import Incoming
from mizan.server.incoming import asked_for
from mizan.server.reads import find
from mizan.server.reply import context_reply, problem_of, slice_text

if TYPE_CHECKING:
    from mizan.server.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Hydration:
    """A slice as JSON text, and whether the policy of its read lets shared caches keep its page.

    `tags` are those of its instance, for an edge. `position` is that of the last event before it
    was read; empty where none is known.
    """

    text: str
    is_public: bool
    position: str
    tags: tuple[str, ...] = ()


def hydration(
    catalog: Catalog, request: Any, name: str, given: Mapping[str, Any]
) -> Steps[Hydration | None]:
    """Return the slice of a context by name and parameters (Python values), for a page.

    None where the read is refused or fails, which is reported as for a GET, and where a mutation
    may have made it stale meanwhile. Raises Problem (404, 422) for what cannot be asked for.
    """
    context = catalog.readable_context(name)
    wired = {parameter: wire_value(value) for parameter, value in given.items()}
    asked = asked_for(catalog.host, context, wired)
    position = catalog.host.position
    incoming = Incoming("POST" if len(asked.url) > URL_LIMIT else "GET", request)
    try:
        found = yield from find(catalog, incoming, context, asked)
    except Exception as error:  # noqa: BLE001 (the client asks for it, and is told then)
        problem_of(catalog, incoming, error)
        return None
    if found.bundle.overlapped:
        return None
    caching = context_reply(catalog, incoming, found).headers["Cache-Control"]
    # A cache keys a page by its URL, which says nothing of declared facets.
    is_public = caching.startswith("public") and not found.bundle.varied
    tags = catalog.slots.tags(name, found.asked.params) if catalog.host.edge else ()
    return Hydration(slice_text(name, asked.params, found.bundle), is_public, position, tags)
