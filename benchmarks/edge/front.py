"""The programs of a site with an edge in front: the shop under gunicorn with Redis, and each edge.

All listen on free ports of 127.0.0.1, keep their files in a folder of their own, and are gone when
their block has ended; what one said is shown where it does not come up.

Invariant: only processes that were started here are ended, each by its id.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import psycopg
from behind import SHOP, Behind
from psycopg import sql
from servers import HOST, PATIENCE, Server, free_ports, wait_for

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORKERS, THREADS = 2, 12
_KEYS = """
import json
from shop import secrets, settings
print(json.dumps({"keys": [secrets.public_part(settings.MIZAN_MWT_KEYS[0])]}))
"""
SECRET = "the-shop-behind-an-edge-on-loopback-keeps-no-secrets-at-all"  # noqa: S105 (see its value)


class Program(ABC):
    """A server of this machine: `command` listens on `port`."""

    name = ""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="mizan-edge-")
        self.folder = Path(self._folder.name)
        (self.port,) = free_ports(1)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @abstractmethod
    def command(self) -> Sequence[str]:
        """Return the command that starts it."""

    def environment(self) -> dict[str, str]:
        """Return its environment."""
        return dict(os.environ)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()
        self._folder.cleanup()

    def start(self) -> None:
        """Start it, where it listened before, and wait until it listens."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), env=self.environment(), stdout=log, stderr=log, cwd=self.folder
            )
        wait_for(f"an answer of {self.name}", self._listens)

    def stop(self) -> None:
        """Tell it to end, and see to it that it does."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def run(self, *command: str) -> str:
        """Run a command to its end, in the server's environment, and return what it printed."""
        done = subprocess.run(
            command, env=self.environment(), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def said(self) -> str:
        """Return the end of what it has said."""
        return (self.folder / "log").read_text(errors="replace")[-4000:]

    def _listens(self) -> bool:
        if self.process is None or self.process.poll() is not None:
            raise RuntimeError(f"{self.name} has ended:\n{self.said()}")
        with socket.socket() as found:
            return found.connect_ex((HOST, self.port)) == 0


def new_database() -> str | None:
    """Return the URL of a new database of the server that DATABASE_URL names; None without one."""
    url = os.environ.get("DATABASE_URL")
    if url is None:
        return None
    name = f"shop_{secrets.token_hex(6)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return urlsplit(url)._replace(path=f"/{name}").geturl()


class Origin(Program):
    """The shop under gunicorn, with a Redis of its own, more people and more products.

    Its database is a new one of PostgreSQL where DATABASE_URL names such a server, else SQLite.
    """

    name = "gunicorn"

    def __init__(self, behind: Behind, *, people: int = 0, products: int = 0) -> None:
        super().__init__()
        self.redis = Server()
        self._behind = behind
        self._filling = (str(people), str(products))
        self._database = new_database() or f"sqlite:///{self.folder}/shop.sqlite3"

    def environment(self) -> dict[str, str]:
        paths = os.pathsep.join(map(str, (HERE, SHOP, ROOT)))
        return os.environ | {
            "BEHIND": self._behind.text(),
            "DATABASE_URL": self._database,
            "DJANGO_SETTINGS_MODULE": "shop.settings",
            "PYTHONPATH": paths,
            "REDIS_URL": self.redis.url,
            "SHOP_DEBUG": "0",
            "SHOP_EDGE": "1",
            "SHOP_SECRET": SECRET,
        }

    def command(self) -> Sequence[str]:
        options = ["--workers", str(WORKERS), "--threads", str(THREADS), "--keep-alive", "30"]
        options += ["--bind", f"{HOST}:{self.port}", "--access-logfile", str(self.requests_log)]
        options += [
            "--access-logformat",
            "%(m)s %(U)s %(s)s",
            "--graceful-timeout",
            "2",
            "--no-control-socket",
        ]
        return [sys.executable, "-m", "gunicorn", *options, "behind:served()"]

    @property
    def requests_log(self) -> Path:
        return self.folder / "requests"

    @property
    def requests(self) -> int:
        """How many requests have come."""
        log = self.requests_log
        return log.read_bytes().count(b"\n") if log.exists() else 0

    def __enter__(self) -> Self:
        self.redis.start()
        try:
            self.run(sys.executable, str(HERE / "people.py"), *self._filling)
        except BaseException:
            self.__exit__()
            raise
        return super().__enter__()

    def __exit__(self, *_error: object) -> None:
        super().__exit__()
        self.redis.close()

    def manifest(self) -> Path:
        """Write the edge's manifest into a file, once, and return its path."""
        path, manage = self.folder / "manifest.json", str(SHOP / "manage.py")
        if not path.exists():
            path.write_text(self.run(sys.executable, manage, "export_edge_manifest"))
        return path

    def keys(self) -> Path:
        """Write the JWK set that an edge verifies tokens by, once, and return its path."""
        path = self.folder / "keys.json"
        if not path.exists():
            path.write_text(self.run(sys.executable, "-c", _KEYS))
        return path
