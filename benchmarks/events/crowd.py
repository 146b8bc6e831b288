"""The clients of a benchmark of streams: starts a server, opens streams, sends mutations.

usage: crowd.py CONTENDER --connections=N --tabs=N --rate=N --seconds=N   (prints JSON)
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import uvloop

HOST = "127.0.0.1"
PATIENCE = 60.0  # seconds
OPENING, MUTATING = 50, 20
"""How many streams are being opened at one time, and how many mutations."""
_find_call = re.compile(rb'"call":\s*"n-(\d+)"').findall
_READY = {
    "mizan": b"event: ready",
    "bare": b"event: ready",
    "django-eventstream": b"event: stream-open",
}


class Tab(asyncio.Protocol):
    """One stream, which notes when it hears of which mutation."""

    def __init__(self, page: Page, request: bytes) -> None:
        self._page = page
        self._request = request
        self._rest = b""
        self.ready = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        data = self._rest + data
        if not self.ready.done() and self._page.is_ready(data):
            self.ready.set_result(None)
        self._rest = data[data.rfind(b"\n\n") :][-4096:]
        for number in _find_call(data[: len(data) - len(self._rest)]):
            self._page.heard(int(number), now)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(RuntimeError(f"refused: {self._rest[:300]!r} {error}"))
        elif not self._page.is_over:
            self._page.cut += 1


class Page:
    """All streams, and what they heard."""

    def __init__(self, arguments: argparse.Namespace, port: int, writer: int) -> None:
        self.port = port
        self.writer = writer  # the port of who serves mutations
        self.customers = arguments.connections // arguments.tabs
        self.arguments = arguments
        self.contender = arguments.contender
        self.is_over = False
        self.cut = 0
        # number of a mutation -> when its row was changed; (number, when a tab heard of it)
        self._changed: dict[int, float] = {}
        self._heard: list[tuple[int, float]] = []
        self._replies: list[float] = []
        folder = Path(os.environ["EVENTS_FOLDER"])
        self.people: list[list[Any]] = json.loads((folder / "people.json").read_text())

    def is_ready(self, data: bytes) -> bool:
        return _READY[self.contender] in data

    def heard(self, number: int, now: float) -> None:
        self._heard.append((number, now))

    def found(self) -> dict[str, float]:
        """Return what was heard. Times are milliseconds."""
        expected = len(self._changed) * self.arguments.tabs
        delays = sorted(now - self._changed[number] for number, now in self._heard)
        lost = expected - len(delays) + self.cut
        shares = {"p50": 0.5, "p99": 0.99, "max": 1.0}
        return {
            **{name: _at(delays, share) for name, share in shares.items()},
            "reply": _at(sorted(self._replies), 0.5),
            "expected": expected,
            "lost": lost,
        }

    async def open(self) -> float:
        """Open all streams; return how many a second."""
        turn = asyncio.Semaphore(OPENING)
        began = time.perf_counter()

        async def one(number: int) -> None:
            async with turn:
                request = self._get(*self.people[number % self.customers])
                loop = asyncio.get_running_loop()
                _, tab = await loop.create_connection(lambda: Tab(self, request), HOST, self.port)
                await tab.ready

        count = self.arguments.connections
        async with asyncio.timeout(10 * PATIENCE):
            await asyncio.gather(*(one(number) for number in range(count)))
        return count / (time.perf_counter() - began)

    async def change(self) -> None:
        """Send mutations at the rate, each at its time or as soon after it as can be."""
        idle: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
        for _ in range(MUTATING):
            idle.put_nowait(await asyncio.open_connection(HOST, self.writer))
        began = time.perf_counter()
        count = int(self.arguments.rate * self.arguments.seconds)
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                due = began + number / self.arguments.rate
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                group.create_task(self._send(idle, number, due))

    async def _send(self, idle: asyncio.Queue[Any], number: int, due: float) -> None:
        reader, writer = wire = await idle.get()
        writer.write(self._post(self.people[number % self.customers][0], number))
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise RuntimeError(head)
        size = int(re.search(rb"content-length: (\d+)", head.lower())[1])  # type: ignore[index]
        self._changed[number] = json.loads(await reader.readexactly(size))["result"]
        self._replies.append(time.perf_counter() - due)
        idle.put_nowait(wire)

    def _get(self, user: int, token: str) -> bytes:
        paths = {
            "mizan": f"/api/mizan/events/?held=customer;user_id={user}",
            "bare": f"/bare/?user_id={user}",
            "django-eventstream": f"/peer/?channel=customer-{user}",
        }
        lines = [
            f"GET {paths[self.contender]} HTTP/1.1",
            f"Host: {HOST}:{self.port}",
            "Accept: text/event-stream",
        ]
        if self.contender == "mizan":
            lines.append(f"X-Mizan-Token: {token}")
        return "\r\n".join([*lines, "", ""]).encode()

    def _post(self, user: int, number: int) -> bytes:
        path = "/api/mizan/call/" if self.contender == "mizan" else f"/{self.contender}/change/"
        body = json.dumps({"function": "change", "args": {"user_id": user}})
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {HOST}:{self.port}\r\n"
            f"Content-Type: application/json\r\nX-Mizan-Call: n-{number:08}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return (head + body).encode()


def _at(times: list[float], share: float) -> float:
    """Return the time, in milliseconds, that this share of sorted times does not exceed."""
    return times[min(int(share * len(times)), len(times) - 1)] * 1000 if times else float("inf")


def seconds_of_cpu(process: subprocess.Popen[bytes]) -> float:
    """Return how long a process has run."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(process: subprocess.Popen[bytes]) -> int:
    """Return the bytes that a process has in memory."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) * 1024  # type: ignore[index]


@contextmanager
def served(customers: int) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run a server; yield it and its port."""
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    program = str(Path(__file__).with_name("serve.py"))
    command = [sys.executable, program, str(port), str(customers)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        try:
            if not server.stdout or not server.stdout.readline():
                raise RuntimeError("The server did not start.")
            yield server, port
        finally:
            server.terminate()


async def measure(
    server: subprocess.Popen[bytes], port: int, writer: int, arguments: argparse.Namespace
) -> dict[str, float]:
    """Return what was found of a server of streams."""
    page = Page(arguments, port, writer)
    warm = argparse.Namespace(**{**vars(arguments), "seconds": 1})
    await Page(warm, port, port).change()
    before = memory(server)
    opened = await page.open()
    await asyncio.sleep(1)
    full = memory(server)
    ran, began = seconds_of_cpu(server), time.perf_counter()
    await page.change()
    busy = (seconds_of_cpu(server) - ran) / (time.perf_counter() - began)
    await asyncio.sleep(2)
    page.is_over = True
    grown = memory(server) - full
    per = (full - before) / arguments.connections
    return page.found() | {"opened": opened, "bytes": per, "grown": grown, "busy": busy}


def main() -> None:
    """Print what was found, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("contender", choices=_READY)
    for name in ("connections", "tabs", "rate"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    arguments = parser.parse_args()
    with ExitStack() as stack:
        server, port = stack.enter_context(served(arguments.connections // arguments.tabs))
        # Where a broker is shared, another worker serves the mutations.
        is_apart = "EVENTS_REDIS" in os.environ and arguments.contender != "bare"
        writer = stack.enter_context(served(0))[1] if is_apart else port
        found = uvloop.run(measure(server, port, writer, arguments))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
