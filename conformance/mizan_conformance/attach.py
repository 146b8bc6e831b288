"""Speaks with a port that is running already, as under a debugger (conformance/README.md).

Invariant: the port is the caller's own: nothing here starts or ends it.
"""

from __future__ import annotations

import contextlib
import socket
from typing import Final

from .channel import CHUNK, Channel, Fault, PortUnusable

_CONNECT: Final = 10.0  # seconds


class Attached(Channel):
    """A connection to a port that listens; after a fault another one is made."""

    def __init__(self, address: str) -> None:
        """Connect to ``HOST:PORT``. Raises PortUnusable where nobody listens."""
        super().__init__()
        self._socket = _connected(address)
        self._reader, self._writer = self._start_threads()

    def close(self) -> None:
        """End the connection; the port goes on."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self.end()
        self._drain(self._reader)
        self._writer.join(1)
        self._socket.close()

    def _ended_well(self) -> bool:
        return True

    def _crash(self, until: float) -> Fault:  # noqa: ARG002 (a process takes its time to end)
        return Fault("crash", f"it closed the connection{self._in_a_line()}.")

    def _read_some(self) -> bytes:
        return self._socket.recv(CHUNK)

    def _write_some(self, view: memoryview) -> int:
        return self._socket.send(view)

    def _close_input(self) -> None:
        self._socket.shutdown(socket.SHUT_WR)


def _connected(address: str) -> socket.socket:
    host, colon, port = address.rpartition(":")
    if not (colon and port.isascii() and port.isdigit() and int(port) < 1 << 16):
        raise PortUnusable(f"{address!r} is no address: write HOST:PORT, as in 127.0.0.1:4444.")
    try:
        connection = socket.create_connection((host.strip("[]"), int(port)), _CONNECT)
    except OSError as error:
        why = error.strerror or str(error)
        raise PortUnusable(f"Nobody answers at {address}: {why}. Start the port there.") from None
    connection.settimeout(None)
    return connection
