"""`mizan fuzz http`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from mizan.protocol.canonical import canonical_json
from mizan.server.client_schema import digest

SCHEMA: dict[str, Any] = {
    "mizan": "1.0",
    "base_url": "/m/",
    "contexts": {},
    "functions": {
        "ping": {
            "kind": "call",
            "methods": ["POST"],
            "input": {"type": "object", "properties": {}, "additionalProperties": False},
            "output": {"type": "null"},
        }
    },
}


class Handler(BaseHTTPRequestHandler):
    """Fails whatever it is asked to do, and tells its schema."""

    def do_POST(self) -> None:
        self._say(500)

    def do_GET(self) -> None:
        self._say(405)

    def _say(self, status: int) -> None:
        self.send_response(status)
        self.send_header("X-Mizan-Schema", digest(SCHEMA))
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The URL of a server that fails."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    """The file of its client schema."""
    path = tmp_path / "schema.json"
    path.write_text(canonical_json(SCHEMA))
    return path


def test_a_fault_is_told_with_what_sends_it(
    mizan: Any, url: str, schema: Path, tmp_path: Path
) -> None:
    corpus = tmp_path / "corpus"
    call = ["fuzz", "http", "--schema", schema, "--seed", 1, "--examples", 50, "--select", "ping"]
    done = mizan(*call, "--header", "X-Mizan-Token: secret", "--corpus", corpus, url)
    assert (done.status, done.out) == (1, "")
    assert "Fuzzing 0 contexts and 1 functions" in done.err
    assert "FAULT " in done.err
    assert "  curl -si " in done.err
    assert "The same again: --seed 1 --examples 50" in done.err
    (path,) = corpus.iterdir()
    assert f"Written as a case to {path}." in done.err
    assert "secret" not in done.err + path.read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--select", "nothing"], "No function and no context is selected by nothing."),
        (["--header", "no colon"], "--header 'no colon' is none"),
        (["--examples", "0"], "'--examples'"),
        (["--auth", "none"], "'--auth'"),
    ],
)
def test_a_wrong_call_is_refused(
    mizan: Any, url: str, schema: Path, options: list[str], message: str
) -> None:
    done = mizan("fuzz", "http", "--schema", schema, *options, url)
    assert (done.status, done.out) == (2, "")
    assert message in done.err


def test_the_schema_has_to_be_the_servers(mizan: Any, url: str) -> None:
    done = mizan("fuzz", "http", url)
    assert done.status == 2
    assert "name its client schema with --schema" in done.err


def test_nobody_is_there(mizan: Any, schema: Path) -> None:
    done = mizan("fuzz", "http", "--schema", schema, "http://127.0.0.1:1/")
    assert done.status == 2
    assert "There is no server at http://127.0.0.1:1/" in done.err


def test_a_corpus_that_is_none_is_refused(
    mizan: Any, url: str, schema: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "a.json").write_text("[]")
    done = mizan("fuzz", "http", "--schema", schema, "--corpus", tmp_path / "bad", url)
    assert done.status == 2
    assert "a.json is no file of cases" in done.err
