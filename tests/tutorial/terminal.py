"""Two terminals of one who follows a page: one for commands, one for the server.

Invariant: what was started ends with `end`, by its process id.
"""

from __future__ import annotations

import re
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PATIENCE = 60.0
"""How many seconds something that comes by itself is waited for."""
_DONE = "== the command ended with"


class Unlike(Exception):  # noqa: N818 - what it says is a finding
    """Something is not as the page says."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def unlike(expected: str, output: str) -> str:
    """Return the first line of `expected` that the output has not, in this order; "" if it has all.

    A line matches from its beginning; `…` stands for anything, also for lines.
    """
    found = iter(output.splitlines())
    for line in filter(None, (each.strip() for each in expected.splitlines())):
        pattern = ".*".join(re.escape(part) for part in line.split("…"))
        if line != "…" and not any(re.fullmatch(pattern, each.strip()) for each in found):
            return line
    return ""


class Terminal:
    """A shell: what one command exports or activates, the next one has."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._shell = subprocess.Popen(
            ["bash"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, command: str) -> tuple[int, str]:
        """Return (exit status, what it printed)."""
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        self._shell.stdin.write(f"{{ {command}\n}} </dev/null\necho; echo '{_DONE}' $?\n")
        self._shell.stdin.flush()
        lines: list[str] = []
        for line in self._shell.stdout:
            if line.startswith(_DONE):
                return int(line.removeprefix(_DONE)), "".join(lines).removesuffix("\n")
            lines.append(line)
        raise Unlike(f"{command}\nended the shell, which said:\n{''.join(lines)}")

    def end(self) -> None:
        assert self._shell.stdin is not None
        self._shell.stdin.close()
        self._shell.wait()


class Server:
    """A command that serves until it is ended. Returns when it listens."""

    def __init__(self, command: str, folder: Path, environment: dict[str, str], port: str) -> None:
        # What is read here does not move the place where the process writes.
        self._out = tempfile.TemporaryFile("a+", encoding="utf-8")  # noqa: SIM115 - `end` closes it
        script = f". .venv/bin/activate && exec {command}"
        self._process = subprocess.Popen(
            ["bash", "-c", script],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + PATIENCE
        while not self._listens(int(port)):
            if self._process.poll() is not None or time.monotonic() > deadline:
                log = self.log()
                self.end()
                raise Unlike(f"{command}\ndoes not serve, and said:\n{log}")
            time.sleep(0.1)

    @staticmethod
    def _listens(port: int) -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return False
        return True

    def log(self) -> str:
        """Return what it has printed."""
        self._out.seek(0)
        return self._out.read()

    def end(self) -> None:
        if self._process.poll() is None:
            self._process.terminate()
        self._process.wait()
        self._out.close()
