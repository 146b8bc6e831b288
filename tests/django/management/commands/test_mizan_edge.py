"""manage.py mizan_edge, on a small HTTP cache."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.test import override_settings
from fake_api import FakeApi, Reply
from fake_edge import PUBLIC, FakeEdge
from project.purging import networks

from mizan.django.management.commands import mizan_edge
from mizan.django.models import OutboxRow

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


@pytest.mark.django_db(transaction=True)
def test_a_purge_says_what_became_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with networks(monkeypatch, "cdn", "shield") as found:
        found["shield"].fails("timeout")
        out = io.StringIO()
        with pytest.raises(CommandError, match=r"^Not purged: shield\.$") as caught:
            call_command("mizan_edge", "purge", "book;book_id=5", stdout=out, no_color=True)
        assert caught.value.returncode == 1
        cache, cdn, shield = out.getvalue().splitlines()
        assert cache.startswith("warn  origin cache  not purged: ")
        assert cdn == "ok    cdn           purged, and once more in 30 s"
        assert shield.startswith("bad   shield        timeout: the network did not answer")
        assert found["cdn"].taken()[0].tags == resolved("book;book_id=5")["tags"]


@pytest.mark.django_db(transaction=True)
def test_a_purge_tells_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    with networks(monkeypatch, "cdn"):
        found = json.loads(run("purge", "shelf", "*", "--json"))
    assert found["targets"] == ["shelf", "*"]
    assert [each["name"] for each in found["outcomes"]] == ["origin cache", "cdn"]


def resolved(target: str) -> dict[str, tuple[str, ...]]:
    found = json.loads(run("purge", target, "--dry-run", "--json"))
    return {name: tuple(found[name]) for name in ("tags", "urls", "patterns")}


def test_a_dry_run_purges_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with networks(monkeypatch, "cdn") as found:
        lines = run("purge", "shelf", "--dry-run").splitlines()
        assert found["cdn"].taken() == []
    assert lines == [
        "tags:", "  shelf", "urls:", "  /api/mizan/ctx/shelf/", "patterns:", "  none",
        "purgers:", "  cdn",
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_table_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OutboxRow._meta, "db_table", "nowhere")
    with (
        networks(monkeypatch, "cdn"),
        pytest.raises(CommandError, match="migrate mizan"),
        transaction.atomic(),
    ):
        run("purge", "shelf")


@pytest.mark.django_db(transaction=True)
def test_a_purge_is_tried_on_the_edge(
    edge: FakeEdge, api: FakeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    with networks(monkeypatch, "cdn") as found:
        found["cdn"].purge = lambda _: edge.purge()
        lines = run("doctor", "--edge", api.url, SHELF, "--purge").splitlines()
        assert lines[-1].startswith("  ok  purge    no HIT any more after the purge (Cache-Status")
        found["cdn"].fails()
        del found["cdn"].purge
        with pytest.raises(CommandError, match="cdn: unreachable: "):
            run("doctor", "--edge", api.url, SHELF, "--purge")


def test_a_purge_that_nobody_hears_of_is_a_wrong_call(api: FakeApi) -> None:
    with pytest.raises(CommandError, match="names none") as caught:
        run("doctor", "--edge", api.url, SHELF, "--purge")
    assert (caught.value.returncode, api.received) == (2, [])


def test_a_package_that_is_missing_is_named(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mizan_edge.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(CommandError, match=r"mizan-protocol\[edge\]"):
        run("doctor", "--edge", api.url, SHELF)


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
