"""Cache policy and the response headers that follow from it (SPEC.md, section 10).

Invariant: the rows below are MZ-POL-002 as data, in its order; the first that applies decides.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache as cache_
from hashlib import sha256
from typing import Any, Final, Literal

from mizan.protocol.tags import GROUPS, strings
from mizan.protocol.tags import format as format_tags

Cache = bool | int
"""False: never kept; a number: for that many seconds; True: until it is purged."""

FOREVER: Final = 31_536_000  # seconds: a year; MZ-POL-003
_ETAG_DIGITS: Final = 32  # MZ-POL-005

_NO_STORE: Final = {"Cache-Control": "no-store"}
_PRIVATE: Final = {"Cache-Control": "private, no-store"}
_USER: Final = {
    "Cache-Control": "private, no-cache",
    "ETag": "%(etag)s",
    "Vary": "Authorization, Cookie, X-Mizan-Token",
}

_FACTS: Final = (
    "not a read",
    "leaked",
    "not kept",
    "not canonical",
    "user-scoped",
    "anonymous",
    "edge",
)
# (what must all be so, the headers)
ROWS: Final[tuple[tuple[frozenset[str], Mapping[str, str]], ...]] = (
    (frozenset({"not a read"}), _NO_STORE),
    (frozenset({"leaked"}), _PRIVATE),
    (frozenset({"not kept"}), _NO_STORE),
    (frozenset({"not canonical"}), {**_NO_STORE, "Content-Location": "%(url)s"}),
    (frozenset({"user-scoped", "anonymous"}), _PRIVATE),
    (
        frozenset({"user-scoped", "edge"}),
        {**_USER, "Cache-Groups": "%(groups)s", "Mizan-Cache-Control": "max-age=%(seconds)s"},
    ),
    (frozenset({"user-scoped"}), _USER),
    (
        frozenset({"edge"}),
        {
            "Cache-Control": "public, max-age=0, s-maxage=%(seconds)s",
            "Cache-Groups": "%(groups)s",
            "ETag": "%(etag)s",
        },
    ),
    (frozenset(), {"Cache-Control": "public, no-cache", "ETag": "%(etag)s"}),
)


def effective(functions: Iterable[Mapping[str, Any]]) -> tuple[int, Cache]:
    """Return the `rev` and `cache` of a context from those of its functions (MZ-POL-001).

    Each function is a mapping of which ``rev`` (0 if absent) and ``cache`` (true) are looked at.
    """
    rev: int = 0
    cache: Cache = True
    for function in functions:
        rev = max(rev, function.get("rev", 0))
        cache = min(cache, function.get("cache", True), key=_rank)
    return rev, cache


def response_headers(
    *,
    kind: Literal["context", "view", "call", "error"],
    cache: Cache,
    user_scoped: bool,
    anonymous: bool,
    edge: bool,
    canonical: bool,
    no_store: bool,
    leaked: bool,
    etag: str,
    url: str,
    tags: Sequence[str],
    networks: Sequence[str] = (),
) -> dict[str, str]:
    """Return the caching headers of a response (MZ-POL-002), by field name.

    `kind` is ``view`` for a reading view; a mutation's is a ``call``. `anonymous`: nobody is logged
    in. `edge`: one that purges is configured. `canonical`: the query was spelled canonically, as in
    `url`. `no_store`: the read overlapped a mutation, or sets a cookie. `leaked`: a public function
    saw something of the request that it may not. `etag` is in quotes; `tags` are those of the
    instance's guards, `networks` the names of those that are told them in a field of their own.
    """

    row = _row(
        kind in ("call", "error"),
        leaked,
        cache is False or no_store,
        not canonical,
        user_scoped,
        anonymous,
        edge,
    )
    values = {
        "etag": etag,
        "groups": strings(tags),
        "seconds": FOREVER if cache is True else int(cache),
        "url": url,
    }
    headers = {}
    for name, text, varies in row:
        headers[name] = text % values if varies else text
    if networks and GROUPS in headers:
        headers |= format_tags(tags, networks)
    return headers


@cache_
def _row(*facts: bool) -> list[tuple[str, str, bool]]:
    """Return (name, template, whether it has values to fill in) of each header, by _FACTS."""
    true = {fact for fact, holds in zip(_FACTS, facts, strict=True) if holds}
    headers = next(headers for needed, headers in ROWS if needed <= true)
    return [(name, text, "%" in text) for name, text in headers.items()]


def etag(body: bytes) -> str:
    """Return the strong entity tag of a body, in quotes (MZ-POL-005)."""
    return f'"{sha256(body).hexdigest()[:_ETAG_DIGITS]}"'


def _rank(cache: Cache) -> float:
    """Order what may be kept: false is less than any number of seconds, true is more."""
    if isinstance(cache, bool):
        return float("inf") if cache else -1.0
    return cache
