"""Which node of a cluster serves which slot (Redis Cluster specification; SPEC.md, section 15).

Invariant: a slot without a known node is an error, never a guess.
"""

from __future__ import annotations

from binascii import crc_hqx
from collections.abc import Sequence
from typing import Any

from mizan.cache.base import CacheUnavailable
from mizan.cache.redis_wire import Address

SLOTS = 16384


def slot_of(key: bytes) -> int:
    """Return the slot of a key: CRC-16 of what stands between its first ``{`` and the next ``}``,
    else of all of it."""
    start = key.find(b"{")
    end = key.find(b"}", start + 1)
    if start >= 0 and end > start + 1:
        key = key[start + 1 : end]
    return crc_hqx(key, 0) % SLOTS


class Slots:
    """The nodes by slot. Replaced as a whole, so that threads need no lock.

    `stale`: it has to be learnt (again) before it is used.
    """

    def __init__(self) -> None:
        self.stale = True
        self._nodes: list[Address | None] = [None] * SLOTS

    def node(self, slot: int) -> Address:
        """Return the node that serves a slot; raise CacheUnavailable if none is known to."""
        node = self._nodes[slot]
        if node is None:
            self.stale = True
            raise CacheUnavailable(f"No node of the Redis cluster serves slot {slot}.")
        return node

    def nodes(self) -> list[Address]:
        """Return every known node that serves slots, once each."""
        return list(dict.fromkeys(node for node in self._nodes if node))

    def move(self, slot: int, node: Address) -> None:
        """Take over that a node serves a slot now; others may have moved too."""
        self._nodes[slot] = node
        self.stale = True

    def learn(self, table: Sequence[Any], asked: Address) -> None:
        """Take over the reply of `asked` to ``CLUSTER SLOTS``."""
        nodes: list[Address | None] = [None] * SLOTS
        for first, last, master, *_replicas in table:
            host = (master[0] or b"").decode() or asked.host  # a node may not know its own name
            nodes[first : last + 1] = [Address(host, master[1])] * (last - first + 1)
        self._nodes, self.stale = nodes, False
