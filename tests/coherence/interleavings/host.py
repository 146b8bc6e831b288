"""A framework for the workers: each has its own connection; what they leave is in one database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

from interleavings.database import Refused
from interleavings.workers import Transaction, current
from mizan.server import coherence
from mizan.server.catalog import Catalog
from mizan.server.host import Identity
from mizan.server.invalidation import Entry
from mizan.server.problems import Problem


class Host:
    """A host whose requests are the bodies of calls (`mizan.server.host.Host`)."""

    edge = False
    networks: tuple[str, ...] = ()
    base_url = "/m/"
    identity_params = ("user_id",)
    response_types: tuple[type, ...] = ()
    upload_types: tuple[type, ...] = ()
    body_limit = 100_000
    functions: tuple[Any, ...] = ()
    view_urls: dict[str, list[str]] = {}  # noqa: RUF012 (nobody writes to it)
    csrf_blocks = False
    all_atomic = False
    cache_secret = b"s" * 32
    audience = "mizan"
    wait = 0.01
    hold_timeout = 30.0
    largest_entry = 1000
    varies = False
    debug = False
    consistent = False
    has_events = False
    has_purgers = False
    position = ""

    def __init__(self) -> None:
        self.cache: Any = None
        self.counts: Counter[str] = Counter()

    def body(self, request: Any) -> bytes:
        return bytes(request)

    def token_identity(self, request: Any) -> Identity | None:
        return None

    def has_session(self, request: Any) -> bool:
        return False

    def session_identity(self, request: Any, token: Identity | None) -> Identity:
        return Identity()

    def check_csrf(self, request: Any) -> None:
        """Nothing is forged here."""

    def atomic(self) -> AbstractContextManager[Any]:
        return cast("AbstractContextManager[Any]", Transaction())

    def tie(self, entry: Entry) -> None:
        self.when_committed(entry)

    def alive(self, entries: list[Entry]) -> list[Entry]:
        return [entry for entry in entries if self.is_alive(entry)]

    def is_alive(self, entry: Entry) -> bool:
        frames = current.get().connection.frames
        return entry.committed or any(entry in frame.callbacks for frame in frames)

    def in_transaction(self) -> bool:
        return bool(current.get().connection.frames)

    def gather(self, catalog: Catalog, targets: Any) -> None:
        promise = coherence.Pledge(targets)
        coherence.drive(coherence.pledge(catalog, promise))
        self.when_committed(partial(coherence.fulfil_now, catalog, promise))

    def is_nested(self) -> bool:
        return len(current.get().connection.frames) > 1

    def rolled_back(self, error: Exception) -> bool:
        return isinstance(error, Refused)

    def when_committed(self, do: Callable[[], object]) -> None:
        current.get().connection.when_committed(do)

    def after_commit(self, targets: Any) -> None:
        """Nobody listens."""

    def remember(self, targets: Any, delay: float) -> int:
        return current.get().connection.remember(targets, delayed=delay > 0)

    def delivered(self, row: int) -> None:
        worker = current.get()
        worker.connection.database.outbox.pop(row, None)
        worker.play.delivered()

    def vary(self, request: Any) -> tuple[tuple[str, str], ...]:
        return ()

    def permission_key(self, request: Any) -> str:
        return "p" * 32

    def count(self, event: str) -> None:
        self.counts[event] += 1

    def plain(self, value: Any) -> Any:
        return value

    def is_lazy(self, value: Any) -> bool:
        return False

    @contextmanager
    def _watching(self, witness: Any) -> Iterator[Any]:
        yield witness

    def witnessed(self, request: Any, *, is_public: bool) -> Any:
        witness = SimpleNamespace(seen=set(), varied=set(), lags=False)
        return request, self._watching(witness)

    def problem(self, error: Exception) -> Problem | None:
        return Problem("not_found", "It went wrong.")

    def report(self, error: Exception, request: Any) -> None:
        """What went wrong was meant to."""
