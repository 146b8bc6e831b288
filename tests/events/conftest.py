"""A real redis-server for the tests of events, and a follower that notes what it is given."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, Self

import pytest
from servers import Server

from mizan.events.base import Broker, CaughtUp, Gap, Item, Message

PATIENCE = 20.0  # seconds


class Notes:
    """Follows a broker while it is entered, and notes everything."""

    def __init__(self, broker: Broker) -> None:
        self.items: list[Item] = []
        self._broker = broker

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._follow())
        await self.until(lambda: CaughtUp() in self.items)
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    @property
    def contexts(self) -> list[str]:
        """The contexts of all messages that name some, in order, with `GAP` for each gap."""
        found = []
        for item in self.items:
            if isinstance(item, Gap):
                found.append("GAP")
            elif isinstance(item, Message):
                found += [target.context for target in item.targets]
        return found

    async def until(self, true: Callable[[], Any]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not true():
                assert not self._task.done() or self._task.result()
                await asyncio.sleep(0.01)

    async def _follow(self) -> None:
        async for item in self._broker.follow():
            self.items.append(item)


@pytest.fixture
def notes() -> type[Notes]:
    return Notes


@pytest.fixture(scope="session")
def _broker_server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def redis_server(_broker_server: Server) -> Server:
    """One redis-server, empty and running. A test may stop, kill, freeze or flush it."""
    if not _broker_server.running:
        (_broker_server.folder / "dump.rdb").unlink(missing_ok=True)
        _broker_server.start()
    _broker_server.thaw()
    _broker_server.flush()
    return _broker_server


class Wire:
    """A proxy in front of a server, which can be cut and mended."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._is_cut = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._pipes: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._listening = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._listening.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error: object) -> None:
        self.cut()
        self._listening.close()
        for each in self._pipes:
            each.cancel()
        await asyncio.gather(*self._pipes, return_exceptions=True)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def cut(self) -> None:
        """Break every connection, and let none be made."""
        self._is_cut = True
        for each in self._writers:
            each.transport.abort()
        self._writers.clear()

    def mend(self) -> None:
        self._is_cut = False

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        try:
            inner, outer = await asyncio.open_connection("127.0.0.1", self._server.port)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, outer}
        for source, sink in ((reader, outer), (inner, writer)):
            task = asyncio.create_task(self._pipe(source, sink))
            self._pipes.add(task)

    async def _pipe(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
        except OSError:
            pass
        finally:
            sink.transport.abort()


@pytest.fixture
def wire() -> type[Wire]:
    return Wire
