"""Starts a contender behind a real server on loopback, and says what memory its worker takes.

Invariant: a server has one worker, and ends with the block that started it.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

HERE = Path(__file__).resolve().parent
START = 60.0
"""Seconds until a server must listen."""
COMMANDS = {
    "gunicorn": ["gunicorn", "--workers=1", "--threads=8", "--log-level=warning", "--bind"],
    "uvicorn": ["uvicorn", "--workers=1", "--log-level=warning", "--no-access-log", "--port"],
}


@dataclass(frozen=True)
class Server:
    """A server that listens at `url`."""

    url: str
    process: subprocess.Popen[bytes]

    def memory(self) -> float:
        """Return what its worker has in memory, in MB."""
        known = psutil.Process(self.process.pid)
        worker = next(iter(known.children()), known)  # gunicorn's is a child of what was started
        return float(worker.memory_info().rss) / 1e6


@contextmanager
def serving(name: str, app: str) -> Iterator[Server]:
    """Run one contender's application behind one kind of server."""
    port = free_port()
    told = (
        [f"127.0.0.1:{port}", "served:wsgi"] if name == "gunicorn" else [str(port), "served:asgi"]
    )
    environ = {**os.environ, "SOCKETS_APP": app, "PYTHONPATH": str(HERE)}
    command = [sys.executable, "-m", *COMMANDS[name], *told]
    process = subprocess.Popen(command, cwd=HERE, env=environ)
    try:
        until_it_listens(port, process)
        yield Server(f"http://127.0.0.1:{port}", process)
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End a server: by force, and with TimeoutExpired, if it does not by itself."""
    process.terminate()
    try:
        process.wait(START)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


def until_it_listens(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait for a process to listen. Raises SystemExit where it does not."""
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"{process.args} does not listen")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
