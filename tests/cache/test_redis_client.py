"""mizan/cache/redis_client.py: round trips to Redis, by threads and by event loops."""

from __future__ import annotations

import asyncio
import logging

import pytest
from servers import Server

from mizan.cache.base import CacheUnavailable
from mizan.cache.redis_client import Client
from mizan.cache.redis_plan import Op
from mizan.errors import ConfigurationError

ECHO = Op(lambda: [(b"ECHO", "hello")], lambda replies: replies[0])


def test_both_ways_exchange(redis_server: Server) -> None:
    client = Client(redis_server.url, {}, timeout=5)

    async def ask() -> bytes:
        found = await client.aio.do(ECHO)
        await client.aio.close()
        return bytes(found)

    assert client.do(ECHO) == asyncio.run(ask()) == b"hello"
    assert client.do(Op(list, len)) == 0
    client.close()


def test_a_key_has_a_home(redis_server: Server) -> None:
    client = Client(redis_server.url, {}, timeout=5)
    assert client.go(client.route.home(b"key")).port == redis_server.port


def test_it_is_named_after_what_it_is_for(
    redis_server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    redis_server.stop()
    client = Client(redis_server.url, {}, timeout=1, what="events")
    for _ in range(3):
        with pytest.raises(CacheUnavailable):
            client.do(ECHO)
    assert [(each.name, each.message.split(":")[0]) for each in caplog.records] == [
        ("mizan.events", "events.unavailable")
    ]
    with pytest.raises(ConfigurationError, match="The URL of the events cannot be read"):
        Client("nonsense", {}, what="events")
