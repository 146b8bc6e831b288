"""What the server's tests share: a framework without a framework, and a server on it."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from mizan.cache.base import CacheUnavailable, Hold, Limits
from mizan.events.base import BrokerUnavailable
from mizan.schemas import problems
from mizan.server import pipeline, reads
from mizan.server.catalog import Catalog
from mizan.server.coherence import Pledge, fulfil_now, pledge
from mizan.server.drive import adrive, drive
from mizan.server.effects import Steps
from mizan.server.faults import Fault
from mizan.server.host import Identity, Incoming, Reply
from mizan.server.invalidation import Entry
from mizan.server.problems import Problem
from mizan.server.registry import Registry
from mizan.server.results import ResultInvalid

Run = Callable[[Steps[Any]], Any]


class Response:
    """A framework's HTTP response."""

    def __init__(self, text: str = "") -> None:
        self.text = text


class Upload:
    """A framework's uploaded file."""

    def __init__(self, name: str = "file") -> None:
        self.name = name


@dataclass
class Request:
    """A framework's request."""

    body: bytes = b""
    user: str | None = None
    token: str | None = None
    is_forged: bool = False
    files: dict[str, list[Any]] = field(default_factory=dict)
    fields: dict[str, list[Any]] = field(default_factory=dict)
    rights: tuple[str, ...] = ()


class Watched:
    """A request that tells who looked at it."""

    def __init__(self, request: Request, witness: Any, own: tuple[str, ...]) -> None:
        self._request, self._witness, self._own = request, witness, own

    def __getattr__(self, name: str) -> Any:
        if name in self._own:
            return getattr(self._request, name)
        noted = self._witness.varied if name == "fields" else self._witness.seen
        noted.add(name)
        return getattr(self._request, name)


class Manager:
    """A framework's own sequence, which is none for Python."""

    def __init__(self, *rows: Any) -> None:
        self.rows = list(rows)


class FakeHost:
    """A framework with transactions that nest, in memory."""

    base_url = "/m/"
    identity_params = ("user_id",)
    response_types = (Response,)
    upload_types = (Upload,)
    body_limit = 100_000
    functions: tuple[Any, ...] = ()
    cache_secret = b"s" * 32
    audience = "mizan"
    wait = 0.01
    hold_timeout = 30.0
    largest_entry = 1000
    varies = False
    lags = False
    position = ""

    def __init__(self) -> None:
        self.cache: Any = None
        self.broker: Any = None
        self.nonce = ""
        self.consistent = False
        self.counts: Counter[str] = Counter()
        self.outbox: dict[int, Any] = {}
        self.csrf_blocks = False
        self.all_atomic = False
        self.edge = False
        self.networks: tuple[str, ...] = ()
        self.has_purgers = False
        self.purges: list[Any] = []
        self.is_slow = False
        self.debug = False
        self.view_urls: dict[str, list[str]] = {}
        self.log: list[str] = []
        self.purged: list[Any] = []
        self.reported: list[Exception] = []
        self.commit_error: Exception | None = None
        self._open: list[list[Callable[[], None]]] = []
        self._gathered: list[tuple[Catalog, Entry]] = []

    def body(self, request: Request) -> bytes:
        if len(request.body) > self.body_limit:
            raise Problem("too_large", "The body is too large.")
        return request.body

    def form(self, request: Request) -> tuple[bytes, dict[str, list[Any]]]:
        return request.body, request.files

    def fields(self, request: Request) -> dict[str, list[Any]]:
        return request.fields

    def token_identity(self, request: Request) -> Identity | None:
        if request.token == "bad":
            raise Problem("token_invalid", "The token is not valid.")
        return Identity(request.token, "k" * 32, by_token=True) if request.token else None

    def has_session(self, request: Request) -> bool:
        return request.user is not None

    def session_identity(self, request: Request, token: Identity | None) -> Identity:
        if token and request.user and request.user != token.sub:
            raise Problem("identity_mismatch", "The token and the session differ.")
        return token or Identity(request.user)

    def check_csrf(self, request: Request) -> None:
        if request.is_forged:
            raise Problem("csrf", "The request may be forged.")

    def permitted(self, request: Request, permission: Any) -> bool:
        return bool(permission(request)) if callable(permission) else permission in request.rights

    @contextmanager
    def atomic(self) -> Iterator[None]:
        self._open.append([])
        try:
            yield
            if len(self._open) == 1:
                self._hold_gathered()
                self.check_commit()
        except BaseException:
            self._open.pop()
            self.log.append("rollback")
            raise
        waiting = self._open.pop()
        self.log.append("commit")
        for each in waiting:
            self.when_committed(each)

    def check_commit(self) -> None:
        """Raise what the test says that a commit raises."""
        if self.commit_error:
            raise self.commit_error

    def when_committed(self, do: Callable[[], None]) -> None:
        if self._open:
            self._open[-1].append(do)
        else:
            do()

    def tie(self, entry: Entry) -> None:
        self.when_committed(entry)

    def alive(self, entries: list[Entry]) -> list[Entry]:
        return [entry for entry in entries if self.is_alive(entry)]

    def is_alive(self, entry: Entry) -> bool:
        return entry.committed or any(entry in each for each in self._open)

    def in_transaction(self) -> bool:
        return bool(self._open)

    def gather(self, catalog: Catalog, targets: Any) -> None:
        entry = Entry(targets)
        self.tie(entry)
        self._gathered.append((catalog, entry))

    def _hold_gathered(self) -> None:
        waiting, self._gathered = self._gathered, []
        for catalog, entry in waiting:
            if self.is_alive(entry):
                promise = Pledge(entry.targets)
                drive(pledge(catalog, promise))
                self.when_committed(partial(fulfil_now, catalog, promise))

    def is_nested(self) -> bool:
        return len(self._open) > 1

    def rolled_back(self, error: Exception) -> bool:
        return isinstance(error, LookupError)

    def remember(self, targets: Any, delay: float) -> int:
        self.outbox[len(self.outbox)] = (targets, delay)
        return len(self.outbox) - 1

    def delivered(self, row: int) -> None:
        self.outbox.pop(row)

    def remember_purges(self, targets: Any, delay: float) -> tuple[int, ...]:
        self.log.append("remember")
        self.purges.append((targets, delay))
        return (len(self.purges),)

    def hasten_purges(self, rows: tuple[int, ...]) -> bool:
        self.log.append(f"hasten {list(rows)}")
        return not self.is_slow

    def deliver_purges(self) -> None:
        self.log.append("deliver")

    @property
    def has_events(self) -> bool:
        return self.broker is not None

    def call_id(self) -> str:
        return self.nonce

    def vary(self, request: Request) -> tuple[tuple[str, str], ...]:
        return ()

    def permission_key(self, request: Request) -> str:
        return "p" * 32

    def count(self, event: str) -> None:
        self.counts[event] += 1

    def after_commit(self, targets: Any) -> None:
        self.when_committed(lambda: self.purged.append(targets))

    def check_response(self, value: Any) -> Any:
        if not isinstance(value, Response):
            raise ResultInvalid("This is no response.")
        return value

    def is_lazy(self, value: Any) -> bool:
        return False

    def plain(self, value: Any) -> Any:
        return value.rows if isinstance(value, Manager) else value

    @contextmanager
    def _watching(self, witness: Any) -> Iterator[Any]:
        self.log.append("watch")
        yield witness

    def witnessed(self, request: Request, *, is_public: bool) -> Any:
        witness = SimpleNamespace(seen=set(), varied=set(), lags=self.lags)
        own = () if is_public else ("user",)
        return Watched(request, witness, own), self._watching(witness)

    def problem(self, error: Exception) -> Problem | None:
        return Problem("not_found", "It is gone.") if isinstance(error, LookupError) else None

    def report(self, error: Exception, request: Request) -> None:
        self.reported.append(error)


class Recorder:
    """A cache that notes what it is asked for, and refuses what it is told to."""

    def __init__(self, host: Any) -> None:
        self.limits = Limits()
        self.host = host
        self.log: list[Any] = []
        self.down: set[str] = set()
        self.aio = _Aio(self)

    def _note(self, name: str, guards: Any) -> None:
        self.log.append((name, *guards))
        self.host.log.append(name)
        if name in self.down:
            raise CacheUnavailable("It is down.")

    def hold(self, hold: Hold) -> None:
        self._note("hold", hold.guards)

    def renew(self, hold: Hold) -> None:
        self._note("renew", hold.guards)

    def release(self, hold: Hold) -> None:
        self._note("release", hold.guards)


class Loudspeaker:
    """A broker that notes what it publishes, and refuses it where it is told to."""

    def __init__(self, host: Any) -> None:
        self.host = host
        self.published: list[Any] = []
        self.down = False
        self.aio = _Aio(self)

    def publish(self, targets: Any, call: str = "") -> None:
        self.host.log.append("publish")
        if self.down:
            raise BrokerUnavailable("It is down.")
        self.published.append((targets, call))


class _Aio:
    def __init__(self, cache: Any) -> None:
        self._cache = cache

    def __getattr__(self, name: str) -> Any:
        async def ask(*args: Any) -> Any:
            return getattr(self._cache, name)(*args)

        return ask


class Server:
    """A registry on a fake framework, and how clients ask it."""

    Response, Upload, Manager, Request = Response, Upload, Manager, Request

    def __init__(self, run: Run = drive) -> None:
        self.host = FakeHost()
        self.registry = Registry()
        self.registry.host = lambda: self.host
        self.client = self.registry.client
        self.run = run

    @property
    def catalog(self) -> Catalog:
        return self.registry.catalog

    @property
    def faults(self) -> list[Fault]:
        return self.registry.faults()

    def ask(self, incoming: Incoming, steps: Any, *args: Any) -> Reply:
        """Return the reply; whatever it is, its document is valid and it says what to store."""
        made = steps(self.catalog, incoming, *args)
        reply: Reply = self.run(pipeline.respond(self.catalog, incoming, made))
        if reply.native is None:
            assert reply.headers["X-Mizan-Schema"] == self.catalog.digest
            assert "Cache-Control" in reply.headers
        if reply.status >= 400 and reply.body:
            assert problems("error", json.loads(reply.body)) == []
        return reply

    def call(self, function: str, request: Request | None = None, /, **args: Any) -> Reply:
        body = json.dumps({"function": function, "args": args}).encode()
        request = request or Request()
        request.body = request.body or body
        content_type = "multipart/form-data" if request.files else "application/json"
        incoming = Incoming("POST", request, content_type=content_type)
        reply = self.ask(incoming, pipeline.call)
        if reply.status == 200:
            assert problems("result", json.loads(reply.body)) == []
        return reply

    def read(
        self,
        context: str,
        query: str = "",
        request: Request | None = None,
        /,
        method: str = "GET",
        if_none_match: str = "",
    ) -> Reply:
        incoming = Incoming(method, request or Request(), query, if_none_match=if_none_match)
        reply = self.ask(incoming, reads.read, context)
        if reply.status == 200 and reply.body:
            assert problems("context-bundle", json.loads(reply.body)) == []
        return reply

    def view(
        self, function: str, request: Request | None = None, /, method: str = "POST", **route: Any
    ) -> Reply:
        incoming = Incoming(method, request or Request())
        return self.ask(incoming, pipeline.view, self.catalog.functions[function], route)


def _arun(steps: Steps[Any]) -> Any:
    return asyncio.run(adrive(steps))


@pytest.fixture
def host() -> FakeHost:
    """A framework."""
    return FakeHost()


@pytest.fixture
def server() -> Server:
    """A server under WSGI."""
    return Server()


@pytest.fixture(params=[drive, _arun], ids=["wsgi", "asgi"])
def either(request: pytest.FixtureRequest) -> Server:
    """A server, once under WSGI and once under ASGI."""
    return Server(request.param)


@pytest.fixture
def heard(kept: Any) -> Any:
    """A server with cache and broker."""
    kept.host.broker = Loudspeaker(kept.host)
    return kept


@pytest.fixture
def kept(either: Any) -> Any:
    """A server whose cache notes everything, with contexts `news` and `talk`."""
    either.host.cache = Recorder(either.host)
    for name in ("news", "talk"):
        either.client(context=name, name=name)(lambda request: 1)

    def effect(request: Any, fails: bool = False) -> None:
        either.host.log.append("effect")
        for inner in either.inner:
            inner(request)
        if fails:
            raise LookupError

    either.inner = []
    either.publish = either.client(affects="news", name="publish")(effect)
    either.client(affects="news", name="loose", atomic=False)(effect)
    either.client(name="plain")(effect)
    either.deep = either.client(affects="talk", name="deep")(lambda request: None)
    return either
