"""mizan.edge.base: what is to be purged, and what is said of a failure."""

from __future__ import annotations

from typing import Any

import pytest

from mizan.edge.base import (
    CODES,
    Purge,
    PurgeFailed,
    batches,
    checked_id,
    checked_secret,
    checked_url,
    purge_of,
)
from mizan.errors import ConfigurationError
from mizan.protocol.targets import EVERYTHING, Target

MANIFEST: dict[str, Any] = {
    "base_url": "/api/mizan/",
    "contexts": {
        name: {
            "endpoint": f"/api/mizan/ctx/{name}",
            "parameters": [{"name": "id"}],
            "bound_params": [],
            "scope_params": ["id"],
            "views": [],
            "page_routes": [f"/{name}/:id/"],
        }
        for name in ("board", "user")
    },
}


def test_a_purge_is_what_targets_resolve_to() -> None:
    found = purge_of(MANIFEST, [Target("board", params=(("id", 5),))])
    assert len(found.tags) == 1
    assert found.tags[0].startswith("h-")
    assert found.urls == ("/api/mizan/ctx/board?id=5", "/board/5/")
    assert found.patterns == ()
    assert not found.everything


def test_a_star_is_everything_and_every_context() -> None:
    found = purge_of(MANIFEST, [Target("user"), EVERYTHING])
    assert found.everything
    assert found.tags == ("board", "user")


def test_no_target_is_nothing() -> None:
    assert purge_of(MANIFEST, []) == Purge()


@pytest.mark.parametrize("code", CODES)
def test_a_failure_says_its_code_and_a_sentence(code: str) -> None:
    found = PurgeFailed(code, 5.0)
    assert (found.code, found.retry_after) == (code, 5.0)
    assert str(found) == f"{code}: {CODES[code]}"


def test_batches_are_of_a_size_at_most() -> None:
    assert [*batches("abcde", 2)] == ["ab", "cd", "e"]
    assert [*batches("", 2)] == []


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:6081", "https://api.fastly.com/", "http://[::1]"]
)
def test_a_url_loses_its_last_slash(url: str) -> None:
    assert checked_url(url, "url") == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        None,
        5,
        "",
        "127.0.0.1",
        "ftp://hidden.example",
        "http://",
        "http://user:hidden@host",
        "http://host/?hidden",
        "http://host/#hidden",
        "http://host:hidden",
        "http://host:99999",
        "http://host:0",
        "http://[hidden",
        "http://host/ hidden",
        "http://host/\r\nhidden",
    ],
)
def test_what_is_no_url_is_refused_and_not_shown(url: Any) -> None:
    with pytest.raises(ConfigurationError, match="nodes: expected a URL") as caught:
        checked_url(url, "nodes")
    assert "hidden" not in str(caught.value)


def test_a_secret_may_stand_in_a_field() -> None:
    assert checked_secret("a!~Z9", "token") == "a!~Z9"


@pytest.mark.parametrize(
    "value", [None, b"hidden", "", "hid den", "hidden\r\nX: y", "hidden\u00e9"]
)
def test_another_secret_is_refused_and_not_shown(value: Any) -> None:
    with pytest.raises(ConfigurationError, match="token: expected text") as caught:
        checked_secret(value, "token")
    assert "hid" not in str(caught.value)


def test_an_id_may_stand_in_a_url() -> None:
    assert checked_id("SU1Z0isxPaozGVKXdv0eY", "service") == "SU1Z0isxPaozGVKXdv0eY"


@pytest.mark.parametrize("value", [None, 5, "", "a/b", "a?b", "a\n", "a" * 65, "\u0661"])
def test_another_id_is_refused(value: Any) -> None:
    with pytest.raises(ConfigurationError, match="service: expected an id"):
        checked_id(value, "service")
