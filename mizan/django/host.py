"""Django as the server's host (`mizan.server.host.Host`).

Invariant: everything of Django that the server needs goes through here, and nothing else does.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

from asgiref.sync import async_to_sync, iscoroutinefunction
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.signals import got_request_exception
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connections, models, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils.functional import Promise

from mizan.cache.base import Cache
from mizan.django import (
    auth,
    cache_settings,
    carried,
    conf,
    counters,
    edge_settings,
    errors,
    event_broker,
    event_settings,
    event_streams,
    gathered,
    mwt,
    origin_cache,
    replicas,
    savepoints,
)
from mizan.django.mwt_obtain import mwt_obtain
from mizan.django.request import PublicRequest, Witness, watched
from mizan.events.base import Broker
from mizan.protocol.targets import Target
from mizan.server.catalog import Catalog
from mizan.server.declare import ClientFunction
from mizan.server.problems import Problem
from mizan.server.results import ResultInvalid

Lists = dict[str, list[Any]]
# What functions of a context of one user's may look at: the key of its entries covers it.
_IDENTITY = frozenset({"user"})
logger = logging.getLogger("django.request")
# What a request is marked with once its error was logged, so that Django does not log it again.
REPORTED = "_mizan_reported"


class DjangoHost:
    """Django, as the server's steps use it. `base_url`: where `mizan.django.urls` are included."""

    response_types: tuple[type, ...] = (HttpResponseBase,)
    upload_types: tuple[type, ...] = (UploadedFile,)
    token_identity = staticmethod(auth.token_identity)
    session_identity = staticmethod(auth.session_identity)
    has_session = staticmethod(auth.has_session)
    check_csrf = staticmethod(auth.check_csrf)
    problem = staticmethod(errors.problem_of)
    count = staticmethod(counters.count)
    call_id = staticmethod(carried.call_id)

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.identity_params = tuple(conf.usable("MIZAN_IDENTITY_PARAMS"))
        edge = edge_settings.current()
        self.edge = edge is not None
        self.networks = edge.tags if edge else ()
        self.body_limit = int(conf.usable("MIZAN_BODY_LIMIT"))
        self.view_urls = conf.usable("MIZAN_VIEW_URLS")
        self.functions: Sequence[ClientFunction[..., Any]] = (
            [mwt_obtain] if conf.usable("MIZAN_MWT_KEYS") else []
        )
        self.csrf_blocks = bool(settings.CSRF_USE_SESSIONS)
        self.all_atomic = bool(connections.settings[DEFAULT_DB_ALIAS].get("ATOMIC_REQUESTS"))
        self._vary = sorted(conf.vary().items())
        self._declared = frozenset(conf.vary())
        self._keyed = self._declared.intersection(edge.keyed if edge else ())
        settings_ = cache_settings.current()
        self.cache_secret = settings_.secret
        self.audience = str(conf.usable("MIZAN_MWT_AUDIENCE"))
        self.consistent = settings_.consistent
        self.wait = settings_.wait
        self.hold_timeout = settings_.limits.hold
        self.largest_entry = settings_.max_entry_bytes
        self.varies = bool(self._vary)
        self.has_events = event_settings.current() is not None
        self.has_purgers = edge is not None and bool(edge.purge)
        self._watches_replicas = not settings_.limits.lag and bool(replicas.aliases())
        # Its state is the connection's, so one serves every call, as it would as a decorator.
        self._atomic = transaction.atomic()
        # A mutation runs as a view does under ATOMIC_REQUESTS, and in the default database always.
        self._others = [
            alias
            for alias, database in connections.settings.items()
            if database.get("ATOMIC_REQUESTS") and alias != DEFAULT_DB_ALIAS
        ]

    @property
    def cache(self) -> Cache | None:
        """The origin cache of this process."""
        return origin_cache.cache()

    @property
    def broker(self) -> Broker | None:
        """The broker of events of this process."""
        return event_broker.broker()

    @property
    def position(self) -> str:
        """The position of the last event that this process knows; empty where it knows none."""
        return event_streams.position()

    @property
    def debug(self) -> bool:
        """Whether Django runs with DEBUG."""
        return bool(settings.DEBUG)

    def body(self, request: HttpRequest) -> bytes:
        """Return the body. Raises Problem (413) over MIZAN_BODY_LIMIT."""
        length = request.META.get("CONTENT_LENGTH") or ""
        # Python reads no number of thousands of digits.
        if length.isdecimal() and (len(length) > 18 or int(length) > self.body_limit):
            raise errors.too_large(self.body_limit)
        if not length.isdecimal() and not hasattr(request, "_body"):
            # A body in chunks says no length: Django would read all of it, or over WSGI nothing.
            request._body = _source(request).read(self.body_limit + 1)  # noqa: SLF001
        body = request.body
        if len(body) > self.body_limit:
            raise errors.too_large(self.body_limit)
        return body

    def form(self, request: HttpRequest) -> tuple[bytes, Lists]:
        """Return (part `call`, the files of each name) of a multipart call."""
        try:
            part: Any = request.POST.get("call")
            files = {name: request.FILES.getlist(name) for name in request.FILES}
        except RequestDataTooBig as error:
            raise errors.too_large(settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) from error
        if part is None and "call" in files:
            part = files["call"][-1].read(self.body_limit + 1)
        if part is None:
            raise Problem("malformed", 'A multipart call needs a part "call" with the JSON.')
        text = part.encode() if isinstance(part, str) else bytes(part)
        if len(text) > self.body_limit:
            raise errors.too_large(self.body_limit)
        return text, {name: listed for name, listed in files.items() if name != "call"}

    def fields(self, request: HttpRequest) -> Lists:
        """Return the values of each name in the query and the form; the form's count."""
        found: Lists = {}
        for source in (request.GET, request.POST, request.FILES):
            found |= {str(name): source.getlist(name) for name in source}
        found.pop("csrfmiddlewaretoken", None)
        return found

    def permitted(self, request: HttpRequest, permission: Any) -> bool:
        """Whether the user has a permission by name, or a callable says so, which may be async."""
        if iscoroutinefunction(permission):
            return bool(async_to_sync(permission)(request))
        if callable(permission):
            return bool(permission(request))
        user = getattr(request, "user", None)
        return user is not None and bool(user.has_perm(permission))

    def atomic(self) -> AbstractContextManager[Any]:
        """Return a transaction of the default database, and of others with ATOMIC_REQUESTS."""
        return self._all_atomic() if self._others else self._atomic

    @contextmanager
    def _all_atomic(self) -> Iterator[None]:
        with ExitStack() as stack:
            for alias in (*self._others, DEFAULT_DB_ALIAS):
                stack.enter_context(transaction.atomic(using=alias))
            yield

    tie = staticmethod(savepoints.tie)
    alive = staticmethod(savepoints.alive)
    in_transaction = staticmethod(savepoints.in_transaction)

    def gather(self, catalog: Catalog, targets: tuple[Target, ...]) -> None:
        """Hold and renew targets with the commit of the open transaction."""
        gathered.gather(catalog, targets)

    def is_nested(self) -> bool:
        """Whether the transaction that `atomic` opened is within another."""
        return savepoints.depth(transaction.get_connection()) > 1

    def rolled_back(self, error: Exception) -> bool:
        """Whether the database refused a commit: a constraint that it checks last."""
        return isinstance(error, IntegrityError)

    def when_committed(self, do: Callable[[], Any]) -> None:
        """Do something once the open transaction commits, or now."""
        if transaction.get_connection().in_atomic_block and not self.in_transaction():
            do()  # the transaction is a TestCase's, which never commits
        else:
            transaction.on_commit(do, robust=True)

    def after_commit(self, targets: tuple[Target, ...]) -> None:
        """Have the reply to the request say so, or tell receivers where there is none, once the
        open transaction commits."""
        carried.tell(targets)

    def remember(self, targets: tuple[Target, ...], delay: float) -> int:
        """Leave a purge in the outbox."""
        from mizan.django import outbox  # its model is there only once the apps are

        row: int = outbox.remember(targets, delay=delay)
        return row

    def delivered(self, row: int) -> None:
        """Take a purge out of the outbox."""
        from mizan.django import outbox

        outbox.delivered(row)

    def remember_purges(self, targets: tuple[Target, ...], delay: float) -> tuple[int, ...]:
        """Leave purges in the outbox, for each network in front."""
        from mizan.django import edge_outbox

        rows: tuple[int, ...] = edge_outbox.remember(targets, delay)
        return rows

    def hasten_purges(self, rows: tuple[int, ...]) -> bool:
        """Let delayed rows be due. Returns whether all were still there."""
        from mizan.django import edge_outbox

        return bool(edge_outbox.hasten(rows))

    def deliver_purges(self) -> None:
        """Have the outbox's purges delivered now."""
        from mizan.django import edge_worker

        edge_worker.wake()

    def vary(self, request: HttpRequest) -> tuple[tuple[str, str], ...]:
        """Return (facet, text) for each facet of MIZAN_CACHE["VARY"], in order of name, and for the
        URLconf where a middleware chose one."""
        chosen = getattr(request, "urlconf", None)
        if not self._vary and not chosen:
            return ()
        pairs = tuple([(name, str(facet(request))) for name, facet in self._vary])
        return (*pairs, ("urlconf", str(chosen))) if chosen else pairs

    def permission_key(self, request: HttpRequest) -> str:
        """Return the `pkey` of the request's user."""
        secret = conf.pkey_secret() if conf.get("MIZAN_PKEY_SECRET") else self.cache_secret
        return mwt.compute_permission_key(request.user, secret)

    def plain(self, value: Any) -> Any:
        """Return a manager's or a queryset's rows as a list, and a translation to come as text."""
        if isinstance(value, Promise):
            return str(value)
        if isinstance(value, models.Manager):
            return list(value.all())
        if isinstance(value, HttpResponseBase):
            raise ResultInvalid(
                f"A function whose annotation is data returned {type(value).__name__}; annotate it "
                "with -> HttpResponse (and give it a route) if it should."
            )
        return list(value) if isinstance(value, models.QuerySet) else value

    def check_response(self, value: Any) -> HttpResponseBase:
        """Return a view function's response, its template rendered: nothing may fail after the
        commit. Raises ResultInvalid for what is no response."""
        if not isinstance(value, HttpResponseBase):
            raise ResultInvalid(
                f"A function whose annotation is a response returned {type(value).__name__}; "
                "annotate it with the type of its data if it should."
            )
        if isinstance(value, SimpleTemplateResponse):
            value.render()
        return value

    def is_lazy(self, value: Any) -> bool:
        """Whether checking a response may ask the database: its template is not rendered."""
        return isinstance(value, SimpleTemplateResponse) and not value.is_rendered

    def witnessed(
        self, request: HttpRequest, *, is_public: bool
    ) -> tuple[Any, AbstractContextManager[Witness]]:
        """Return a request that is watched, and the context in which to run functions."""
        own = self._keyed if is_public else self._keyed | _IDENTITY
        witness = Witness(self._declared, strict=self.debug and is_public, own=own)
        watching = self._watched(witness) if self._watches_replicas else watched(witness)
        return PublicRequest(request, witness), watching

    @contextmanager
    def _watched(self, witness: Witness) -> Iterator[Witness]:
        with watched(witness), replicas.watched(witness):
            yield witness

    def report(self, error: Exception, request: HttpRequest) -> None:
        """Log an unexpected error where Django logs its own, and send Django's signal of it, which
        error trackers and the test client listen to."""
        context = error.__context__
        try:
            raise error  # noqa: TRY301 (what logs and listens looks at the exception handled)
        except Exception:
            error.__context__ = context  # not what it caused, which is handled just now
            path, extra = errors.one_line(request.path), {"status_code": 500, "request": request}
            logger.exception("Internal Server Error: %s", path, extra=extra)
            got_request_exception.send(sender=None, request=request)
        setattr(request, REPORTED, True)


def _source(request: Any) -> Any:
    """Return what to read a body without a length from: a WSGI server may say that it ends it."""
    environ = getattr(request, "environ", {})
    return environ["wsgi.input"] if environ.get("wsgi.input_terminated") else request
