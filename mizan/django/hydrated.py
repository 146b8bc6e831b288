"""Pages with data of contexts in them, and who may keep such a page.

Invariant: a page with data that shared caches may not keep is stored by nobody; neither is one that
does not say itself who may keep it.
"""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase

# On a request: whether all data in its page are public; and that its response was begun.
_PUBLIC = "_mizan_hydrated"
_SEALED = "_mizan_sealed"


def note(request: Any, *, is_public: bool) -> None:
    """Note that the page of a request has data. Raises RuntimeError for a page already on its way,
    whose headers cannot say so."""
    if hasattr(request, _SEALED):
        raise RuntimeError(
            "a streamed response is rendered after its headers have left, so nothing can keep "
            "caches from storing it: render the template before."
        )
    setattr(request, _PUBLIC, is_public and getattr(request, _PUBLIC, True))
    # Django's own page caches would keep for minutes what a mutation makes stale.
    request._cache_update_cache = False  # noqa: SLF001 (what Django's cache middleware looks at)


def seal(request: Any, response: HttpResponseBase) -> None:
    """Make the response of a page with data say who may keep it."""
    setattr(request, _SEALED, True)
    is_public = getattr(request, _PUBLIC, None)
    if is_public is None or (is_public and "Cache-Control" in response.headers):
        return
    response.headers["Cache-Control"] = "private, no-store"
