"""What is known of a server before it is fuzzed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mizan.resources import app_dir
from mizan_conformance.fuzz_http.server import NothingToAsk, meet
from mizan_conformance.http.site import Site, SiteUnusable

Url = Callable[[str], str]
SCHEMA = app_dir() / "client-schema.json"


def test_the_conformance_app_is_known(django_url: Url) -> None:
    server = meet(Site(django_url("asgi")), auth=["token"], select=["board*", "crash"])
    assert list(server.contexts) == ["board"]
    assert list(server.functions) == ["board_info", "board_notes"]
    assert server.resets
    assert not server.has_events
    assert [*server.people] == [{}, {"as": "ada"}, {"as": "bob"}]
    assert server.is_lenient("types_seen")


def test_a_schema_may_be_given(django_url: Url) -> None:
    given = {"X-Mizan-Token": "t"}
    server = meet(Site(django_url("asgi")), SCHEMA, headers=given, leave_out=["*_info", "site"])
    assert server.people == [{}, {"headers": given}]
    assert "site" not in server.contexts
    assert "site_info" not in server.functions


def test_nobody_is_there() -> None:
    with pytest.raises(SiteUnusable, match=r"There is no server at http://127\.0\.0\.1:1/"):
        meet(Site("http://127.0.0.1:1/"))


def test_nothing_is_selected(django_url: Url) -> None:
    with pytest.raises(NothingToAsk, match="No function and no context is selected by nothing"):
        meet(Site(django_url("asgi")), select=["nothing"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"base_url": "/mizan/", "functions": {}}, "is not the client schema that"),
        ({"mizan": "7"}, "is no client schema: at /mizan"),
        (None, "cannot be read"),
    ],
)
def test_a_wrong_schema_is_refused(
    django_url: Url, tmp_path: Path, change: Any, message: str
) -> None:
    path = tmp_path / "schema.json"
    document = json.loads(SCHEMA.read_bytes())
    path.write_text("{" if change is None else json.dumps(document | change))
    with pytest.raises(NothingToAsk, match=message):
        meet(Site(django_url("asgi")), path)


def test_another_app_needs_its_schema(scripted: Any, say: Any) -> None:
    with pytest.raises(NothingToAsk, match="name its client schema with --schema"):
        meet(scripted(say(b"", 404)))
