"""For tests of Django projects: clients that check every reply, and assertions on what is stale.

Invariant: no reply of Mizan's endpoints, no problem document and no `X-Mizan-Invalidate` passes a
client of this module unless it fits the schemas, and its header and body name the same targets.

    client = MizanClient()
    with assert_fetches_fresh(client, "user", user_id=5) as seen:
        reply = client.call("update_name", user_id=5, name="Ada")
    assert_invalidates(reply, "user;user_id=5")
    assert seen.after["user_profile"]["name"] == "Ada"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, Self
from weakref import WeakSet

from asgiref.sync import sync_to_async
from django.apps import apps
from django.http.request import RawPostDataException
from django.test import AsyncClient, Client
from django.urls import Resolver404

from mizan.errors import MizanError
from mizan.protocol.decode import decode
from mizan.protocol.targets import matches, serialise
from mizan.server.registry import registry
from mizan.testing._commits import commits, pending, run_since
from mizan.testing._reply import Reply
from mizan.testing._requests import (
    Declared,
    call_request,
    instance_of,
    name_of,
    read_request,
    stale,
    targets_of,
)
from mizan.testing.replies import Kind, Received, complaints

__all__ = [
    "AsyncMizanClient",
    "MizanClient",
    "Reply",
    "assert_fetches_fresh",
    "assert_invalidates",
    "commits",
    "isolated",
    "stale",
]

_ENDPOINTS: dict[str, Kind] = {"call": "call", "context": "context"}  # names of mizan.django.urls
_Args = Mapping[str, Any] | None
_Headers = Mapping[str, str] | None


class _Checks:
    """What both clients do with a reply; `replies` keeps all of them, in order."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.replies: list[Reply] = []

    def _checked(self, response: Any) -> Any:
        """Check a response and return it, with its Reply as `response.mizan`."""
        received = _received(response)
        known = received.kind != "other"
        schema = registry.catalog.schema if known else {"functions": {}, "contexts": {}}
        found = complaints(received, schema, registry.catalog.digest if known else "")
        if found:
            listed = "\n".join(f"- {each}" for each in found)
            request = _request(response)
            raise AssertionError(
                f"{request.method} {request.get_full_path()}: the reply with status "
                f"{received.status} is not as it must be:\n{listed}"
            )
        response.mizan = Reply(response, received)
        self.replies.append(response.mizan)
        return response


class MizanClient(_Checks, Client):
    """Django's test client, which also reads contexts and calls functions, and checks each reply.

    Callbacks of `transaction.on_commit` run after each request, also inside a `TestCase`. Raises
    AssertionError for a reply that is not as it must be; one that says that the request was wrong
    is right, and returned.
    """

    def request(self, **request: Any) -> Any:
        """Send a request, run what waits for its commit, and check the response."""
        before = pending()
        response = super().request(**request)
        run_since(before)
        return self._checked(response)

    def read(
        self, context: Declared, args: _Args = None, /, *, headers: _Headers = None, **params: Any
    ) -> Reply:
        """Read a context: `client.read("user", user_id=5)`. `args` takes names that clash."""
        sent = read_request(name_of(context), {**(args or {}), **params})
        reply: Reply = self.generic(**sent, headers=headers).mizan  # type: ignore[attr-defined]
        return reply

    def call(
        self, function: Declared, args: _Args = None, /, *, headers: _Headers = None, **named: Any
    ) -> Reply:
        """Call a function: `client.call("update_name", user_id=5, name="Ada")`; as `read`."""
        sent = call_request(name_of(function), {**(args or {}), **named})
        reply: Reply = self.generic(**sent, headers=headers).mizan  # type: ignore[attr-defined]
        return reply


class AsyncMizanClient(_Checks, AsyncClient):
    """The same over ASGI: `await client.read("user", user_id=5)`."""

    async def request(self, **request: Any) -> Any:
        """Send a request, run what waits for its commit, and check the response."""
        before = await sync_to_async(pending)()
        response = await super().request(**request)
        await sync_to_async(run_since)(before)
        return await sync_to_async(self._checked)(response)

    async def read(
        self, context: Declared, args: _Args = None, /, *, headers: _Headers = None, **params: Any
    ) -> Reply:
        """Read a context, as `MizanClient.read`."""
        sent = read_request(name_of(context), {**(args or {}), **params})
        reply: Reply = (await self.generic(**sent, headers=headers)).mizan  # type: ignore[attr-defined]
        return reply

    async def call(
        self, function: Declared, args: _Args = None, /, *, headers: _Headers = None, **named: Any
    ) -> Reply:
        """Call a function, as `MizanClient.call`."""
        sent = call_request(name_of(function), {**(args or {}), **named})
        reply: Reply = (await self.generic(**sent, headers=headers)).mizan  # type: ignore[attr-defined]
        return reply


def assert_invalidates(reply: Any, *targets: Any) -> None:
    """Assert that a reply makes exactly these targets stale; without any: nothing.

    `reply` is a Reply or a response of one of these clients. A target is text as in the header
    (`"user;user_id=5"`), a context, a function, or `stale(UserContext, user_id=5)`.
    """
    reply = getattr(reply, "mizan", reply)
    expected = {serialise(each) for given in targets for each in targets_of(given)}
    found = {serialise(each) for each in reply.targets}
    if expected == found:
        return
    lines = [f"{reply!r} makes stale what was not expected, or not what was:"]
    lines += [f"  missing: {each}" for each in sorted(expected - found)]
    lines += [f"  not expected: {each}" for each in sorted(found - expected)]
    raise AssertionError("\n".join(lines))


class assert_fetches_fresh:  # noqa: N801 (used like a function)
    """Assert that a client which follows the replies of the block shows other data after it.

        with assert_fetches_fresh(client, "user", user_id=5) as seen:
            client.call("update_name", user_id=5, name="Ada")

    That is: a reply within the block makes the read stale, and the server answers the same read
    with other data, not with 304. `by` is the client of the block where it is another one;
    `seen.before` and `seen.after` are the bundles. With an AsyncMizanClient: `async with`.
    """

    def __init__(
        self,
        client: Any,
        context: Declared,
        args: _Args = None,
        /,
        *,
        by: Any = None,
        **params: Any,
    ) -> None:
        self._client = client
        self._context = name_of(context)
        self._params = {**(args or {}), **params}
        self._log: list[Reply] = (by or client).replies
        self.before: dict[str, Any] = {}
        self.after: dict[str, Any] = {}

    def __enter__(self) -> Self:
        """Read before."""
        return self._begin(self._read())

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> Literal[False]:
        """Read after, and compare, unless the block failed."""
        if kind is None:
            self._end(self._read())
        return False

    async def __aenter__(self) -> Self:
        """Read before."""
        return self._begin(await self._read())

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> Literal[False]:
        """Read after, and compare, unless the block failed."""
        if kind is None:
            self._end(await self._read())
        return False

    def _read(self) -> Any:
        """Ask again as a browser does: only for what has changed."""
        headers = {"If-None-Match": self._etag} if self.before and self._etag else {}
        return self._client.read(self._context, self._params, headers=headers)

    def _begin(self, reply: Reply) -> Self:
        self.before = reply.data
        self._etag = reply.headers.get("etag")
        self._since = len(self._log)
        return self

    def _end(self, reply: Reply) -> None:
        instance = instance_of(self._context, self._params)
        said = [target for each in self._log[self._since :] for target in each.targets]
        shown = f"{self._context} with {dict(instance.params)}"
        if not any(matches(target, instance) for target in said):
            named = ", ".join(map(serialise, said)) or "nothing"
            raise AssertionError(f"No reply makes {shown} stale: the replies named {named}.")
        if reply.status == 304 or reply.data == self.before:
            raise AssertionError(f"The reply made {shown} stale, but a read shows the same data.")
        self.after = reply.data


@contextmanager
def isolated() -> Iterator[None]:
    """Keep what a test declares, and what it makes the server keep, from the next test.

    (The pytest plugin does this for every test.)
    """
    if not apps.ready:
        yield
        return
    from mizan.django import origin_cache, watching

    before = list(registry.functions)
    writers, watches = set(registry.writers), list(watching.WATCHES)
    try:
        yield
    finally:
        origin_cache.forget()
        watching.WATCHES[:] = watches
        if set(registry.writers) != writers:
            registry.writers = WeakSet(writers)
            registry.reset()
        if registry.functions != before:
            registry.functions[:] = before
            registry.reset()


def _request(response: Any) -> Any:
    """Return the request that Django made of what the client sent."""
    return getattr(response, "wsgi_request", None) or response.asgi_request


def _received(response: Any) -> Received:
    request = _request(response)
    kind, name = _endpoint(response)
    if kind == "call":
        name = _called(request)
    headers = {key.lower(): value for key, value in response.headers.items()}
    if response.cookies:
        headers["set-cookie"] = ", ".join(each.OutputString() for each in response.cookies.values())
    no_body = response.streaming or request.method == "HEAD"
    body = None if no_body else response.content
    return Received(response.status_code, headers, body, kind, name)


def _endpoint(response: Any) -> tuple[Kind, str | None]:
    """Return which of Mizan's endpoints was asked, and the context that a read is of."""
    try:
        match = response.resolver_match
        ours = match.app_names[-1:] == ["mizan"]
        kind = _ENDPOINTS.get(match.url_name, "other") if ours else "other"
        return kind, match.kwargs.get("name") if kind == "context" else None
    except Resolver404:
        return "other", None


def _called(request: Any) -> str | None:
    """Return the name of the function that a call names, if it names one."""
    try:
        body = request.POST.get("call", request.body) if _is_form(request) else request.body
        document = decode(body)
    except (MizanError, RawPostDataException):
        return None
    name = document.get("function") if isinstance(document, dict) else None
    return name if isinstance(name, str) else None


def _is_form(request: Any) -> bool:
    return bool(request.content_type == "multipart/form-data")
