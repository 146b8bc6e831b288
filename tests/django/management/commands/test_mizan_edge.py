"""manage.py mizan_edge, on a small HTTP cache."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings
from fake_api import FakeApi, Reply
from fake_edge import PUBLIC, FakeEdge

from mizan.django.management.commands import mizan_edge

SHELF = "/api/mizan/ctx/shelf/"


@pytest.fixture
def edge() -> FakeEdge:
    return FakeEdge(lambda _: Reply(200, b"{}", PUBLIC))


@pytest.fixture
def api(edge: FakeEdge) -> Iterator[FakeApi]:
    with FakeApi(edge) as found, override_settings(MIZAN_EDGE=True):
        yield found


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("mizan_edge", *arguments, stdout=out, no_color=True)
    return out.getvalue()


def test_what_is_found_is_shown(api: FakeApi) -> None:
    lines = run("doctor", "--edge", api.url, SHELF).splitlines()
    assert lines[0] == SHELF
    assert lines[1].startswith("  ok  cached   HIT at the second request (Cache-Status: ")
    assert len(lines) == 4


def test_a_network_is_named(edge: FakeEdge, api: FakeApi) -> None:
    edge.adds = {"X-Varnish": "5 3"}
    assert run("doctor", "--edge", api.url, SHELF).startswith(f"{SHELF}  (through varnish)\n")


def test_programs_get_json(api: FakeApi) -> None:
    found = json.loads(run("doctor", "--edge", api.url, SHELF, "--json"))
    assert [each["what"] for each in found] == ["cached", "cookies", "forged"]
    assert {each["level"] for each in found} == {"ok"}


def test_it_fails_where_something_must_be_changed(edge: FakeEdge, api: FakeApi) -> None:
    edge.keeps = False
    with pytest.raises(CommandError, match="1 thing must be changed") as caught:
        run("doctor", "--edge", api.url, SHELF)
    assert caught.value.returncode == 1


def test_a_wrong_call_exits_with_2(api: FakeApi) -> None:
    with pytest.raises(CommandError) as caught:
        run("doctor", "--edge", api.url, "nothing")
    assert caught.value.returncode == 2


def test_a_terminal_is_told_what_is_under_way(
    api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(mizan_edge.sys, "stderr", terminal)
    run("doctor", "--edge", api.url, SHELF)
    assert f"1 of 1: {SHELF}" in terminal.getvalue()
