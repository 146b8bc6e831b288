"""Real redis-servers on free loopback ports, each in a folder of its own, for tests and benchmarks.

Every server is a child of this process, keeps nothing on disk and is gone when it is closed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import redis

HOST = "127.0.0.1"
PATIENCE = 20.0  # seconds until something that has to happen is given up
_FAST = {"save": "", "appendonly": "no", "bind": HOST, "daemonize": "no"}


def program() -> str:
    """Return the path of redis-server, or of valkey-server; REDIS_SERVER names another."""
    names = (os.environ.get("REDIS_SERVER", "redis-server"), "valkey-server")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise RuntimeError(
            "There is no redis-server on this machine. Install it (Debian, Ubuntu: sudo apt-get "
            "install redis-server; macOS: brew install redis), or run scripts/with-redis."
        )
    return found


def free_ports(number: int) -> list[int]:
    """Return ports of 127.0.0.1 that nobody listens on."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server((HOST, 0))) for _ in range(number)]
        return [each.getsockname()[1] for each in sockets]


def wait_for(what: str, ready: Callable[[], object]) -> Any:
    """Return the first truth of `ready`, which may fail with redis-py's errors until then."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            if outcome := ready():
                return outcome
        except redis.RedisError:
            pass
        if time.monotonic() > end:
            raise TimeoutError(f"{what} has not come about within {PATIENCE:.0f} s.")
        time.sleep(0.02)


class Server:
    """One redis-server. `settings` are of redis.conf, with ``_`` for ``-``."""

    mode: tuple[str, ...] = ()

    def __init__(self, **settings: str | int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mizan-redis-"))
        self.settings = _FAST | {k.replace("_", "-"): v for k, v in settings.items()}
        self.password = str(settings.get("requirepass", "")) or None
        self.port = int(settings.get("port", 0)) or free_ports(1)[0]
        self.process: subprocess.Popen[bytes] | None = None
        self._client: redis.Redis | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        login = f":{self.password}@" if self.password else ""
        return f"redis://{login}{HOST}:{self.port}/0"

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start it, where it listened before, and wait until it answers."""
        settings = self.settings | self.listening() | {"dir": str(self.folder)}
        conf = self.folder / "redis.conf"
        if not conf.exists():  # a sentinel keeps what it knows in it
            lines = [f"{k} {v}" if v != "" else f'{k} ""' for k, v in settings.items()]
            conf.write_text("\n".join(lines) + "\n")
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [program(), str(conf), *self.mode], stdout=log, stderr=log, cwd=self.folder
            )
        try:
            wait_for("an answer of redis-server", self._answers)
        except TimeoutError as error:
            raise RuntimeError((self.folder / "log").read_text()) from error

    def listening(self) -> dict[str, str | int]:
        """Return the settings of where it listens."""
        return {"port": self.port}

    def _answers(self) -> bool:
        if not self.running:
            raise RuntimeError((self.folder / "log").read_text())
        return bool(self.client.ping())

    def stop(self) -> None:
        """Stop it as the system does when it shuts down."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Let it die on the spot."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(how)
            self.process.wait(PATIENCE)
        if self._client is not None:
            self._client.close()

    def restart(self) -> None:
        """Stop and start it; it comes back empty."""
        self.stop()
        self.start()

    def freeze(self) -> None:
        """Let it accept connections and answer nothing, until `thaw`."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def flush(self) -> None:
        """Empty it, and let it forget every script."""
        self.client.flushall()
        self.client.script_flush()

    @property
    def client(self) -> redis.Redis:
        """A client of redis-py, for looking inside."""
        if self._client is None:
            self._client = redis.Redis(
                host=HOST, port=self.port, password=self.password, socket_timeout=5, protocol=2
            )
        return self._client

    def expire(self, hold_id: bytes) -> None:
        """Let the deadlines of a hold pass, in every guard that it holds."""
        for key in self.client.scan_iter(b"mizan:1:g:*"):
            value = self.client.get(key)
            at = value.find(hold_id, 16) if value else -1
            if at > 0:
                self.client.setrange(key, at + 16, b"0" * 15)

    def calls(self) -> dict[str, int]:
        """Return how often each command has been called since the last `reset_calls`."""
        stats = self.client.info("commandstats")
        return {
            name.removeprefix("cmdstat_").split("|")[0]: values["calls"]
            for name, values in stats.items()
            if not name.startswith(("cmdstat_info", "cmdstat_config", "cmdstat_client"))
        }

    def reset_calls(self) -> None:
        self.client.config_resetstat()

    def close(self) -> None:
        """Kill it and remove its folder."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Guardian(Server):
    """A sentinel."""

    mode = ("--sentinel",)


class SentinelSet:
    """A primary, its replica and three sentinels, two of which decide."""

    service = "mizan"

    def __init__(self, *, down_after_ms: int = 500, **settings: str | int) -> None:
        self.primary = Server(**settings)
        self.replica = Server(**settings, replicaof=f"{HOST} {self.primary.port}")
        watch = {
            f"sentinel monitor {self.service}": f"{HOST} {self.primary.port} 2",
            f"sentinel down-after-milliseconds {self.service}": down_after_ms,
            f"sentinel failover-timeout {self.service}": 5000,
        }
        self.sentinels = [Guardian() for _ in range(3)]
        for each in self.sentinels:
            each.settings = {"bind": HOST, "daemonize": "no"} | watch

    def __enter__(self) -> Self:
        self.primary.start()
        self.replica.start()
        wait_for("replication", lambda: b"slave" in self._role(self.replica)[0] + self._state())
        for each in self.sentinels:
            each.start()
        wait_for("sentinels that know each other and the replica", self._is_watched)
        return self

    def __exit__(self, *_error: object) -> None:
        for each in (*self.sentinels, self.replica, self.primary):
            each.close()

    @property
    def url(self) -> str:
        hosts = ",".join(f"{HOST}:{each.port}" for each in self.sentinels)
        return f"redis+sentinel://{hosts}/{self.service}/0"

    def fail_over(self) -> None:
        """Kill the primary and wait until the replica is the primary; then they change names."""
        self.primary.kill()
        wait_for("a fail-over", lambda: self._role(self.replica)[0] == b"master")
        wait_for("sentinels that agree", self._names_the_replica)
        self.primary, self.replica = self.replica, self.primary

    def _role(self, server: Server) -> list[Any]:
        return list(server.client.execute_command("ROLE"))

    def _state(self) -> bytes:
        return b"" if self._role(self.replica)[3] == b"connected" else b"waits"

    def _is_watched(self) -> bool:
        states = [each.client.sentinel_master(self.service) for each in self.sentinels]
        return all(s["num-slaves"] == 1 and s["num-other-sentinels"] == 2 for s in states)

    def _names_the_replica(self) -> bool:
        return all(
            each.client.sentinel_get_master_addr_by_name(self.service)[1] == self.replica.port
            for each in self.sentinels
        )


class Cluster:
    """Three nodes without replicas, a third of the slots each."""

    def __init__(self, **settings: str | int) -> None:
        ports = free_ports(6)
        self.nodes = [
            Server(
                port=port,
                cluster_enabled="yes",
                cluster_port=bus,
                cluster_node_timeout=1000,
                cluster_require_full_coverage="no",
                **settings,
            )
            for port, bus in zip(ports[:3], ports[3:], strict=True)
        ]

    def __enter__(self) -> Self:
        first = self.nodes[0]
        for index, node in enumerate(self.nodes):
            node.start()
            run = node.client.execute_command
            run("CLUSTER SET-CONFIG-EPOCH", index + 1)
            start, end = 16384 * index // 3, 16384 * (index + 1) // 3 - 1
            run("CLUSTER ADDSLOTSRANGE", start, end)
            run("CLUSTER MEET", HOST, first.port, first.settings["cluster-port"])
        self.wait()
        return self

    def __exit__(self, *_error: object) -> None:
        for node in self.nodes:
            node.close()

    def wait(self) -> None:
        """Wait until every node sees every slot served."""
        wait_for("a whole cluster", lambda: all(map(self._is_whole, self.nodes)))

    def restart(self) -> None:
        """Stop and start every node; they come back empty."""
        for node in self.nodes:
            node.stop()
        for node in self.nodes:
            node.start()
        self.wait()

    def _is_whole(self, node: Server) -> bool:
        info = node.client.execute_command("CLUSTER INFO")
        return info["cluster_state"] == "ok" and info["cluster_slots_ok"] == "16384"

    @property
    def url(self) -> str:
        return "redis+cluster://" + ",".join(f"{HOST}:{node.port}" for node in self.nodes)

    def flush(self) -> None:
        for node in self.nodes:
            node.flush()

    def owner(self, key: str) -> Server:
        """Return the node that serves a key."""
        for node in self.nodes:
            with contextlib.suppress(redis.ResponseError):  # it names the one that does
                node.client.exists(key)
                return node
        raise LookupError(key)

    def open_migration(self, key: str, target: Server) -> None:
        """Begin to move the slot of a key: from now on keys are found in either node."""
        source, slot = self.owner(key), self._slot(key)
        target.client.execute_command("CLUSTER SETSLOT", slot, "IMPORTING", self._id(source))
        source.client.execute_command("CLUSTER SETSLOT", slot, "MIGRATING", self._id(target))

    def move_keys(self, key: str, source: Server, target: Server) -> None:
        """Move the keys of a key's slot."""
        slot = self._slot(key)
        while keys := source.client.execute_command("CLUSTER GETKEYSINSLOT", slot, 100):
            source.client.execute_command(
                "MIGRATE", HOST, target.port, "", 0, 5000, "REPLACE", "KEYS", *keys
            )

    def close_migration(self, key: str, target: Server) -> None:
        """End the move of a slot: the target serves it alone."""
        slot, owner = self._slot(key), self._id(target)
        for node in (target, *(each for each in self.nodes if each is not target)):
            node.client.execute_command("CLUSTER SETSLOT", slot, "NODE", owner)

    def migrate(self, key: str, target: Server) -> None:
        """Move the slot of a key, with all its keys."""
        source = self.owner(key)
        self.open_migration(key, target)
        self.move_keys(key, source, target)
        self.close_migration(key, target)

    def _slot(self, key: str) -> int:
        return int(self.nodes[0].client.execute_command("CLUSTER KEYSLOT", key))

    def _id(self, node: Server) -> str:
        return str(node.client.execute_command("CLUSTER MYID").decode())


class Proxy:
    """Stands between a client and a server, counts round trips, and can misbehave.

    `cut_after`: how many bytes of replies pass until the connection is cut, once; `deaf`: accepts,
    and answers nothing.
    """

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server((HOST, 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"redis://{HOST}:{self.port}/0"
        self.round_trips = 0
        self.connections = 0
        self.cut_after: int | None = None
        self.deaf = False
        self._open: list[socket.socket] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes who accepts
        self._accepting.join()
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """Cut every connection."""
        for each in self._drain():
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _drain(self) -> Iterator[socket.socket]:
        while self._open:
            yield self._open.pop()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self.connections += 1
                try:
                    server = socket.create_connection((HOST, self._target))
                except OSError:  # the server is down
                    client.close()
                    continue
                for each in (client, server):
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open += (client, server)
                asked = threading.Event()
                for run in (self._up, self._down):
                    threading.Thread(target=run, args=(client, server, asked), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket, asked: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(1 << 16):
                if not asked.is_set():
                    asked.set()
                    self.round_trips += 1
                if not self.deaf:
                    server.sendall(data)
        self._hang_up(client, server)

    def _down(self, client: socket.socket, server: socket.socket, asked: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(1 << 16):
                asked.clear()
                if self.cut_after is not None:
                    left, self.cut_after = self.cut_after - len(data), None
                    if left <= 0:
                        client.sendall(data[: len(data) + left])
                        break
                    self.cut_after = left
                client.sendall(data)
        self._hang_up(client, server)

    def _hang_up(self, *sockets: socket.socket) -> None:
        for each in sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
