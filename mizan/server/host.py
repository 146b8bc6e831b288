"""What the framework around the server does for it: one protocol, implemented by `mizan.django`.

Invariant: everything that differs between frameworks is a member of this protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from mizan.cache.base import Cache
from mizan.events.base import Broker
from mizan.protocol.targets import Target
from mizan.server.declare import ClientFunction
from mizan.server.invalidation import Entry
from mizan.server.problems import Problem

if TYPE_CHECKING:
    from mizan.server.catalog import Catalog


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks: `sub` (None: anonymous), the permission key `pkey`, and what proved it: a token
    until it `expires`, in seconds since the epoch, or something else."""

    sub: str | None = None
    pkey: str | None = None
    by_token: bool = False
    expires: int | None = None


ANONYMOUS = Identity()
"""Nobody in particular asks."""


@dataclass(slots=True)
class Incoming:
    """A request as the steps read it. `query` is the raw query string; `native` the framework's."""

    method: str
    native: Any
    query: str = ""
    content_type: str = ""
    if_none_match: str = ""
    held: str = ""
    function: str | None = None


@dataclass(slots=True)
class Reply:
    """A response before the framework makes it one; `native` is a view function's own response."""

    status: int
    headers: dict[str, str]
    body: bytes = b""
    native: Any = None


class Witness(Protocol):
    """Notes what a public function saw of the request that it may not (MZ-POL-007)."""

    seen: set[str]
    varied: set[str]
    lags: bool


class Host(Protocol):
    """A framework, as the steps use it."""

    edge: bool
    """Whether an edge that purges stands in front."""
    networks: tuple[str, ...]
    """The networks in front that are told tags in a field of their own (MZ-POL-011)."""
    base_url: str
    identity_params: tuple[str, ...]
    response_types: tuple[type, ...]
    upload_types: tuple[type, ...]
    body_limit: int
    view_urls: Mapping[str, Any]
    functions: Sequence[ClientFunction[..., Any]]
    """What the framework's adapter declares itself."""
    csrf_blocks: bool
    """Whether `check_csrf` may ask a database."""
    all_atomic: bool
    """Whether what may write without affecting anything runs in a transaction, too."""

    cache_secret: bytes
    """The secret of the keys of the cache's entries."""
    audience: str
    """What deployment this is, where several share a cache."""
    consistent: bool
    """Whether a mutation is refused where the cache is unavailable."""
    wait: float
    """How many seconds a read waits for another that computes the same."""
    hold_timeout: float
    """The longest that a hold lives, in seconds."""
    largest_entry: int
    """How many bytes an entry of the cache may have."""
    varies: bool
    """Whether `vary` may block."""

    has_events: bool
    """Whether what becomes stale is published."""
    has_purgers: bool
    """Whether networks in front are told of what becomes stale."""

    @property
    def cache(self) -> Cache | None:
        """The origin cache; None where there is none."""

    @property
    def broker(self) -> Broker | None:
        """The broker of events; None where nothing is published."""

    @property
    def position(self) -> str:
        """The position of the last event that this process knows; empty where it knows none."""

    @property
    def debug(self) -> bool:
        """Whether errors may be explained to clients."""

    def body(self, request: Any) -> bytes:
        """Return the request's body. Raises Problem (413) over the limit."""

    def form(self, request: Any) -> tuple[bytes, dict[str, list[Any]]]:
        """Return (part `call`, lists of files by name) of a multipart body. Raises Problem."""

    def fields(self, request: Any) -> dict[str, list[Any]]:
        """Return lists of the query's and form's values and files by name, as a view function's
        arguments."""

    def token_identity(self, request: Any) -> Identity | None:
        """Return who a token says asks, and make the request say so to functions; None without a
        token. Does not block. Raises Problem (401) for a token that is not valid."""

    def has_session(self, request: Any) -> bool:
        """Whether the request brings a session. Does not block."""

    def session_identity(self, request: Any, token: Identity | None) -> Identity:
        """Return the token's identity, else the session's, else an anonymous one. Blocks.
        Raises Problem (401, identity_mismatch) where both are there and differ."""

    def check_csrf(self, request: Any) -> None:
        """Raise Problem (403) where a session's request may be forged."""

    def permitted(self, request: Any, permission: Any) -> bool:
        """Whether the user of the request has the permission (a name, or a callable)."""

    def atomic(self) -> AbstractContextManager[Any]:
        """Return a transaction, or a savepoint within one."""

    def tie(self, entry: Entry) -> None:
        """Tie an entry to the open savepoint; call it when the transaction commits."""

    def alive(self, entries: Sequence[Entry]) -> list[Entry]:
        """Return the entries whose savepoint has not been rolled back."""

    def gather(self, catalog: Catalog, targets: tuple[Target, ...]) -> None:
        """Hold targets as the last step before the open transaction commits, with all others that
        were gathered in it and not rolled back, and renew them after it."""

    def in_transaction(self) -> bool:
        """Whether a transaction is open in this thread; what a test wraps itself in is none."""

    def is_nested(self) -> bool:
        """Whether the transaction that `atomic` opened is within another one."""

    def rolled_back(self, error: Exception) -> bool:
        """Whether a commit that raised this has changed nothing for certain."""

    def when_committed(self, do: Callable[[], None]) -> None:
        """Do something after the open transaction commits, or now; log what it raises."""

    def after_commit(self, targets: tuple[Target, ...]) -> None:
        """Tell whoever listens of targets that no reply carries, after the open transaction."""

    def remember(self, targets: tuple[Target, ...], delay: float) -> int:
        """Leave targets in the outbox, in the open transaction, for a purge that could not be
        delivered; others deliver it after `delay` seconds. Returns the row's number. Blocks."""

    def delivered(self, row: int) -> None:
        """Take a row out of the outbox: its targets were purged. Blocks."""

    def remember_purges(self, targets: tuple[Target, ...], delay: float) -> tuple[int, ...]:
        """Leave targets in the outbox, in the open transaction, for each network in front, not to
        be delivered before `delay` seconds. Returns the rows' numbers. Blocks."""

    def hasten_purges(self, rows: tuple[int, ...]) -> bool:
        """Let delayed rows be delivered at once. Returns whether all were still there: else they
        may have been delivered before what they announce happened. Blocks."""

    def deliver_purges(self) -> None:
        """Have the outbox's purges of networks delivered now. Begins threads the first time;
        never raises."""

    def vary(self, request: Any) -> tuple[tuple[str, str], ...]:
        """Return what a request gives for the facets that replies may vary by."""

    def permission_key(self, request: Any) -> str:
        """Return the `pkey` of the user of the request. Blocks."""

    def call_id(self) -> str:
        """Return the nonce of the call (`X-Mizan-Call`) that is being answered; empty if none."""

    def count(self, event: str) -> None:
        """Count what happened to a read, or an error of the cache or of the broker."""

    def check_response(self, value: Any) -> Any:
        """Return a view function's response, ready to be sent. Raises ResultInvalid for anything
        else. Blocks where `is_lazy` says so."""

    def is_lazy(self, value: Any) -> bool:
        """Whether checking a view function's response may block: a template to be rendered."""

    def plain(self, value: Any) -> Any:
        """Return the framework's own sequences as lists, anything else as it is. May block."""

    def witnessed(
        self, request: Any, *, is_public: bool
    ) -> tuple[Any, AbstractContextManager[Witness]]:
        """Return a request for the functions of a context, and the context in which to run them.
        What is not public may look at the user."""

    def problem(self, error: Exception) -> Problem | None:
        """Return the problem for one of the framework's own exceptions, or None."""

    def report(self, error: Exception, request: Any) -> None:
        """Log an unexpected error."""
