"""Drives a port: a program that speaks JSON Lines on its standard streams (conformance/README.md).

Invariant: whatever the program does, no call here blocks for longer than its deadline or keeps more
than a bounded amount of what the program writes.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import IO, Final, Literal

CHUNK: Final = 1 << 16
MAX_LINE: Final = 8 << 20  # bytes; the longest answer of the suite has a few thousand
_BACKLOG: Final = 64  # chunks that wait to be read: a flood stops the port, not the runner
_LOG_TAIL: Final = 2000  # bytes of standard error that are kept

FaultKind = Literal["crash", "hang", "rubbish"]


class PortUnusable(Exception):  # noqa: N818 (what the caller reads: the port is unusable)
    """The call is wrong: the command cannot be started. The message says what to do."""


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


class Process:
    """One running port: lines of bytes go in and come out.

    A thread each reads what the program writes, keeps the tail of its log, and feeds its input, so
    that neither side can block the other, on every operating system.
    """

    def __init__(self, command: Sequence[str]) -> None:
        """Start the command. Raises PortUnusable where there is nothing to start."""
        self._process = _start(command)
        self._chunks: queue.Queue[bytes] = queue.Queue(_BACKLOG)
        self._to_write: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._pieces: list[bytes] = []
        self._held = 0
        self._log = b""
        self._ended = False
        self._reader = self._thread(self._read)
        self._logger = self._thread(self._read_log)
        self._writer = self._thread(self._write)

    def send(self, data: bytes) -> None:
        """Hand over whole lines; they are written as fast as the port reads them."""
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
                return found

    def wait_for_end(self, deadline: float) -> None:
        """Close the input and wait for the port to exit. Raises Fault if it does not do so well."""
        self.end()
        try:
            extra = self.lines(deadline)
        except Fault as fault:
            if fault.kind == "crash" and self._process.returncode == 0 and not self._held:
                return
            if fault.kind == "hang":
                raise Fault(
                    "hang", f"it did not exit within {deadline:g} s of the end of its input"
                ) from None
            raise
        raise Fault("rubbish", f"after its last answer it wrote {show_line(extra[0])}")

    def close(self) -> None:
        """End the program and everything that it started."""
        _kill(self._process)
        self.end()
        until = time.monotonic() + 1
        while self._reader.is_alive() and time.monotonic() < until:
            with contextlib.suppress(queue.Empty):
                self._chunks.get(timeout=0.01)
        self._logger.join(1)
        self._writer.join(1)
        for stream, thread in (
            (self._process.stdin, self._writer),
            (self._process.stdout, self._reader),
            (self._process.stderr, self._logger),
        ):
            # A thread that still reads belongs to a grandchild that kept the pipe: leave it that.
            if stream and not thread.is_alive():
                with contextlib.suppress(OSError):
                    stream.close()

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

    def _crash(self, until: float) -> Fault:
        try:
            code = self._process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            return Fault("crash", f"it closed its output and went on.{self._log_tail()}")
        self._logger.join(1)
        how = f"signal {_signal_name(-code)}" if code < 0 else f"exit status {code}"
        held = f" in the middle of a line ({self._held} bytes)" if self._held else ""
        return Fault("crash", f"it ended with {how}{held}.{self._log_tail()}")

    def _log_tail(self) -> str:
        last = self._log.decode("utf-8", "replace").strip().splitlines()[-3:]
        return f" Its log ends: {' | '.join(last)}" if last else ""

    def _thread(self, target: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=target, name=f"port-{target.__name__}", daemon=True)
        thread.start()
        return thread

    def _read(self) -> None:
        stream = _stream(self._process.stdout)
        chunk = b"-"
        while chunk:
            try:
                chunk = os.read(stream.fileno(), CHUNK)
            except (OSError, ValueError):
                chunk = b""
            self._chunks.put(chunk)

    def _read_log(self) -> None:
        stream = _stream(self._process.stderr)
        with contextlib.suppress(OSError, ValueError):
            while chunk := os.read(stream.fileno(), CHUNK):
                self._log = (self._log + chunk)[-_LOG_TAIL:]

    def _write(self) -> None:
        stream = _stream(self._process.stdin)
        with contextlib.suppress(OSError, ValueError):
            while (data := self._to_write.get()) is not None:
                view = memoryview(data)
                while view:
                    view = view[os.write(stream.fileno(), view) :]
        with contextlib.suppress(OSError):
            stream.close()


def show_line(line: bytes, limit: int = 100) -> str:
    """Return the start of a line for a message: printable ASCII, quoted."""
    text = ascii(line[:limit].decode("utf-8", "replace"))
    return f"{text} and so on ({len(line)} bytes)" if len(line) > limit else text


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    if not command:
        raise PortUnusable("No command: write the port's command after `--`.")
    try:
        return subprocess.Popen(  # noqa: S603 (the command is the caller's own)
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=os.name == "posix",
        )
    except FileNotFoundError:
        raise PortUnusable(
            f"There is no command {command[0]!r}. Give a program on PATH, or a path to one."
        ) from None
    except PermissionError:
        raise PortUnusable(
            f"{command[0]!r} may not be executed. Make it executable, or name its interpreter."
        ) from None
    except OSError as error:
        raise PortUnusable(f"{command[0]!r} cannot be started: {error.strerror}.") from None


def _kill(process: subprocess.Popen[bytes]) -> None:
    # The group, not only the program: one started through a shell would leave its child behind.
    # Not after it has ended, since its number may then belong to another.
    if process.poll() is None:
        if sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None  # noqa: S101 (all three were asked for as pipes)
    return stream
