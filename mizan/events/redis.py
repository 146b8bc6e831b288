"""The broker on Redis or Valkey: one stream, on one server, with Sentinel or in a cluster (SPEC.md,
section 17).

A position is the beginning of the server's run id, which is another after each start and each
fail-over, and the id of an entry of the stream.

Invariant: whatever fails is told as BrokerUnavailable, and names no secret.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from mizan.cache.base import CacheUnavailable
from mizan.cache.redis_client import TIMEOUT, Client
from mizan.events.base import REPLAY, AsyncBroker, BrokerUnavailable, Item
from mizan.events.redis_follow import Follower
from mizan.events.redis_stream import publish
from mizan.protocol.targets import Target


class RedisBroker:
    """A broker on Redis >= 6 or Valkey, for all processes that share it. Thread-safe.

    `url` says where it is (`mizan/cache/redis_urls.py` has the forms); `options` go to redis-py's
    connections. `prefix` begins the stream's key; `replay` is how many messages it keeps. `timeout`
    is that of publishing, in seconds. Raises ConfigurationError for a URL that cannot be read.
    """

    def __init__(
        self,
        url: str,
        *,
        prefix: str = "mizan",
        replay: int = REPLAY,
        timeout: float = TIMEOUT,
        **options: Any,
    ) -> None:
        self._client = Client(url, options, timeout=timeout, what="events")
        self._key = f"{prefix}:events:1"
        self._replay = replay
        self.on_recovered = self._client.on_recovered
        """What is called after the first success of publishing that follows a failure."""
        self.aio: AsyncBroker = _Coroutines(self._client, self._key, replay)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {type(self._client.route).__name__.lower()}>"

    def publish(self, targets: tuple[Target, ...], call: str = "") -> None:
        """Append a message to the stream; one round trip (see `Broker`)."""
        try:
            self._client.do(publish(self._key, targets, call, self._replay + 1))
        except CacheUnavailable as error:
            raise BrokerUnavailable(str(error)) from None

    async def follow(self) -> AsyncGenerator[Item]:
        """Yield what the stream has and gets (see `Broker`)."""
        follower = Follower(self._client, self._key, self._replay)
        try:
            while True:
                for item in await follower.next():
                    yield item
        finally:
            await follower.close()

    def close(self) -> None:
        """Close the connections of threads; followers and event loops close their own."""
        self._client.close()


class _Coroutines:
    """A broker's publishing as a coroutine, for any number of event loops."""

    def __init__(self, client: Client, key: str, replay: int) -> None:
        self._client = client
        self._key = key
        self._replay = replay

    async def publish(self, targets: tuple[Target, ...], call: str = "") -> None:
        try:
            await self._client.aio.do(publish(self._key, targets, call, self._replay + 1))
        except CacheUnavailable as error:
            raise BrokerUnavailable(str(error)) from None
