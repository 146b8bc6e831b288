"""Pages with data of contexts in them: who may keep such a page, and its tags for an edge.

Invariant: a page with data that shared caches may not keep is stored by nobody; neither is one that
does not say itself who may keep it, nor one whose tags an edge would not take.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.http.response import HttpResponseBase

from mizan.django import edge_settings
from mizan.django.errors import one_line
from mizan.errors import MizanError
from mizan.protocol import tags as tags_

logger = logging.getLogger("mizan.edge")

# On a request: whether all data in its page are public, their tags, and that the response was
# begun.
_PUBLIC = "_mizan_hydrated"
_TAGS = "_mizan_tags"
_SEALED = "_mizan_sealed"


def note(request: Any, *, is_public: bool, tags: tuple[str, ...] = ()) -> None:
    """Note that the page of a request has data. Raises RuntimeError for a page already on its way,
    whose headers cannot say so."""
    if hasattr(request, _SEALED):
        raise RuntimeError(
            "a streamed response is rendered after its headers have left, so nothing can keep "
            "caches from storing it: render the template before."
        )
    setattr(request, _PUBLIC, is_public and getattr(request, _PUBLIC, True))
    setattr(request, _TAGS, (*getattr(request, _TAGS, ()), *tags))
    # Django's own page caches would keep for minutes what a mutation makes stale.
    request._cache_update_cache = False  # noqa: SLF001 (what Django's cache middleware looks at)


def seal(request: Any, response: HttpResponseBase) -> None:
    """Make the response of a page with data say who may keep it, and its tags."""
    setattr(request, _SEALED, True)
    is_public = getattr(request, _PUBLIC, None)
    if is_public is None:
        return
    if not is_public or "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "private, no-store"
        return
    edge = edge_settings.current()
    if edge is not None and not _is_own(response.headers["Cache-Control"]):
        tag(request, response, getattr(request, _TAGS), edge.tags)


def tag(
    request: Any, response: HttpResponseBase, tags: Iterable[str], networks: Iterable[str]
) -> None:
    """Add the tags of a page's data to those that it has (MZ-TAG-009). No edge keeps one with more
    than it takes, or with some that cannot be read; what is private stays so."""
    headers = response.headers
    try:
        own = tags_.parse(headers.get(tags_.GROUPS, ""))
        fields = tags_.format([*own, *tags], networks)
    except MizanError as error:
        logger.warning("edge.untagged: no edge keeps %s: %s", one_line(request.path), error)
        kept = headers.get("Cache-Control", "private, no-store")
        fields = {"Cache-Control": kept if _is_own(kept) else "public, no-cache"}
        for name in tags_.FIELDS:
            headers.pop(name, None)
    for name, value in fields.items():
        headers[name] = value


def _is_own(caching: str) -> bool:
    """Whether shared caches may not keep what has such a Cache-Control."""
    return "no-store" in caching.lower() or "private" in caching.lower()
