"""Drives a port: a program that speaks JSON Lines on its standard streams (conformance/README.md).

Invariant: the program ends with the runner, and all that it started with it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import IO, Final

from .channel import CHUNK, Channel, Fault, PortUnusable, start_thread

_LOG_TAIL: Final = 2000  # bytes of standard error that are kept


class Process(Channel):
    """One running port; a third thread keeps the tail of its log."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start the command. Raises PortUnusable where there is nothing to start."""
        super().__init__()
        self._process = _start(command)
        self._log = b""
        self._logger = start_thread(self._read_log)
        self._reader, self._writer = self._start_threads()

    def close(self) -> None:
        """End the program and everything that it started."""
        _kill(self._process)
        self.end()
        self._drain(self._reader)
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

    def _ended_well(self) -> bool:
        return self._process.returncode == 0

    def _crash(self, until: float) -> Fault:
        try:
            code = self._process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            return Fault("crash", f"it closed its output and went on.{self._log_tail()}")
        self._logger.join(1)
        how = f"signal {_signal_name(-code)}" if code < 0 else f"exit status {code}"
        return Fault("crash", f"it ended with {how}{self._in_a_line()}.{self._log_tail()}")

    def _log_tail(self) -> str:
        last = self._log.decode("utf-8", "replace").strip().splitlines()[-3:]
        return f" Its log ends: {' | '.join(last)}" if last else ""

    def _read_some(self) -> bytes:
        return os.read(_stream(self._process.stdout).fileno(), CHUNK)

    def _write_some(self, view: memoryview) -> int:
        return os.write(_stream(self._process.stdin).fileno(), view)

    def _close_input(self) -> None:
        _stream(self._process.stdin).close()

    def _read_log(self) -> None:
        stream = _stream(self._process.stderr)
        with contextlib.suppress(OSError, ValueError):
            while chunk := os.read(stream.fileno(), CHUNK):
                self._log = (self._log + chunk)[-_LOG_TAIL:]


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
