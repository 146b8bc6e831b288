"""Events of a real uvicorn: who hears what, and that nothing is missed without a `*`."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from servers import Server
from servers_of_pages import ADA, BOB, Site
from wire import Reader, Wire

pytestmark = pytest.mark.server
HEARTBEAT = 1


@pytest.fixture(scope="module")
def redis() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """One process, and a broker in memory that keeps five messages."""
    with Site({"BROKER": "memory", "HEARTBEAT": HEARTBEAT, "REPLAY": 5, "PER_USER": 100}) as found:
        yield found


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def wait() -> None:
        async with asyncio.timeout(120):
            await test()

    asyncio.run(wait())


async def call(site: Site, function: str, **args: Any) -> None:
    await asyncio.to_thread(lambda: site.call(function, **args))


def thing(number: int) -> dict[str, Any]:
    return {"context": "thing", "params": {"thing_id": number}}


def things(*numbers: int) -> str:
    """Return a field of X-Mizan-Held."""
    return ", ".join(f"thing;thing_id={number}" for number in numbers)


async def passed(*readers: Reader, site: Site, number: int) -> None:
    """Wait until readers that hold a thing have heard of it, and so of all before."""
    await call(site, "change", thing_id=number)
    for each in readers:
        await each.until(lambda each=each: thing(number) in each.targets)


def test_no_byte_tells_of_anothers(site: Site) -> None:
    async def test() -> None:
        held = ["thing;thing_id=7", "mine;page=3"]
        ada = Reader(site.port, *held, f"orders;user_id={ADA}", token=site.tokens[ADA])
        bob = Reader(site.port, *held, f"orders;user_id={BOB}", token=site.tokens[BOB])
        nobody = Reader(site.port, *held)
        async with ada, bob, nobody:
            await call(site, "order", user_id=BOB)
            await passed(ada, bob, nobody, site=site, number=7)
            assert ada.targets == [thing(7)]
            assert nobody.targets == [thing(7)]
            orders = {"context": "orders", "params": {"user_id": BOB}}
            assert sorted(map(str, bob.targets)) == sorted(map(str, ["mine", orders, thing(7)]))
            await call(site, "order", user_id=ADA)
            await ada.until(lambda: "mine" in ada.targets)
            await call(site, "rename", name="secret-value")
            for each in (ada, bob, nobody):
                await each.until(lambda each=each: "thing" in each.targets)
        for reader, own, other in ((ada, ADA, BOB), (bob, BOB, ADA)):
            assert str(own).encode() in reader.raw
            assert str(other).encode() not in reader.raw
        for each in (ada, bob, nobody):
            assert b"secret-value" not in each.raw
        assert b"orders" not in nobody.raw
        assert b"70000" not in nobody.raw

    run(test)


def test_who_names_anothers_hears_nothing_of_it(site: Site) -> None:
    async def test() -> None:
        other = f"orders;user_id={BOB}"
        ada = Reader(site.port, "thing;thing_id=8", other, "orders", token=site.tokens[ADA])
        async with ada:
            await call(site, "order", user_id=BOB)
            await passed(ada, site=site, number=8)
            refused = [(each["params"], each["status"]) for each in ada.events[0].data["refused"]]
            assert refused == [({"user_id": str(BOB)}, 403), ({}, 403)]
            assert ada.targets == [thing(8)]

    run(test)


def test_who_comes_again_is_told_what_came_since(site: Site) -> None:
    async def test() -> None:
        async with Reader(site.port, "thing") as first:
            await first.until(lambda: first.last)
        for number in range(3):
            await call(site, "change", thing_id=number)
        async with Reader(site.port, "thing;thing_id=1", last=first.last) as again:
            assert await again.until(lambda: again.targets) == [thing(1)]
        async with Reader(site.port, "thing;thing_id=9", last=first.last) as other:
            before = other.last
            await other.until(lambda: other.last != before)
            assert other.targets == []
        await call(site, "change", thing_id=3)
        await call(site, "change", thing_id=3)
        await call(site, "change", thing_id=3)
        async with Reader(site.port, "thing;thing_id=1", last=first.last) as late:
            assert await late.until(lambda: late.targets) == ["*"]  # it keeps five

    run(test)


def test_an_id_without_data_moves_the_readers_last_id(site: Site) -> None:
    async def test() -> None:
        async with Reader(site.port, "thing;thing_id=99") as reader:
            await reader.until(lambda: reader.last)
            before = reader.last
            await call(site, "change", thing_id=1)
            await reader.until(lambda: reader.last != before)
            assert reader.kinds() == ["ready"]
        async with Reader(site.port, things(1, 98), last=reader.last) as again:
            await passed(again, site=site, number=98)
            assert thing(1) not in again.targets

    run(test)


def test_reads_say_a_position_to_begin_from(site: Site) -> None:
    async def test() -> None:
        async with Reader(site.port, "thing"):
            position = await asyncio.to_thread(site.position)
        await call(site, "change", thing_id=5)
        async with Reader(site.port, "thing;thing_id=5", last=position) as reader:
            assert await reader.until(lambda: reader.targets) == [thing(5)]

    run(test)


def test_a_process_that_is_told_to_end_ends_its_streams() -> None:
    with Site({"BROKER": "memory"}) as site:

        async def test() -> None:
            readers = [Reader(site.port, "thing") for _ in range(20)]
            for each in readers:
                await each.__aenter__()
                await each.until(lambda each=each: each.events)
            assert await asyncio.to_thread(site.stop) in (0, -15)
            for each in readers:
                await each.ended()
                assert each.events[-1][:2] == ("end", {"reason": "shutdown"})

        run(test)
        assert "Traceback" not in site.log.read_text()
        site.start()

        async def again() -> None:
            async with Reader(site.port, "thing", last="another.5") as reader:
                assert await reader.until(lambda: reader.targets) == ["*"]

        run(again)


class Heard:
    """What was acknowledged, and when, to be held against what a reader heard."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._done: dict[int, float] = {}

    async def change(self, *numbers: int) -> None:
        for number in numbers:
            await call(self._site, "change", thing_id=number)
            self._done[number] = time.monotonic()

    def missing(self, reader: Reader) -> list[int]:
        """Return what a reader has not been told of, nor of `*` after it."""
        last = {"*": 0.0}
        for event in reader.events:
            for target in event.data.get("targets", ()):
                text = target if isinstance(target, str) else target["params"]["thing_id"]
                last[text] = event.at
        return [n for n, at in self._done.items() if n not in last and last["*"] < at]

    async def all_heard(self, *readers: Reader) -> None:
        for each in readers:
            await each.until(lambda each=each: not self.missing(each))


def test_a_wire_that_cuts_loses_nothing(site: Site) -> None:
    chance = random.Random(1)

    async def test() -> None:
        heard = Heard(site)
        async with Wire(site.port) as wire:
            reader = Reader(wire.port, things(*range(1000, 1060)), again=True)
            async with reader:
                await reader.until(lambda: reader.last)
                for number in range(1000, 1060):
                    await heard.change(number)
                    if chance.random() < 0.3:
                        wire.cut()
                        await asyncio.sleep(chance.random() * 0.1)
                await heard.all_heard(reader)
                assert reader.streams > 5

    run(test)


@pytest.mark.parametrize("count", [3, 20])
def test_a_laptop_that_sleeps_loses_nothing(site: Site, count: int) -> None:
    async def test() -> None:
        heard = Heard(site)
        numbers = range(2000, 2000 + count)
        async with Wire(site.port) as wire:
            reader = Reader(wire.port, things(*numbers), again=True)
            async with reader:
                await reader.until(lambda: reader.last)
                wire.freeze()
                await heard.change(*numbers)
                assert len(heard.missing(reader)) == count
                wire.cut()  # it wakes in another network
                wire.thaw()
                await heard.all_heard(reader)
                assert ("*" in reader.targets) is (count > 5)

    run(test)


async def _keep_asking(site: Site) -> None:
    while True:
        await call(site, "change", thing_id=0)
        await asyncio.sleep(0.2)


def test_workers_share_a_broker_that_dies_and_returns(redis: Server) -> None:
    events = {"BROKER": redis.url, "HEARTBEAT": HEARTBEAT, "PER_USER": 100}
    with Site(events, "--workers", "2") as site:

        async def test() -> None:
            heard = Heard(site)
            readers = [Reader(site.port, things(*range(30)), again=True) for _ in range(8)]
            for each in readers:
                await each.__aenter__()
                await each.until(lambda each=each: each.last)
            await heard.change(*range(10))
            await heard.all_heard(*readers)
            assert all("*" not in each.targets for each in readers)
            await asyncio.to_thread(redis.kill)
            await heard.change(*range(10, 20))
            await asyncio.to_thread(redis.start)
            await heard.change(*range(20, 30))
            # What could not be published waits in the outbox, for whoever is asked next.
            asking = asyncio.create_task(_keep_asking(site))
            await heard.all_heard(*readers)
            asking.cancel()
            assert all("*" in each.targets for each in readers)
            for each in readers:
                await each.__aexit__()

        run(test)
