"""The conformance port over the Python core: JSON Lines on the standard streams.

Invariant: each line that is a request is answered, whatever the core does with it; answers are
written together for each read, so that a pipeline costs few system calls.

    python -m mizan_conformance.python_port [--listen HOST:PORT]
"""

from __future__ import annotations

import json
import os
import socket
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from typing import Any, BinaryIO

from mizan import __version__
from mizan.errors import MizanError

from .python_ops import OPERATIONS

_CHUNK = 1 << 16


def answer(line: bytes) -> bytes:
    """Return the answer to a request: one line with its end."""
    request = json.loads(line)
    return json.dumps({"id": request["id"], **_outcome(request)}).encode() + b"\n"


def _outcome(request: dict[str, Any]) -> dict[str, Any]:
    op = request["op"]
    if op == "hello":
        return {"ok": hello()}
    if op not in OPERATIONS:
        return _refusal("port.unknown_op", f"There is no operation {op!r}.")
    try:
        return {"ok": OPERATIONS[op](request["input"])}
    except MizanError as error:
        return _refusal(error.code, str(error))
    except Exception as error:  # noqa: BLE001 (a fault of the core is an answer too, and no crash)
        sys.stderr.write(f"{op}: {traceback.format_exc()}")
        return _refusal("port.crash", f"{type(error).__name__}: {error}")


def hello() -> dict[str, Any]:
    """Return what the port says of itself."""
    return {
        "name": "mizan-python",
        "version": __version__,
        "language": "Python",
        "spec": ["1.0"],
        "capabilities": capabilities(),
    }


def capabilities() -> list[str]:
    """Return the operations that can be done here: those of tokens need the extra `crypto`."""
    has_crypto = find_spec("cryptography") is not None
    return [op for op in OPERATIONS if has_crypto or not op.startswith("token.")]


def _refusal(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def serve(read: Callable[[], bytes], sink: BinaryIO) -> None:
    """Answer the requests that `read` gives piece by piece, until it gives nothing."""
    rest = b""
    while chunk := read():
        *lines, rest = (rest + chunk).split(b"\n")
        sink.writelines(map(answer, lines))
        sink.flush()


def listen(address: str) -> None:
    """Answer one connection after another, for a runner that attaches itself."""
    host, _, port = address.rpartition(":")
    with socket.create_server((host, int(port))) as server:
        sys.stderr.write(f"listening on {host}:{server.getsockname()[1]}\n")
        sys.stderr.flush()
        while True:
            connection, _ = server.accept()
            with connection, connection.makefile("wb") as sink, suppress(OSError):
                serve(partial(connection.recv, _CHUNK), sink)


def main() -> int:
    """Answer requests from standard input until it ends. Returns the exit status."""
    if sys.argv[1:2] == ["--listen"]:
        listen(sys.argv[2])
    source = sys.stdin.fileno()
    serve(lambda: os.read(source, _CHUNK), sys.stdout.buffer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
