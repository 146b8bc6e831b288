"""What the headers of an answer say of the caches that it passed (RFC 9211, RFC 9111; CDNs' own).

Invariant: an answer counts as a hit only where a header says so; Mizan's own member of
`Cache-Status`, which is the origin's cache, says nothing of an edge.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256

_ORIGIN = "mizan"  # the name in Cache-Status of the origin's own cache
_members = re.compile(r'(?:[^",]|"(?:[^"\\]|\\.)*")+').findall
_parts = re.compile(r'(?:[^";]|"(?:[^"\\]|\\.)*")+').findall
_seconds = re.compile(r"[0-9]{1,10}").fullmatch
_two_ids = re.compile(r"[0-9]+ +[0-9]+").fullmatch


class State(Enum):
    """What a cache did for a request."""

    HIT = "hit"
    MISS = "miss"
    PASS = "pass"  # noqa: S105 (asked the origin, and keeps nothing)
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Seen:
    """A reply: its status, its fields by lower-case name, what its body hashes to.

    Fields that are there more than once are joined by `, `; of cookies that are set `cookies` has
    the names, and nobody the values.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    cookies: tuple[str, ...] = ()

    @property
    def policy(self) -> Mapping[str, str]:
        """The directives of Cache-Control, by lower-case name; those without a value have ''."""
        pairs = (each.partition("=") for each in _members(self.headers.get("cache-control", "")))
        return {name.strip().lower(): value.strip(' "') for name, _, value in pairs}

    def seconds(self, directive: str) -> int:
        """Return the number that a directive has; 0 where it has none."""
        text = self.policy.get(directive, "")
        return int(text) if _seconds(text) else 0

    @property
    def varies(self) -> frozenset[str]:
        """The names in Vary, in lower case."""
        return frozenset(each.strip().lower() for each in self.headers.get("vary", "").split(","))

    def same(self, other: Seen) -> bool:
        """Whether both show the same."""
        return (self.status, self.digest) == (other.status, other.digest)


def digest(body: bytes) -> str:
    """Return what tells one body from another."""
    return sha256(body).hexdigest()


def state(answer: Seen) -> tuple[State, str]:
    """Return what the nearest edge did, and the header that says so; '' where none does."""
    for name, read in _READERS.items():
        text = answer.headers.get(name)
        found = read(text) if text is not None else State.UNKNOWN
        if found is not State.UNKNOWN:
            return found, f"{_shown(name)}: {text}"
    return State.UNKNOWN, ""


def network(answer: Seen) -> str | None:
    """Return which known network an answer came through, by its headers."""
    marks = (
        (name, mark.match(answer.headers.get(header, "")))
        for name, (header, mark) in _MARKS.items()
    )
    return next((name for name, found in marks if found), None)


def _cache_status(text: str) -> State:
    """Read RFC 9211: caches append, so the last member is of the one nearest to the client."""
    found = State.UNKNOWN
    for member in _members(text):
        name, *parameters = [each.strip() for each in _parts(member)] or [_ORIGIN]
        if name.strip('"') != _ORIGIN:
            pairs = (each.partition("=") for each in parameters)
            found = _outcome({key: value for key, _, value in pairs})
    return found


def _outcome(parameters: Mapping[str, str]) -> State:
    if "hit" in parameters and parameters["hit"] != "?0":
        return State.HIT
    if parameters.get("fwd") in ("bypass", "method", "request"):
        return State.PASS
    return State.MISS if "fwd" in parameters else State.UNKNOWN


def _word(text: str) -> State:
    """Read the word of a CDN; of several, for shields, the last is of the nearest cache."""
    word = text.rpartition(",")[2].strip().upper()
    for state_, words in _WORDS.items():
        if word.startswith(words):
            return state_
    return State.UNKNOWN


def _age(text: str) -> State:
    return State.HIT if _seconds(text.strip()) and int(text) > 0 else State.UNKNOWN


def _hits(text: str) -> State:
    last = text.rpartition(",")[2].strip()
    return State.UNKNOWN if not _seconds(last) else State.HIT if int(last) else State.MISS


def _varnish(text: str) -> State:
    """Two numbers: the request's, and that of the one that fetched what is kept."""
    return State.HIT if _two_ids(text.strip()) else State.MISS


def _shown(name: str) -> str:
    return {"cf-cache-status": "CF-Cache-Status"}.get(name, name.title())


# The words of CF-Cache-Status, of X-Cache (Fastly, CloudFront, Akamai) and of nginx.
_WORDS: dict[State, tuple[str, ...]] = {
    State.HIT: (
        "HIT", "STALE", "UPDATING", "REVALIDATED", "REFRESHHIT", "TCP_HIT", "TCP_MEM_HIT",
        "TCP_IMS_HIT", "TCP_REFRESH_HIT",
    ),
    State.PASS: ("BYPASS", "DYNAMIC", "NONE", "PASS", "TCP_DENIED"),
    State.MISS: ("MISS", "EXPIRED", "TCP_MISS", "TCP_REFRESH_MISS", "TCP_EXPIRED", "ERROR"),
}  # fmt: skip

# What says most comes first; Age alone says less, and what only some servers write comes last.
_READERS = {
    "cache-status": _cache_status,
    "cf-cache-status": _word,
    "x-cache": _word,
    "x-cache-status": _word,
    "age": _age,
    "x-cache-hits": _hits,
    "x-varnish": _varnish,
}

# network -> a header that it alone writes, and what its value looks like
_MARKS: dict[str, tuple[str, re.Pattern[str]]] = {
    "cloudflare": ("cf-ray", re.compile(".")),
    "cloudfront": ("x-amz-cf-id", re.compile(".")),
    "fastly": ("x-served-by", re.compile("cache-")),
    "akamai": ("akamai-grn", re.compile(".")),
    "varnish": ("x-varnish", re.compile("[0-9]")),
}
