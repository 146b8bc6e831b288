"""`mizan conformance http`."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from mizan_conformance.http.run import all_cases, vectors


class Handler(BaseHTTPRequestHandler):
    """Answers every call like `reset`, and every read with nothing."""

    def do_POST(self) -> None:
        self._say(b'{"invalidate":["*"],"result":null}')

    def do_GET(self) -> None:
        self._say("Été à “Žižkov” ☂ 🂡".encode(), "text/plain; charset=utf-8")

    def _say(self, body: bytes, kind: str = "application/json") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The URL of a server that knows one page."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_cases_are_listed(mizan: Any) -> None:
    ids = [each.id for each in vectors(all_cases())]
    assert mizan("conformance", "http", "--list").out.splitlines() == ids
    some = mizan("conformance", "http", "--list", "--select", "http-view").out.splitlines()
    assert some == [name for name in ids if name.startswith("http-view/")]


def test_what_is_right_passes(mizan: Any, url: str) -> None:
    done = mizan("conformance", "http", "--select", "http-view/page", url)
    assert (done.status, done.err) == (0, "")
    assert "PASS: 1 passed" in done.out


def test_what_is_wrong_fails_with_its_case(mizan: Any, url: str) -> None:
    done = mizan("conformance", "http", "--select", "http-view/missing", url)
    assert done.status == 1
    assert "FAILED http-view/missing" in done.out
    assert "step 1, GET /boards/1/: the body differs from byte 0 on" in done.out


def test_what_needs_another_proof_is_skipped(mizan: Any, url: str) -> None:
    call = ["conformance", "http", "--auth", "token", "--select", "http-session/login", url]
    done = mizan(*call)
    assert done.status == 0
    assert "Skipped: --auth leaves out session (1)" in done.out


def test_reports_are_written_too(mizan: Any, url: str, tmp_path: Path) -> None:
    page, junit = tmp_path / "page.html", tmp_path / "junit.xml"
    done = mizan(
        *("conformance", "http", "--select", "http-view", "--format", "json"),
        *("--report", page, "--report", junit, url),
    )
    assert json.loads(done.out)["passed"] is False
    assert "http-view/page" in page.read_text("utf-8")
    assert "http-view/page" in junit.read_text("utf-8")


def test_servers_are_shown_side_by_side(mizan: Any, url: str, tmp_path: Path) -> None:
    one, page = tmp_path / "one.json", tmp_path / "page.html"
    mizan("conformance", "http", "--select", "http-view", "--report", one, url)
    assert mizan("conformance", "report", one, one, "--output", page).status == 0
    assert "http-view/missing" in page.read_text("utf-8")


def test_known_failures_are_held_to_a_baseline(mizan: Any, url: str, tmp_path: Path) -> None:
    call = ["conformance", "http", "--select", "http-view", "--baseline", tmp_path / "known.json"]
    assert mizan(*call, "--update-baseline", url).status == 0
    done = mizan(*call, "--repeat", "2", url)
    assert done.status == 0
    assert "known failures" in done.out


def test_requests_and_replies_are_shown(mizan: Any, url: str) -> None:
    done = mizan("conformance", "http", "--trace", "--select", "http-view/page", url)
    assert "-> GET /boards/2/\n" in done.err
    assert "<- 200\n" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Missing argument 'URL'"),
        (["http://127.0.0.1:1/"], "There is no server at http://127.0.0.1:1/"),
        (["http://127.0.0.1:1/api/"], "has a path"),
        (["--select", "nothing", "http://127.0.0.1:1/"], "No vector matches 'nothing'"),
        (["--auth", "luck", "http://127.0.0.1:1/"], "'luck' is not one of"),
        (["--update-baseline", "http://127.0.0.1:1/"], "name the file, --baseline FILE"),
        (["--report", "report.doc", "http://127.0.0.1:1/"], "--report: 'report.doc'"),
    ],
)
def test_a_wrong_call(mizan: Any, words: list[str], said: str) -> None:
    done = mizan("conformance", "http", *words)
    assert (done.status, done.out) == (2, "")
    assert said in done.err
