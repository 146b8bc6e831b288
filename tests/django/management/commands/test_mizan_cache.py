"""manage.py mizan_cache, on a real redis-server: stats, purge, doctor."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings
from project.store import PASSWORD, SECRET, on_redis
from servers import Server

from mizan.cache import MemoryCache
from mizan.cache.base import State
from mizan.cache.doctor import Finding
from mizan.django import origin_cache, outbox
from mizan.django.management.commands.mizan_cache import Command
from mizan.django.models import OutboxRow
from mizan.protocol.targets import Target
from mizan.server.registry import registry

pytestmark = pytest.mark.django_db


class Shared(MemoryCache):
    """A backend of the application, which is no Redis."""

    def __init__(self, _url: str, *, timeout: float, **given: Any) -> None:
        assert timeout > 0
        super().__init__(**given)


@pytest.fixture
def store(redis_server: Server) -> Iterator[Server]:
    with override_settings(MIZAN_CACHE=on_redis(redis_server)):
        yield redis_server


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("mizan_cache", *arguments, stdout=out)
    return out.getvalue()


def put(context: str, **params: Any) -> Any:
    """Store an entry of an instance, and return what reads it."""
    cache: Any = origin_cache.cache()
    guards = registry.catalog.slots.tags(context, params)
    key = f"mizan:1:e:{context}:{len(params):064d}"
    begun = cache.begin(key, cache.read(key, guards), guards)
    assert cache.store(key, guards, begun, b"old", 60)
    return lambda: cache.read(key, guards).state


def test_stats_counts_what_there_is(store: Server) -> None:
    put("book", book_id=5, limit=10)
    outbox.remember([Target("shelf")])
    found = json.loads(run("stats", "--json"))
    assert found.pop("bytes") > 0
    assert found == {"entries": 1, "guards": 2, "waiting purges": 1}
    lines = run("stats").splitlines()
    assert lines[0] == "entries         1"
    assert lines[-1] == "waiting purges  1"


def test_a_table_that_is_not_there_is_said(store: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OutboxRow._meta, "db_table", "nowhere")
    with pytest.raises(CommandError, match="migrate mizan"):
        run("stats")


@pytest.mark.parametrize(
    ("targets", "shelf", "book"),
    [
        (["shelf"], State.MISS, State.HIT),
        (["book;book_id=5"], State.HIT, State.MISS),
        (["book;book_id=6"], State.HIT, State.HIT),
        (["book"], State.HIT, State.MISS),
        (["book/reviews;book_id=5"], State.HIT, State.MISS),
        (["shelf, book"], State.MISS, State.MISS),
        (["shelf", "book;book_id=5"], State.MISS, State.MISS),
        (["*"], State.MISS, State.MISS),
    ],
)
def test_a_purge_drops_what_targets_name(
    store: Server, targets: list[str], shelf: State, book: State
) -> None:
    reads = put("shelf"), put("book", book_id=5, limit=10)
    said = run("purge", *targets)
    assert said.startswith("Purged ")
    assert [read() for read in reads] == [shelf, book]


def test_a_purge_says_what_it_did(store: Server) -> None:
    assert run("purge", "shelf") == "Purged shelf: 1 guard.\n"
    found = json.loads(run("purge", "book;book_id=5", "shelf", "--json"))
    assert found["targets"] == ["book;book_id=5", "shelf"]
    assert len(found["guards"]) == 2


@pytest.mark.parametrize(
    ("target", "say"),
    [
        ("shelv", "did you mean 'shelf'"),
        ("book;bok_id=5", "did you mean 'book_id'"),
        ("book;book_id=five", "book;book_id=five: "),
        ("shelf/reviews", "reviews is a function of book, not of shelf"),
        ("book/review", "did you mean 'reviews'"),
        ("*;a=5", r"\*;a=5: "),
        ("Shelf!", "Shelf!: "),
    ],
)
def test_a_target_that_there_is_not_is_refused(store: Server, target: str, say: str) -> None:
    with pytest.raises(CommandError, match=say):
        run("purge", target)


def test_a_server_out_of_reach_is_said(store: Server) -> None:
    store.stop()
    for command in (["stats"], ["purge", "shelf"]):
        with pytest.raises(CommandError, match="cannot be reached") as caught:
            run(*command)
        assert PASSWORD not in str(caught.value)
    out = io.StringIO()
    with pytest.raises(CommandError, match="1 thing must be changed"):
        call_command("mizan_cache", "doctor", stdout=out)
    assert out.getvalue().startswith("bad  connection  ")
    assert PASSWORD not in out.getvalue()


def examine(**options: str) -> tuple[dict[str, Any], str | None]:
    """Return the findings on a server with options, by what they are about, and the failure."""
    out, failure = io.StringIO(), None
    with Server(**options) as server, override_settings(MIZAN_CACHE=on_redis(server)):
        try:
            call_command("mizan_cache", "doctor", "--json", stdout=out)
        except CommandError as error:
            failure = str(error)
    return {each["what"]: each for each in json.loads(out.getvalue())}, failure


@pytest.mark.server
def test_a_good_server_passes() -> None:
    found, failure = examine(maxmemory="64mb", maxmemory_policy="allkeys-lru")
    assert failure is None
    levels = {what: each["level"] for what, each in found.items()}
    levels.pop("latency")  # that is the machine's
    assert set(levels.values()) == {"ok"}
    assert levels.keys() == {
        "version", "role", "memory", "eviction", "persistence", "scripts", "clock",
    }  # fmt: skip


@pytest.mark.server
def test_a_bad_server_fails_and_it_is_said_why() -> None:
    found, failure = examine(maxmemory="64mb", save="3600 1", appendonly="yes")
    assert failure == "1 thing must be changed."
    assert found["eviction"]["level"] == "bad"
    assert "allkeys-lru" in found["eviction"]["advice"]
    assert found["persistence"]["level"] == "warn"
    assert found["persistence"]["text"] == "snapshots and appendonly"


def test_what_is_found_is_aligned(store: Server) -> None:
    lines = run("doctor").splitlines()
    assert [line[:4].strip() for line in lines if not line.startswith(" ")][:2] == ["ok", "ok"]
    assert "warn  memory" in "\n".join(lines)
    assert any(line.startswith("      Set maxmemory") for line in lines)


def test_several_servers_are_told_apart() -> None:
    out = io.StringIO()
    command = Command(stdout=out, no_color=True)
    command._show(
        [Finding("ok", "a:1", "role", "x"), Finding("warn", "b:22", "role", "y", "Do z.")]
    )
    assert out.getvalue() == "ok    a:1   role  x\nwarn  b:22  role  y\n      Do z.\n"


def test_only_a_redis_is_examined() -> None:
    setting = {"BACKEND": f"{__name__}.Shared", "URL": "own://", "SECRET": SECRET}
    with (
        override_settings(MIZAN_CACHE=setting),
        pytest.raises(CommandError, match="this is Shared"),
    ):
        run("doctor")
