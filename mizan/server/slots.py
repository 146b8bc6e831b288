"""Where a bundle is kept in the origin cache, and what makes it stale (SPEC.md, sections 9 and 11).

Invariant: two reads share a slot only if everything that their result may depend on is the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mizan.protocol.guards import Guard, instance_guards, tag, target_guard
from mizan.protocol.key import derive_cache_key
from mizan.protocol.tags import format_purge
from mizan.protocol.targets import EVERYTHING, Instance, Target

if TYPE_CHECKING:
    from mizan.server.catalog import Catalog
    from mizan.server.host import Identity

Pairs = tuple[tuple[str, str], ...]
# Slots are worked out once and kept for this many of the latest reads.
_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Slot:
    """An entry's key, and the tags of its guards, coarsest first."""

    key: str
    guards: tuple[str, ...]


class Slots:
    """The slots of a catalog's contexts."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._slot = lru_cache(maxsize=_REMEMBERED)(self._derive)
        self._tag = lru_cache(maxsize=_REMEMBERED)(tag)

    def slot(self, context: str, params: Pairs, who: Identity | None, vary: Pairs) -> Slot:
        """Return the slot of an instance, for a user (None: a public context) and facets.

        `params` are the canonical strings of its parameters, in order of name.
        """
        if who is None:
            return self._slot(context, params, None, None, vary)
        return self._slot(context, params, who.sub, who.pkey, vary)

    def tags(self, context: str, params: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the tags of the guards of an instance, coarsest first."""
        scope = self._catalog.contexts[context].scope_params
        instance = Instance(context, tuple(sorted(params.items())))
        return tuple(self._tag(guard) for guard in instance_guards(instance, scope))

    def _derive(
        self,
        context: str,
        params: Pairs,
        user: str | None,
        pkey: str | None,
        vary: Pairs,
    ) -> Slot:
        catalog = self._catalog
        known = catalog.contexts[context]
        key = derive_cache_key(
            catalog.host.cache_secret,
            context=context,
            params=dict(params),
            aud=catalog.host.audience,
            rev=known.rev,
            schema=catalog.digests[context],
            user=user,
            pkey=pkey,
            vary=dict(vary),
        )
        return Slot(key, self.tags(context, dict(params)))

    def guards(self, targets: Iterable[Target]) -> tuple[str, ...]:
        """Return the tags of the guards that a purge of targets names, each once.

        A context that is not declared here, but in another release, is purged as a whole.
        """
        return tuple(dict.fromkeys(map(self._tag, self._purged(targets))))

    def purge(self, targets: Iterable[Target], own: Collection[str] = ()) -> str:
        """Return the value of `Cache-Group-Invalidation` for targets (MZ-TAG-008), and for tags of
        the application's own."""
        return format_purge(self._purged(targets), self._tag, own)

    def _purged(self, targets: Iterable[Target]) -> Iterator[Guard]:
        """Yield the guards that a purge of targets names."""
        contexts = self._catalog.contexts
        for target in targets:
            if target == EVERYTHING:
                yield from map(Guard, contexts)
            else:
                context = contexts.get(target.context)
                yield target_guard(target, context.scope_params if context else ())
