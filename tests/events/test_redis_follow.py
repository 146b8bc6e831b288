"""mizan/events/redis_follow.py: whatever happens to the server, nothing is lost without a gap."""

from __future__ import annotations

import asyncio
import logging
import random
from typing import Any

import pytest
from servers import Server

from mizan.events import RedisBroker, redis_follow
from mizan.events.base import BrokerUnavailable, CaughtUp, Gap, Message
from mizan.protocol.targets import Target

KEPT = 200


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_follow, "WAIT", 0.2)
    monkeypatch.setattr(redis_follow, "ANSWER", 1.0)
    monkeypatch.setattr(redis_follow, "PAUSES", (0.01, 0.1))


def tell(server: Server, *names: str) -> None:
    """Publish as another process does, which nothing cuts off."""
    broker = RedisBroker(server.url, replay=KEPT, timeout=5)
    for name in names:
        broker.publish((Target(name),))
    broker.close()


def play(server: Server, wire: Any, notes: Any, story: Any) -> list[str]:
    """Return what a follower behind a wire heard of a story, from its first gap on."""

    async def run() -> list[str]:
        async with wire(server) as line:
            broker = RedisBroker(line.url, replay=KEPT, timeout=5)
            async with notes(broker) as noted:
                await story(line, noted)
            return list(noted.contexts)

    return asyncio.run(run())


def test_a_cut_connection_loses_nothing(redis_server: Server, wire: Any, notes: Any) -> None:
    async def story(line: Any, noted: Any) -> None:
        tell(redis_server, "a")
        await noted.until(lambda: "a" in noted.contexts)
        line.cut()
        tell(redis_server, "b", "c")
        await asyncio.sleep(0.1)
        line.mend()
        await noted.until(lambda: "c" in noted.contexts)

    assert play(redis_server, wire, notes, story) == ["GAP", "a", "b", "c"]


def test_a_server_that_returns_empty_is_a_gap(
    redis_server: Server, wire: Any, notes: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(_: Any, noted: Any) -> None:
        tell(redis_server, "a")
        await noted.until(lambda: "a" in noted.contexts)
        redis_server.kill()
        await asyncio.sleep(0.1)
        redis_server.start()
        await noted.until(lambda: noted.contexts.count("GAP") == 2)
        tell(redis_server, "b")
        await noted.until(lambda: "b" in noted.contexts)

    caplog.set_level(logging.WARNING)
    assert play(redis_server, wire, notes, story) == ["GAP", "a", "GAP", "b"]
    text = caplog.text
    assert text.count("events.unavailable: the broker is unavailable") == 1
    assert text.count("events.recovered: the broker answers again") == 1


def test_a_server_that_returns_older_is_a_gap_even_where_nobody_was_there(
    redis_server: Server, wire: Any, notes: Any
) -> None:
    """The snapshot ends with what the follower was given last: the stream alone shows nothing."""

    async def story(line: Any, noted: Any) -> None:
        tell(redis_server, "a")
        await noted.until(lambda: "a" in noted.contexts)
        redis_server.client.save()
        line.cut()
        tell(redis_server, "lost")
        redis_server.kill()
        redis_server.start()
        tell(redis_server, "b")
        line.mend()
        await noted.until(lambda: "b" in noted.contexts and noted.items[-1] == CaughtUp())

    assert play(redis_server, wire, notes, story) == ["GAP", "a", "GAP", "a", "b"]


def test_a_stream_that_was_trimmed_is_a_gap(redis_server: Server, wire: Any, notes: Any) -> None:
    async def story(line: Any, noted: Any) -> None:
        tell(redis_server, "a")
        await noted.until(lambda: "a" in noted.contexts)
        line.cut()
        tell(redis_server, *[f"n{n}" for n in range(2 * KEPT)])
        line.mend()
        await noted.until(lambda: noted.contexts[-1] == f"n{2 * KEPT - 1}")

    found = play(redis_server, wire, notes, story)
    assert found[:3] == ["GAP", "a", "GAP"]
    assert found[3:] == [f"n{n}" for n in range(2 * KEPT)][-KEPT:]


def test_a_stream_that_was_flushed_is_a_gap(redis_server: Server, wire: Any, notes: Any) -> None:
    async def story(line: Any, noted: Any) -> None:
        tell(redis_server, "a")
        await noted.until(lambda: "a" in noted.contexts)
        line.cut()
        tell(redis_server, "lost")
        redis_server.client.flushall()
        line.mend()
        await noted.until(lambda: noted.contexts.count("GAP") == 2)
        tell(redis_server, "b")
        await noted.until(lambda: "b" in noted.contexts)
        redis_server.client.flushall()  # under its eyes
        tell(redis_server, "c")
        await noted.until(lambda: noted.contexts.count("GAP") == 3)

    assert play(redis_server, wire, notes, story)[:4] == ["GAP", "a", "GAP", "b"]


def test_a_server_that_stands_still_is_left_and_found_again(
    redis_server: Server, wire: Any, notes: Any, caplog: pytest.LogCaptureFixture
) -> None:
    async def story(_: Any, noted: Any) -> None:
        redis_server.freeze()
        await asyncio.sleep(1.6)
        redis_server.thaw()
        tell(redis_server, "a")
        await noted.until(lambda: "a" in noted.contexts)

    assert play(redis_server, wire, notes, story) == ["GAP", "a"]
    assert "no answer within 1 s" in caplog.text


def test_one_that_was_never_there_is_waited_for(redis_server: Server) -> None:
    async def run() -> None:
        redis_server.stop()
        broker = RedisBroker(redis_server.url, timeout=0.5)
        with pytest.raises(BrokerUnavailable):
            await broker.aio.publish((Target("a"),))
        follower = broker.follow()
        first = asyncio.create_task(anext(follower))
        await asyncio.sleep(0.2)
        assert not first.done()
        redis_server.start()
        assert isinstance(await first, Gap)
        await follower.aclose()

    asyncio.run(run())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_target_is_lost_without_a_gap(
    redis_server: Server, wire: Any, notes: Any, seed: int
) -> None:
    """Whatever was acknowledged is heard, or there is a gap after it."""
    draw = random.Random(seed)  # noqa: S311 (a story, no secret)
    sent: dict[str, int] = {}  # what was acknowledged -> how many items were noted before

    async def story(line: Any, noted: Any) -> None:
        names = iter(f"n{n}" for n in range(10_000))

        def publish(number: int) -> None:
            some = [next(names) for _ in range(number)]
            before = len(noted.items)
            tell(redis_server, *some)
            sent.update(dict.fromkeys(some, before))

        def die() -> None:
            redis_server.kill()
            redis_server.start()

        deeds = [line.cut, line.mend, line.mend, redis_server.client.save, die]
        deeds += [redis_server.client.flushall, lambda: publish(KEPT + 150)]
        for _ in range(40):
            publish(draw.randint(0, 3))
            draw.choice(deeds)()
            await asyncio.sleep(draw.choice([0, 0, 0.02, 0.1]))
        line.mend()
        while [*sent][-1] not in noted.contexts[-3:]:  # the first of a stream is where a gap ends
            publish(1)
            await asyncio.sleep(0.05)
        heard = {t.context for each in noted.items if isinstance(each, Message) for t in each[1]}
        lost = {name: at for name, at in sent.items() if name not in heard}
        for name, at in lost.items():
            assert any(isinstance(each, Gap) for each in noted.items[at:]), name
        assert seed != 1 or lost, "the story should lose something"

    play(redis_server, wire, notes, story)
