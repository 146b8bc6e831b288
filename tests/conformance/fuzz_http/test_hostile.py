"""Requests that no client sends."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings

from mizan.errors import MizanError
from mizan.protocol.decode import decode
from mizan_conformance.fuzz_http.hostile import odd_requests, raw_requests, text_calls
from mizan_conformance.fuzz_http.server import Server
from mizan_conformance.http.stage import joined


def _drawn(strategy: Any) -> list[Any]:
    found: list[Any] = []

    @settings(
        max_examples=80,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def draw(spec: Any) -> None:
        found.append(spec)

    draw()
    return found


def test_most_bodies_are_no_json(server: Server) -> None:
    codes = set()
    for spec in _drawn(text_calls(server)):
        try:
            decode(joined(spec["text"]))
        except MizanError as error:
            codes.add(error.code)
    assert len(codes) >= 3


def test_methods_paths_and_types_are_other_ones(server: Server) -> None:
    specs = _drawn(odd_requests(server))
    assert {"PUT", "HEAD"} <= {spec.get("method") for spec in specs}
    assert any(spec.get("path") == "/mizan/ctx/a/b/" for spec in specs)
    assert any(spec.get("headers", {}).get("Content-Type") == "text/plain" for spec in specs)


def test_raw_bytes_end(server: Server) -> None:
    heads = [joined(spec["raw"]) for spec in _drawn(raw_requests(server))]
    assert all(head.strip() and head.endswith(b"\r\n\r\n") for head in heads)
    assert any(not head.isascii() for head in heads)
