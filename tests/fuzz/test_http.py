"""Schemathesis finds nothing wrong with the conformance app, and finds what is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from fuzz import http
from mizan.resources import app_dir
from mizan.server.client_schema import digest

ROOT = Path(__file__).resolve().parent.parent.parent
BOUNDED = ("--phases", "fuzzing", "--seed", "1", "--no-color")


def read() -> dict[str, Any]:
    """Return the client schema of the conformance app."""
    schema: dict[str, Any] = json.loads((app_dir() / "client-schema.json").read_bytes())
    return schema


def test_what_fails_or_waits_on_purpose_is_left_out() -> None:
    whole, shown = read(), http.document(read())
    named = shown["paths"]["/call/"]["post"]["requestBody"]["content"]["application/json"]
    left_out = whole["functions"].keys() - named["schema"]["discriminator"]["mapping"].keys()
    assert left_out == {
        "crash",
        "crash_late",
        "faulty_fine",
        "faulty_read",
        "gate_open",
        "gate_state",
        "set_slot_slowly",
        "slot_value",
    }
    contexts = whole["contexts"].keys() - {"faulty", "slot"}
    assert shown["paths"].keys() == {"/call/", *(f"/ctx/{name}/" for name in contexts)}


@pytest.mark.slow
def test_nothing_is_wrong_with_the_conformance_app(capfd: pytest.CaptureFixture[str]) -> None:
    with http.served("wsgi") as url:
        code = http.fuzz(url, [*BOUNDED, "--max-examples", "8"])
    told = capfd.readouterr().out
    assert code == 0, told
    assert told.count("No issues found") == 2
    assert told.count("Tested: 21") == 2


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """Answer each request so, and give the URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("X-Mizan-Schema", digest(read()))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("status", "finding"),
    [
        (418, "Undocumented status code"),
        (200, "`result_is_of_the_function`"),
    ],
)
def test_what_is_wrong_is_found(
    status: int, finding: str, capfd: pytest.CaptureFixture[str]
) -> None:
    some = ["--max-examples", "3", "--include-path", "/call/", "--mode", "positive"]
    with answering(status, b'{"result": 5}') as url:
        code = http.fuzz(url, [*BOUNDED, *some, "--max-failures", "1"])
    told = capfd.readouterr().out
    assert code == 1
    assert finding in told, told


def test_a_server_that_does_not_end_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stubborn = tmp_path / "stubborn.py"
    stubborn.write_text(
        "import os, signal\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print(os.getpid(), flush=True)\n"
        "signal.pause()\n"
    )
    monkeypatch.setattr(http, "SERVE", stubborn)
    monkeypatch.setattr(http, "_PATIENCE", 0.1)
    with pytest.raises(subprocess.TimeoutExpired), http.served("wsgi") as said:
        pass
    with pytest.raises(ProcessLookupError):
        os.kill(int(said), 0)


def test_a_wrong_call_is_told() -> None:
    command = [sys.executable, "-m", "fuzz.http", "--max-examples", "none"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--max-examples" in done.stderr
