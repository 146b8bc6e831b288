"""A reader of streams as a browser is one, and a wire to it that cuts and freezes."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple, Self
from urllib.parse import quote

from servers import HOST

PATIENCE = 30.0  # seconds


class Event(NamedTuple):
    """An event: its type, its data, and when it was read."""

    kind: str
    data: Any
    at: float


class Reader:
    """Reads a stream by the algorithm of HTML, section 9.2; comes again, where `again`, with the
    last id. `raw` is every byte that it received."""

    def __init__(
        self, port: int, *held: str, token: str = "", last: str | None = None, again: bool = False
    ) -> None:
        self.raw = b""
        self.events: list[Event] = []
        self.last = last
        self.streams = 0
        self.status = 0
        self._port, self._held, self._token, self._again = port, held, token, again
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        await self.until(lambda: self.status)
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def until(self, ready: Callable[[], object]) -> Any:
        """Wait for what reading changes."""
        async with asyncio.timeout(PATIENCE):
            while not (found := ready()):
                self._changed.clear()
                await self._changed.wait()
            return found

    async def ended(self) -> None:
        """Wait until the stream has ended."""
        await asyncio.wait_for(asyncio.shield(self._task), PATIENCE)

    @property
    def targets(self) -> list[Any]:
        """All targets that were told, in order."""
        told = [each.data["targets"] for each in self.events if each.kind == "invalidate"]
        return [target for targets in told for target in targets]

    def kinds(self) -> list[str]:
        return [each.kind for each in self.events]

    async def _run(self) -> None:
        while True:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._read()
            if not self._again:
                return
            await asyncio.sleep(0.05)

    async def _read(self) -> None:
        reader, writer = await asyncio.open_connection(HOST, self._port)
        try:
            writer.write(self._request())
            head = await reader.readuntil(b"\r\n\r\n")
            self.raw += head
            self.status = int(head.split()[1])
            self.streams += 1
            self._changed.set()
            if b"chunked" not in head.lower():
                self.raw += await reader.read()
                return
            rest = b""
            while size := int(await reader.readuntil(b"\r\n"), 16):
                chunk = await reader.readexactly(size)
                self.raw += chunk
                await reader.readexactly(2)
                *frames, rest = (rest + chunk).split(b"\n\n")
                for frame in frames:
                    self._frame(frame.decode())
        finally:
            writer.close()

    def _request(self) -> bytes:
        query = "&".join(f"held={quote(each)}" for each in self._held)
        lines = [f"GET /m/events/?{query} HTTP/1.1", f"Host: {HOST}", "Accept: text/event-stream"]
        if self._token:
            lines.append(f"X-Mizan-Token: {self._token}")
        if self.last is not None:
            lines.append(f"Last-Event-ID: {self.last}")
        return "\r\n".join([*lines, "", ""]).encode()

    def _frame(self, frame: str) -> None:
        kind, data = "message", ""
        for line in frame.split("\n"):
            name, _, value = line.partition(": ")
            if name == "id":
                self.last = value  # also where nothing is dispatched
            elif name == "event":
                kind = value
            elif name == "data":
                data = value
        if data:
            self.events.append(Event(kind, json.loads(data), time.monotonic()))
        self._changed.set()


class Wire:
    """Stands between readers and a server. `cut` breaks what is open; while it is `frozen` nothing
    passes, and nobody is told, as on a laptop that sleeps."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._open: list[asyncio.StreamWriter] = []
        self._flows = asyncio.Event()
        self._flows.set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error: object) -> None:
        self.thaw()
        self._server.close()
        self.cut()

    def cut(self) -> None:
        for each in self._open:
            each.transport.abort()
        self._open.clear()

    def freeze(self) -> None:
        self._flows.clear()

    def thaw(self) -> None:
        self._flows.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection(HOST, self._target)
        except OSError:
            writer.close()
            return
        self._open += (writer, back)
        await asyncio.gather(self._pass(reader, back), self._pass(there, writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                await self._flows.wait()
                writer.write(data)
                await writer.drain()
        writer.close()
