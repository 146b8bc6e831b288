"""Lines of bytes to a program and back, over whatever carries them (conformance/README.md).

Invariant: whatever the program does, no call here blocks for longer than its deadline or keeps more
than a bounded amount of what the program writes.
"""

from __future__ import annotations

import contextlib
import queue
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final, Literal

CHUNK: Final = 1 << 16
MAX_LINE: Final = 8 << 20  # bytes; the longest answer of the suite has a few thousand
_BACKLOG: Final = 64  # chunks that wait to be read: a flood stops the port, not the runner

FaultKind = Literal["crash", "hang", "rubbish"]


class PortUnusable(Exception):  # noqa: N818 (what the caller reads: the port is unusable)
    """The call is wrong: there is no port to speak with. The message says what to do."""


class Fault(Exception):  # noqa: N818 (the fault of the port, not an error of ours)
    """The port crashed, hung or wrote rubbish, and is not to be used any more.

    ``kind`` is one of the three, ``detail`` a sentence, ``suspect`` the id or key of the request
    that the fault names by itself, or None.
    """

    def __init__(self, kind: FaultKind, detail: str, suspect: object = None) -> None:
        super().__init__(kind, detail)
        self.kind: FaultKind = kind
        self.detail = detail
        self.suspect = suspect

    def __str__(self) -> str:
        return f"{self.kind}: {self.detail}"


class Channel(ABC):
    """Lines go in and come out; a subclass says how bytes are read and written.

    A thread each reads what the program writes and feeds its input, so that neither side can block
    the other, on every operating system.
    """

    def __init__(self) -> None:
        self._chunks: queue.Queue[bytes] = queue.Queue(_BACKLOG)
        self._to_write: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._pieces: list[bytes] = []
        self._held = 0
        self._ended = False
        self.trace = False
        """Whether raw lines are shown on standard error."""

    def send(self, data: bytes) -> None:
        """Hand over whole lines; they are written as fast as the port reads them."""
        if self.trace:
            _show("> ", data.splitlines())
        self._to_write.put(data)

    def end(self) -> None:
        """Close the port's input once everything that was sent is written."""
        self._to_write.put(None)

    def lines(self, deadline: float) -> list[bytes]:
        """Return the next complete lines, at least one, without their line ends.

        Waits at most ``deadline`` seconds. Raises Fault: `hang` when nothing comes, `crash` at the
        end of the output, `rubbish` for a line that does not end.
        """
        until = time.monotonic() + deadline
        while True:
            found = self._take(self._next_chunk(until, deadline))
            if found:
                if self.trace:
                    _show("< ", found)
                return found

    def wait_for_end(self, deadline: float) -> None:
        """Close the input and wait for the port to end. Raises Fault if it does not do so well."""
        self.end()
        try:
            extra = self.lines(deadline)
        except Fault as fault:
            if fault.kind == "crash" and self._ended_well() and not self._held:
                return
            if fault.kind == "hang":
                raise Fault(
                    "hang", f"it did not exit within {deadline:g} s of the end of its input"
                ) from None
            raise
        raise Fault("rubbish", f"after its last answer it wrote {show_line(extra[0])}")

    @abstractmethod
    def close(self) -> None:
        """End the connection, and what it started."""

    def _start_threads(self) -> tuple[threading.Thread, threading.Thread]:
        return start_thread(self._read), start_thread(self._write)

    def _next_chunk(self, until: float, deadline: float) -> bytes:
        if self._ended:
            raise self._crash(until)
        try:
            chunk = self._chunks.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            raise Fault("hang", f"no answer within {deadline:g} s.{self._log_tail()}") from None
        if not chunk:
            self._ended = True
            raise self._crash(until)
        return chunk

    def _take(self, chunk: bytes) -> list[bytes]:
        first, *rest = chunk.split(b"\n")
        self._held += len(first)
        self._pieces.append(first)
        if self._held > MAX_LINE:
            start = show_line(b"".join(self._pieces[:2]))
            raise Fault("rubbish", f"a line of more than {MAX_LINE} bytes: {start}")
        if not rest:
            return []
        found = [b"".join(self._pieces), *rest[:-1]]
        self._pieces = [rest[-1]]
        self._held = len(rest[-1])
        return found

    def _in_a_line(self) -> str:
        return f" in the middle of a line ({self._held} bytes)" if self._held else ""

    def _drain(self, reader: threading.Thread) -> None:
        """Let a reader that waits for room in the backlog come to its end."""
        until = time.monotonic() + 1
        while reader.is_alive() and time.monotonic() < until:
            with contextlib.suppress(queue.Empty):
                self._chunks.get(timeout=0.01)

    def _read(self) -> None:
        chunk = b"-"
        while chunk:
            try:
                chunk = self._read_some()
            except (OSError, ValueError):
                chunk = b""
            self._chunks.put(chunk)

    def _write(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while (data := self._to_write.get()) is not None:
                view = memoryview(data)
                while view:
                    view = view[self._write_some(view) :]
        with contextlib.suppress(OSError):
            self._close_input()

    @abstractmethod
    def _read_some(self) -> bytes: ...

    @abstractmethod
    def _write_some(self, view: memoryview) -> int: ...

    @abstractmethod
    def _close_input(self) -> None: ...

    @abstractmethod
    def _ended_well(self) -> bool: ...

    @abstractmethod
    def _crash(self, until: float) -> Fault: ...

    def _log_tail(self) -> str:
        return ""


def show_line(line: bytes, limit: int = 100) -> str:
    """Return the start of a line for a message: printable ASCII, quoted."""
    text = ascii(line[:limit].decode("utf-8", "replace"))
    return f"{text} and so on ({len(line)} bytes)" if len(line) > limit else text


def start_thread(target: Callable[[], None]) -> threading.Thread:
    """Start a thread of a port, which ends with the runner."""
    thread = threading.Thread(target=target, name=f"port-{target.__name__}", daemon=True)
    thread.start()
    return thread


def _show(mark: str, lines: list[bytes]) -> None:
    text = "".join(f"{mark}{line.decode('utf-8', 'backslashreplace')}\n" for line in lines)
    sys.stderr.write(text.encode("ascii", "backslashreplace").decode())
    sys.stderr.flush()
