"""What may happen to a store: one server, a primary with a replica and sentinels, a cluster.

Invariant: after each action the store works again, or is on its way to.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from random import Random

import redis
from fleet import Storm
from servers import HOST, Cluster, Proxy, SentinelSet, Server, wait_for

WORKERS = 4


class OneServer(Storm):
    """One Redis; a worker in four reaches it through a proxy that fails."""

    def __init__(self, server: Server, proxy: Proxy, draw: Random) -> None:
        super().__init__(draw)
        self._server, self._proxy = server, proxy
        self.urls = [server.url] * (WORKERS - 1) + [proxy.url]
        self.actions = [
            self.restart,
            self.crash,
            self.flush,
            self.freeze,
            self.cut_mid_reply,
            self.cut_one_off,
            self.swallow_requests,
            self.hang_up_on_all,
        ]

    def restart(self) -> None:
        with self.losing():
            self._server.stop()
            self.a_while(0.0, 0.5)
            self._server.start()

    def crash(self) -> None:
        with self.losing():
            self._server.kill()
            self.a_while(0.0, 0.5)
            self._server.start()

    def flush(self) -> None:
        with self.losing():
            self._server.flush()

    def freeze(self) -> None:
        self._server.freeze()
        self.a_while(0.05, 0.6)
        self._server.thaw()

    def cut_mid_reply(self) -> None:
        for _ in range(20):
            self._proxy.cut_after = self.draw.randrange(120)
            self.a_while(0.0, 0.05)

    def cut_one_off(self) -> None:
        self._proxy.cut()

    def swallow_requests(self) -> None:
        for _ in range(5):
            self._proxy.deaf = True
            self.a_while(0.0, 0.3)
            self._proxy.deaf = False
            self._proxy.cut()
            self.a_while(0.0, 0.2)

    def hang_up_on_all(self) -> None:
        for _ in range(10):
            self._server.client.client_kill_filter(_type="normal", skipme=True)
            self.a_while(0.0, 0.05)


class FailOver(Storm):
    """A primary whose death makes its replica the primary."""

    life = 5.0
    lag = 1.0
    """Seconds before a primary's death of which its replica may know nothing."""

    def __init__(self, sentinels: SentinelSet, draw: Random) -> None:
        super().__init__(draw)
        self._set = sentinels
        self.urls = [sentinels.url] * WORKERS
        self.actions = [self.fail_over]

    def fail_over(self) -> None:
        self.a_while(0.5, 1.5)
        with self.losing(self.lag, promised=True):
            self._set.fail_over()
        replica, primary = self._set.replica, self._set.primary
        replica.start()
        replica.client.replicaof(HOST, primary.port)
        self.a_while(0.5, 1.5)
        wait_for("replication", lambda: self._follows(replica, primary))

    def _follows(self, replica: Server, primary: Server) -> bool:
        # A sentinel that hears late of the fail-over may make the old primary one again: ask anew.
        role = replica.client.execute_command("ROLE")
        if role[0] == b"slave":
            return bool(role[3] == b"connected")
        replica.client.replicaof(HOST, primary.port)
        return False


class ClusterStorm(Storm):
    """Three nodes, one of which stops, and whose slots move."""

    def __init__(self, cluster: Cluster, draw: Random) -> None:
        super().__init__(draw)
        self._cluster = cluster
        self.urls = [cluster.url] * WORKERS
        self.actions = [self.stop_a_node, self.freeze_a_node, self.move_slots, self.flush_a_node]

    def _node(self) -> Server:
        return self.draw.choice(self._cluster.nodes)

    def stop_a_node(self) -> None:
        node = self._node()
        with self.losing():
            node.kill()
            self.a_while(0.1, 1.5)
            node.start()
            self._cluster.wait()

    def freeze_a_node(self) -> None:
        node = self._node()
        node.freeze()
        self.a_while(0.05, 0.6)
        node.thaw()

    def flush_a_node(self) -> None:
        with self.losing():
            self._node().flush()

    def move_slots(self) -> None:
        for key in self._keys()[:8]:
            source, target = self._cluster.owner(key), self._node()
            if source is target:
                continue
            self._cluster.open_migration(key, target)
            self.a_while(0.0, 0.05)
            self._cluster.move_keys(key, source, target)
            self.a_while(0.0, 0.05)
            self._cluster.close_migration(key, target)

    def _keys(self) -> list[str]:
        found = [
            key.decode()
            for node in self._cluster.nodes
            for key in node.client.scan_iter(b"mizan:1:[ge]:*", count=1000)
        ]
        return self.draw.sample(found, len(found))


@contextmanager
def one_server(draw: Random) -> Iterator[Storm]:
    """Give the storm of one server."""
    with Server() as server, Proxy(server.port) as proxy:
        yield OneServer(server, proxy, draw)


@contextmanager
def fail_over(draw: Random) -> Iterator[Storm]:
    """Give the storm of a primary and its replica."""
    with SentinelSet(down_after_ms=2000) as sentinels:
        yield FailOver(sentinels, draw)


@contextmanager
def cluster(draw: Random) -> Iterator[Storm]:
    """Give the storm of a cluster."""
    with ExitStack() as stack:
        stack.enter_context(contextlib.suppress(redis.ConnectionError))
        yield ClusterStorm(stack.enter_context(Cluster()), draw)
