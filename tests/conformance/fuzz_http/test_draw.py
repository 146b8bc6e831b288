"""What is drawn can be sent, and is of every kind."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import HealthCheck, given, settings

from mizan_conformance.fuzz_http.draw import MOST_MOVES, moves
from mizan_conformance.fuzz_http.right import right_of
from mizan_conformance.fuzz_http.server import Server
from mizan_conformance.http.stage import Stage, joined


def _drawn(server: Server, examples: int) -> list[Any]:
    found: list[Any] = []

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(moves(server))
    def draw(sequence: Any) -> None:
        assert 1 <= len(sequence) <= MOST_MOVES
        found.extend(each.spec for each in sequence)

    draw()
    return found


def test_every_request_can_be_sent(server: Server) -> None:
    stage = Stage(server.site, server.app)
    for spec in _drawn(server, 25):
        if "raw" in spec:
            assert b"\r\n\r\n" in joined(spec["raw"])
            continue
        request = stage.request({k: v for k, v in spec.items() if k != "held"})
        request.target.encode("ascii")
        "".join([*request.headers, *request.headers.values()]).encode("latin-1")
        assert not any("\n" in value or "\r" in value for value in request.headers.values())


def test_right_and_wrong_requests_are_drawn(server: Server) -> None:
    stage = Stage(server.site, server.app)
    specs = [spec for spec in _drawn(server, 70) if "raw" not in spec]
    rights = [right_of(server, stage.request(spec)) for spec in specs]
    assert {True, False} <= {right.is_refused for right in rights}
    assert {True, False} <= {right.canonical for right in rights if right.url}
    assert any(right.error for right in rights)
    kinds = {name for spec in specs for name in ("ctx", "call", "text", "as") if name in spec}
    assert kinds == {"ctx", "call", "text", "as"}


def test_only_what_is_selected_is_drawn(server: Server) -> None:
    alone = dataclasses.replace(
        server, contexts={}, functions={"whoami": server.functions["whoami"]}, auth=frozenset()
    )
    calls = {spec["call"] for spec in _drawn(alone, 20) if spec.get("args")}
    assert not calls & set(server.functions) - {"whoami"}
    assert not any("ctx" in spec for spec in _drawn(alone, 10))


def test_subscriptions_are_drawn_where_there_are_events(server: Server) -> None:
    streaming = dataclasses.replace(server, contexts={}, functions={}, has_events=True)
    paths = [spec.get("path", "") for spec in _drawn(streaming, 40)]
    assert any(path.startswith("/mizan/events/?held=") for path in paths)
