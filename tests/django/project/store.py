"""A redis-server of a test's own, on a free port of 127.0.0.1, which can be stopped and started."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

PASSWORD = "the-tests-own-password"
SECRET = "the tests' own cache secret, 32 bytes and more"


class RedisServer:
    """Starts at once; keeps nothing over a stop. `options` are those of redis.conf."""

    def __init__(self, folder: Path, **options: str) -> None:
        self.program = shutil.which("redis-server")
        assert self.program, "There is no redis-server: apt-get install redis-server"
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        given = {"save": "", "appendonly": "no", "requirepass": PASSWORD} | options
        pairs = [("--" + name.replace("_", "-"), value) for name, value in given.items()]
        self.arguments = [part for pair in pairs for part in pair]
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        """Where it is, with its password."""
        return f"redis://:{PASSWORD}@127.0.0.1:{self.port}/0"

    @property
    def setting(self) -> dict[str, Any]:
        """What MIZAN_CACHE says of it."""
        return {"BACKEND": "redis", "URL": self.url, "SECRET": SECRET, "CALL_TIMEOUT": 5}

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        place = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)]
        self.process = subprocess.Popen(
            [str(self.program), *place, *self.arguments], stdout=subprocess.DEVNULL
        )
        until = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                assert self.process.poll() is None, "redis-server ended"
                assert time.monotonic() < until, "redis-server takes no connections"
                time.sleep(0.01)
            else:
                return

    def stop(self) -> None:
        """Stop it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
