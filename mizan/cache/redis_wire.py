"""Commands to Redis as bytes, and what a course of exchanges is (RESP2; SPEC.md, section 15).

Invariant: what is sent depends on the command alone; one command is one request of the protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

from mizan.cache.base import CacheUnavailable

T = TypeVar("T")

Command = tuple[bytes | str | int, ...]
Replies = list[Any]
"""For each command its reply: bytes, int, None, a list of them, or the ResponseError it got."""
Plan = Callable[[], list[Command]]
"""Makes the commands of one attempt: each attempt draws its own stamps. To send a stamp twice could
bring back what another mutation has made stale in between."""


class Address(NamedTuple):
    """Where a server listens: `host` may be a path with port 0. `role` says how to connect:
    ``data`` or ``sentinel``."""

    host: str
    port: int
    role: str = "data"

    def __str__(self) -> str:
        name = "Sentinel" if self.role == "sentinel" else "Redis"
        return f"{name} at {self.host}:{self.port}" if self.port else f"{name} at {self.host}"


class Batch(NamedTuple):
    """Commands for one server, answered in their order."""

    address: Address
    commands: Sequence[Command]


Course = Generator[list[Batch], list[Replies], T]
"""Yields what to exchange at one time, is sent the replies, and returns an outcome. What an
exchange raises is thrown in."""


class Stale(CacheUnavailable):
    """A connection that had been idle was gone. A new one may do."""


def pack(commands: Iterable[Command]) -> bytes:
    """Return the commands as they are sent: arrays of bulk strings. Text is sent as UTF-8."""
    out: list[bytes] = []
    for command in commands:
        out.append(b"*%d\r\n" % len(command))
        for part in command:
            data = part if isinstance(part, bytes) else str(part).encode()
            out += (b"$%d\r\n" % len(data), data, b"\r\n")
    return b"".join(out)


def key_of(command: Command) -> bytes:
    """Return the one key of a command."""
    key = command[3] if command[0] in (b"EVALSHA", b"EVAL") else command[1]
    return key if isinstance(key, bytes) else str(key).encode()
