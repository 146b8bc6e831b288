"""Following the stream on Redis: one connection that waits for what is appended (SPEC.md, section
17).

Invariant: after each reading the entry that was given last still stands in the stream, in the same
run of the same server, so nothing behind it was lost; else what follows begins with a Gap.
"""

from __future__ import annotations

import asyncio
import logging
import random
from typing import Any

import redis.asyncio.connection
from redis.exceptions import RedisError, ResponseError

from mizan.cache.base import CacheUnavailable
from mizan.cache.redis_client import Client
from mizan.cache.redis_wire import Command, Replies, pack
from mizan.events import redis_stream as stream
from mizan.events.base import CaughtUp, Gap, Item
from mizan.events.redis_stream import Entry

logger = logging.getLogger("mizan.events")

WAIT = 5.0
"""How long one reading waits for messages, in seconds."""
ANSWER = 5.0
"""How long a server may take to answer, beyond that, in seconds."""
PAUSES = (0.1, 5.0)
"""The first and the longest pause after a failure, in seconds; each further one doubles it."""


class Follower:
    """Follows one stream, in one event loop."""

    def __init__(self, client: Client, key: str, replay: int) -> None:
        self._client = client
        self._key = key
        self._replay = replay
        self._connection: Any = None
        self._run = ""
        self._last = b""
        self._failures = 0

    async def next(self) -> list[Item]:
        """Return what comes next, however long that takes."""
        while True:
            try:
                items = await (self._read() if self._connection else self._connect())
            except (CacheUnavailable, RedisError, OSError) as error:
                await self._lost(error)
                continue
            if self._failures:
                logger.warning("events.recovered: the broker answers again")
            self._failures = 0
            if items:
                return items

    async def close(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.disconnect(nowait=True)

    async def _connect(self) -> list[Item]:
        """Connect, and go on where the last connection ended, or begin anew."""
        client = self._client
        address = await client.aio.go(client.route.home(self._key.encode()))
        self._connection = client.dialler.connection(redis.asyncio.connection, address, None)
        async with asyncio.timeout(client.dialler.timeout):
            await self._connection.connect()
        (info,) = await self._ask((b"INFO", b"server"))
        run = stream.run_of(info)
        if run == self._run and (await self._ask(stream.one(self._key, self._last)))[0]:
            return []
        return await self._begin(run)

    async def _begin(self, run: str) -> list[Item]:
        """Read the latest messages, as one who knows nothing."""
        (found,) = await self._ask(stream.latest(self._key, self._replay + 1))
        entries: list[Entry] = found[::-1]
        if not entries:
            (id_,) = await self._ask(stream.begin(self._key))
            entries = [[id_, []]]
        first, *others = entries
        past = [stream.message(run, each) for each in others]
        self._run, self._last = run, stream.id_of(entries[-1])
        return [Gap(stream.position(run, first)), *past, CaughtUp()]

    async def _read(self) -> list[Item]:
        """Wait for messages, and make sure that none before them were lost."""
        found, last = await self._ask(
            stream.after(self._key, self._last, WAIT),
            stream.one(self._key, self._last),
            wait=WAIT,
        )
        if not last:
            return await self._begin(self._run)
        entries: list[Entry] = found[0][1] if found else []
        if entries:
            self._last = stream.id_of(entries[-1])
        return [stream.message(self._run, each) for each in entries]

    async def _ask(self, *commands: Command, wait: float = 0.0) -> Replies:
        """Exchange commands for their replies. Raises what redis-py raises, and TimeoutError."""
        connection = self._connection
        async with asyncio.timeout(wait + ANSWER):
            await connection.send_packed_command([pack(commands)], check_health=False)
            return [await connection.read_response(disable_decoding=True) for _ in commands]

    async def _lost(self, error: Exception) -> None:
        """Give the connection up, and pause."""
        await self.close()
        # A refusal may come of a server that is no longer the one to ask, as any silence may.
        if not isinstance(error, CacheUnavailable):
            self._client.route.failed()
        if not self._failures:
            why = f"no answer within {ANSWER:g} s" if isinstance(error, TimeoutError) else error
            kind = "refused" if isinstance(error, ResponseError) else "unavailable"
            logger.warning("events.unavailable: the broker is %s: %s", kind, why)
        first, longest = PAUSES
        pause = min(first * 2 ** min(self._failures, 16), longest)
        self._failures += 1
        await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 (no secret)
