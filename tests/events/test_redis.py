"""mizan/events/redis.py: one server, Sentinel, Cluster; what fails, and what is never shown."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from servers import Cluster, SentinelSet, Server

from mizan.errors import ConfigurationError
from mizan.events import BrokerUnavailable, RedisBroker, redis_follow
from mizan.protocol.targets import Target

A, B = (Target("a"),), (Target("b"),)


def test_its_key_begins_with_the_prefix_and_is_not_the_caches(redis_server: Server) -> None:
    RedisBroker(redis_server.url, prefix="site", timeout=5).publish(A)
    RedisBroker(redis_server.url, timeout=5).publish(A)
    assert sorted(redis_server.client.keys("*")) == [b"mizan:events:1", b"site:events:1"]
    assert not redis_server.client.keys("mizan:1:*")


def test_it_keeps_about_as_many_messages_as_it_is_told(redis_server: Server) -> None:
    broker = RedisBroker(redis_server.url, replay=100, timeout=5)
    for _ in range(500):
        broker.publish(A)
    assert 101 <= redis_server.client.xlen("mizan:events:1") <= 250


def test_an_idle_connection_that_is_gone_is_no_failure(redis_server: Server) -> None:
    async def both(broker: RedisBroker) -> None:
        for _ in range(2):
            broker.publish(A)
            await broker.aio.publish(A)
            redis_server.client.client_kill_filter(_type="normal", skipme=True)

    asyncio.run(both(RedisBroker(redis_server.url, timeout=5)))


def test_a_server_that_is_down_is_told_and_its_recovery(redis_server: Server) -> None:
    told: list[str] = []
    broker = RedisBroker(redis_server.url, timeout=0.5)
    broker.on_recovered.append(lambda: told.append("recovered"))
    redis_server.stop()
    with pytest.raises(BrokerUnavailable, match="Redis at 127"):
        broker.publish(A)
    with pytest.raises(BrokerUnavailable, match="Redis at 127"):
        asyncio.run(broker.aio.publish(A))
    redis_server.start()
    broker.publish(A)
    assert told == ["recovered"]


def test_a_password_is_used_and_never_shown() -> None:
    with Server(requirepass="s3cret") as server:
        RedisBroker(server.url, timeout=5).publish(A)
        wrong = RedisBroker(server.url.replace("s3cret", "wr0ng"), timeout=5)
        with pytest.raises(BrokerUnavailable) as caught:
            wrong.publish(A)
    assert "wr0ng" not in str(caught.value) + repr(wrong)


def test_a_url_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="The URL of the events cannot be read") as caught:
        RedisBroker("redis+nonsense://:hidden@host")
    assert (caught.value.code, "hidden" in str(caught.value)) == ("configuration.events", False)


def test_a_fail_over_is_a_gap(notes: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_follow, "WAIT", 0.2)
    monkeypatch.setattr(redis_follow, "PAUSES", (0.05, 0.2))

    async def play(servers: SentinelSet) -> list[str]:
        broker = RedisBroker(servers.url, timeout=2)
        async with notes(broker) as noted:
            broker.publish(A)
            await noted.until(lambda: "a" in noted.contexts)
            await asyncio.to_thread(servers.fail_over)
            await noted.until(lambda: noted.contexts.count("GAP") == 2)
            await _published(broker)
            await noted.until(lambda: "b" in noted.contexts)
            return list(noted.contexts)

    with SentinelSet() as servers:
        found = asyncio.run(play(servers))
    assert [each for each in found if each != "b"][:3] == ["GAP", "a", "GAP"]


async def _published(broker: RedisBroker) -> None:
    for _ in range(100):
        try:
            return broker.publish(B)
        except BrokerUnavailable:
            await asyncio.sleep(0.1)
    raise TimeoutError


def test_a_cluster_has_the_stream_on_one_node(notes: Any) -> None:
    async def play(cluster: Cluster) -> list[str]:
        broker = RedisBroker(cluster.url, timeout=5)
        async with notes(broker) as noted:
            broker.publish(A)
            await broker.aio.publish(B)
            await noted.until(lambda: "b" in noted.contexts)
            return list(noted.contexts)

    with Cluster() as cluster:
        assert asyncio.run(play(cluster)) == ["GAP", "a", "b"]
