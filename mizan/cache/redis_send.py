"""Sends commands to Redis and reads the replies, from threads or from event loops (SPEC.md,
section 15). It uses redis-py's connections, and keeps those that are idle itself.

Invariant: a connection is kept only if every reply was read; whatever went wrong is told as
CacheUnavailable, and names no secret.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import redis.asyncio.connection
import redis.connection
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeout

from mizan.cache.base import CacheUnavailable
from mizan.cache.breaker import Breaker
from mizan.cache.redis_urls import Place
from mizan.cache.redis_wire import Address, Batch, Replies, Stale, pack
from mizan.errors import ConfigurationError

MAX_CONNECTIONS = 64
"""The most that one event loop opens to one server; further tasks wait for their turn."""
Idle = dict[Address, deque[Any]]
_CLASSES = {"tcp": "Connection", "tls": "SSLConnection", "unix": "UnixDomainSocketConnection"}


class Dialler:
    """Makes connections, of redis-py's threads or of its event loops, and knows who is down."""

    def __init__(self, place: Place, timeout: float, breaker: Callable[[str], Breaker]) -> None:
        self.place = place
        self.timeout = timeout
        self._breaker = breaker
        self._breakers: dict[Address, Breaker] = {}
        try:  # what the library refuses is told now, not as a failure of the server
            self.connection(redis.connection, Address("/", place.kind != "unix"), timeout)
        except (TypeError, ValueError, RedisError) as error:
            why = str(error) if isinstance(error, TypeError) else type(error).__name__
            names = ", ".join(sorted(place.options["data"]))
            raise ConfigurationError(
                f"configuration.{place.what}",
                f"redis-py refuses the options of the {place.what}'s connections ({names}): {why}.",
            ) from None

    def breaker(self, address: Address) -> Breaker:
        """Return the breaker of a server, the same for all threads and event loops."""
        found = self._breakers.get(address)
        return found or self._breakers.setdefault(address, self._breaker(str(address)))

    def connection(self, module: Any, address: Address, timeout: float | None) -> Any:
        """Return a new connection, not yet connected; `timeout` in seconds for each reading."""
        where = {"host": address.host, "port": address.port}
        return getattr(module, _CLASSES[self.place.kind])(
            **(where if address.port else {"path": address.host}),
            **{
                "protocol": 2,
                "socket_timeout": timeout,
                "socket_connect_timeout": self.timeout,
                **self.place.options[address.role],
            },
        )

    @contextmanager
    def watched(self, batches: list[Batch]) -> Iterator[Watch]:
        """Around an exchange: ask the breakers, tell them the outcome, translate what is raised."""
        breakers = [self.breaker(batch.address) for batch in batches]
        probes = [breaker.enter() for breaker in breakers]
        watch = Watch()
        try:
            yield watch
        except (RedisError, OSError) as error:
            slow = isinstance(error, RedisTimeout | TimeoutError)
            why = f"no answer within {self.timeout:g} s" if slow else str(error)
            if watch.at in watch.reused and not slow:
                raise Stale(why) from None
            breakers[watch.at].failed(probes[watch.at], why)
            raise CacheUnavailable(f"{breakers[watch.at].name}: {why}") from None
        for breaker in breakers:
            if breaker.failures:
                breaker.succeeded()


class Watch:
    """How far an exchange is: `at` which batch, and for which ones a connection is `reused`."""

    __slots__ = ("at", "reused")

    def __init__(self) -> None:
        self.at = 0
        self.reused: set[int] = set()


class Sender:
    """Exchanges from threads, each connection in use by one at a time."""

    def __init__(self, dialler: Dialler) -> None:
        self._dialler = dialler
        self._pid = os.getpid()
        self._idle: Idle = {}

    def exchange(self, batches: list[Batch], fresh: bool) -> list[Replies]:
        """Send all, then read all; `fresh`: on new connections. Raises CacheUnavailable, Stale."""
        if self._pid != os.getpid():  # a fork: the parent's connections are the parent's
            self._idle, self._pid = {}, os.getpid()
        taken: list[Any] = []
        with self._dialler.watched(batches) as watch:
            try:
                for watch.at, batch in enumerate(batches):
                    taken.append(self._take(batch.address, fresh, watch))
                    taken[-1].connect()
                    taken[-1].send_packed_command([pack(batch.commands)], check_health=False)
                replies = []
                for watch.at, batch in enumerate(batches):
                    replies.append([_reply(taken[watch.at]) for _ in batch.commands])
            except BaseException:
                suspects = self._idle.pop(batches[watch.at].address, ())  # likely as dead
                for connection in (*taken, *suspects):
                    connection.disconnect()
                raise
        _keep(self._idle, batches, taken)
        return replies

    def close(self) -> None:
        """Close the idle connections."""
        idle, self._idle = self._idle, {}
        for connection in (each for some in idle.values() for each in some):
            connection.disconnect()

    def _take(self, address: Address, fresh: bool, watch: Watch) -> Any:
        if not fresh and (connection := _idle_one(self._idle, address)):
            watch.reused.add(watch.at)
            return connection
        return self._dialler.connection(redis.connection, address, self._dialler.timeout)


def _reply(connection: Any) -> Any:
    try:
        return connection.read_response(disable_decoding=True)
    except ResponseError as error:  # of this command; the others have theirs
        return error


class AsyncSender:
    """Exchanges from event loops, each with connections of its own."""

    def __init__(self, dialler: Dialler) -> None:
        self._dialler = dialler
        self._homes: dict[asyncio.AbstractEventLoop, _Home] = {}

    async def exchange(self, batches: list[Batch], fresh: bool) -> list[Replies]:
        """As Sender's; waits for its turn while too many others are at it."""
        home = self._homes.get(asyncio.get_running_loop()) or await self._settle()
        taken: list[Any] = []
        with self._dialler.watched(batches) as watch:
            async with asyncio.timeout(self._dialler.timeout), home.turn:
                try:
                    for watch.at, batch in enumerate(batches):
                        taken.append(self._take(home, batch.address, fresh, watch))
                        await taken[-1].connect()
                        data = [pack(batch.commands)]
                        await taken[-1].send_packed_command(data, check_health=False)
                    replies = []
                    for watch.at, batch in enumerate(batches):
                        of = taken[watch.at]
                        replies.append([await _async_reply(of) for _ in batch.commands])
                except BaseException:
                    suspects = home.idle.pop(batches[watch.at].address, ())
                    for connection in (*taken, *suspects):
                        await connection.disconnect(nowait=True)
                    raise
        _keep(home.idle, batches, taken)
        return replies

    async def close(self) -> None:
        """Close the idle connections of the running event loop."""
        if home := self._homes.get(asyncio.get_running_loop()):
            await home.close()

    def _take(self, home: _Home, address: Address, fresh: bool, watch: Watch) -> Any:
        if not fresh and (connection := _idle_one(home.idle, address)):
            watch.reused.add(watch.at)
            return connection
        return self._dialler.connection(redis.asyncio.connection, address, None)

    async def _settle(self) -> _Home:
        """Give the running event loop connections of its own, which are closed when it ends."""
        for loop in [loop for loop in tuple(self._homes) if loop.is_closed()]:
            self._homes.pop(loop, None)
        loop, home = asyncio.get_running_loop(), _Home()
        self._homes[loop] = home
        home.leaving = self._leaving(loop, home)
        await anext(home.leaving)
        return home

    async def _leaving(self, loop: asyncio.AbstractEventLoop, home: _Home) -> AsyncGenerator[None]:
        """Ends with the event loop, as loops end the generators that were begun in them."""
        try:
            yield
        finally:
            self._homes.pop(loop, None)
            await home.close()


class _Home:
    """What one event loop has."""

    leaving: AsyncGenerator[None]

    def __init__(self) -> None:
        self.idle: Idle = {}
        self.turn = asyncio.Semaphore(MAX_CONNECTIONS)

    async def close(self) -> None:
        idle, self.idle = self.idle, {}
        for connection in (each for some in idle.values() for each in some):
            await connection.disconnect()


async def _async_reply(connection: Any) -> Any:
    try:
        return await connection.read_response(disable_decoding=True)
    except ResponseError as error:
        return error


def _idle_one(idle: Idle, address: Address) -> Any:
    """Take the connection to a server that was used last, if there is one."""
    try:
        return idle[address].pop()
    except LookupError:
        return None


def _keep(idle: Idle, batches: list[Batch], taken: list[Any]) -> None:
    for batch, connection in zip(batches, taken, strict=True):
        idle.setdefault(batch.address, deque()).append(connection)
