"""Lines for a shell send the very bytes."""

from __future__ import annotations

import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from mizan_conformance.fuzz_http.curl import curl_line, raw_line
from mizan_conformance.http.stage import Request

HOST = "http://127.0.0.1:8000/"


def test_plain_requests_are_plain_lines() -> None:
    line = curl_line(HOST, Request("GET", "/m/ctx/a/?b=1&c=2", {"X-A": "it's", "X-B": ""}, None))
    assert line == (
        "curl -si --path-as-is --globoff -X GET -H 'X-A: it'\"'\"'s' -H 'X-B;' "
        "'http://127.0.0.1:8000/m/ctx/a/?b=1&c=2'"
    )
    assert "--head" in curl_line(HOST, Request("HEAD", "/", {}, None))


def test_what_curl_would_not_send_is_piped() -> None:
    line = curl_line(HOST, Request("GET", "/", {"X-A": "\xff"}, None))
    assert line.startswith("printf 'GET / HTTP/1.1\\015\\012Host: 127.0.0.1:8000")
    assert line.endswith("X-A: \\377\\015\\012\\015\\012' | nc 127.0.0.1 8000")
    assert raw_line("https://a/", b"x").endswith("| openssl s_client -quiet -connect a:443")


@pytest.mark.parametrize("data", [b"a\x00\xff%s\\n'\"$(x)`\r\n", b"@file", b"plain 'text'", b""])
def test_a_shell_writes_the_bytes(data: bytes) -> None:
    written = raw_line(HOST, data).rpartition(" | ")[0]
    assert subprocess.run(["sh", "-c", written], capture_output=True, check=True).stdout == data


@pytest.mark.parametrize("body", [b'{"a": "it\'s $HOME"}', b"\x00\xff%d\\", b"@x"])
def test_curl_sends_the_body(body: bytes) -> None:
    got: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        line = curl_line(f"http://127.0.0.1:{server.server_port}/", Request("POST", "/", {}, body))
        subprocess.run(["sh", "-c", line], capture_output=True, check=True)
        server.shutdown()
    assert got == [body]
