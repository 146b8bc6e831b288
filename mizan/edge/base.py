"""What a purger does, whichever network it tells (SPEC.md, section 12).

Invariant: what is said of a failure is its code and a sentence of this module, so no secret of a
request is ever in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar
from urllib.parse import urlsplit

from mizan.errors import ConfigurationError
from mizan.protocol.edge import resolve
from mizan.protocol.targets import EVERYTHING, Target, canonical_set

T = TypeVar("T")

CODES = {
    "failed": "the network failed (5xx)",
    "malformed": "the network's answer cannot be read",
    "rate_limited": "the network takes no more purges for now",
    "rejected": "the network refused the purge: look at the URL, the zone or the service",
    "timeout": "the network did not answer in time",
    "unauthorized": "the network refused the credentials",
    "unreachable": "no connection to the network could be made, or it broke",
}
"""What stops a purge, by code."""

_is_id = re.compile(r"[A-Za-z0-9]{1,64}").fullmatch
_is_secret = re.compile(r"[!-~]+").fullmatch


class Purge(NamedTuple):
    """What is to be purged: tags, URLs and patterns (`*`: any characters) as `resolve` makes them,
    sorted; or `everything` that the network holds of the site."""

    tags: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    everything: bool = False


class PurgeFailed(Exception):  # noqa: N818 (a state: the network could not be told)
    """A network was not told, or nobody knows whether it was: purge again.

    `code` is one of CODES; `retry_after` are the seconds that the network asked for, if it did.
    """

    def __init__(self, code: str, retry_after: float | None = None) -> None:
        super().__init__(f"{code}: {CODES[code]}")
        self.code = code
        self.retry_after = retry_after


class Purger(Protocol):
    """Tells one network. Its class takes keyword arguments, `timeout` (seconds of one request)
    among them, connects to nothing when made, and raises ConfigurationError for what is wrong."""

    max_tags: int
    """How many tags go into one request."""

    def purge(self, purge: Purge) -> None:
        """Purge; doing so twice is as once. Blocks, called by one thread at a time. Raises
        PurgeFailed, perhaps after a part."""

    def close(self) -> None:
        """Close connections. Never raises."""


def purge_of(manifest: Mapping[str, Any], targets: Iterable[Target]) -> Purge:
    """Return what is to be purged for targets. Raises as `resolve`."""
    named = canonical_set(targets)
    return Purge(*resolve(manifest, named), everything=named == (EVERYTHING,))


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Yield items in their order, at most `size` at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def checked_url(value: Any, name: str) -> str:
    """Return an http(s) URL without its last slash. Raises ConfigurationError, for user names and
    passwords, too: they would stand in errors."""
    wanted = f"{name}: expected a URL such as http://127.0.0.1:6081, without user, query or part."
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise ConfigurationError("edge", wanted) from None
    odd = parts.query or parts.fragment or "@" in parts.netloc
    if not is_good or odd or not _is_secret(value):
        raise ConfigurationError("edge", wanted)
    return str(value).rstrip("/")


def checked_id(value: Any, name: str) -> str:
    """Return an id that may stand in a URL. Raises ConfigurationError."""
    if isinstance(value, str) and _is_id(value):
        return value
    raise ConfigurationError("edge", f"{name}: expected an id of letters and digits.")


def checked_secret(value: Any, name: str) -> str:
    """Return a secret that may stand in a header field. Raises ConfigurationError, never showing
    it."""
    if isinstance(value, str) and _is_secret(value):
        return value
    text = f"{name}: expected text of visible ASCII characters without spaces."
    raise ConfigurationError("edge", text)
