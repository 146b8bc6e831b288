"""What the fields of a reply that list tags must be (SPEC.md, section 9.1).

Invariant: pure; nothing is said of a reply that has none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from mizan.errors import MizanError
from mizan.protocol import tags

_PURGED = tags.INVALIDATION.lower()
_FIELDS = tuple(name.lower() for name in tags.FIELDS)
_GROUPS = tags.GROUPS.lower()


def complaints(headers: Mapping[str, str], *, stale: bool) -> Iterator[str]:
    """Yield a sentence for each thing that is wrong. `headers`: by name in lower case; `stale`:
    whether the reply says that something became stale."""
    if "no-store" in headers.get("cache-control", ""):
        for name in sorted(headers.keys() & {*_FIELDS}):
            yield f"{name} makes no sense on a reply that nobody may store."
    elif _GROUPS in headers:
        yield from _listed(
            tags.GROUPS, headers[_GROUPS], lambda found: tags.format(found)[tags.GROUPS]
        )
    if _PURGED in headers:
        if not stale:
            yield f"{tags.INVALIDATION} without X-Mizan-Invalidate: nothing became stale."
        yield from _listed(
            tags.INVALIDATION, headers[_PURGED], lambda found: tags.strings(sorted(found))
        )


def _listed(name: str, field: str, write: Callable[[tuple[str, ...]], str]) -> Iterator[str]:
    """The field is as writers write it (MZ-TAG-003, 005, 008 and 010)."""
    try:
        written = write(tags.parse(field))
    except (MizanError, KeyError) as error:
        yield f"{name} cannot be read: {error}"
        return
    if written != field:
        yield f"{name} is not as writers write it: {field!r}, expected {written!r}."
