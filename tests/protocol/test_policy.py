"""mizan/protocol/policy.py: rev and cache of a context, the caching headers of a response."""

import hashlib
from itertools import product
from typing import Any

import pytest

from mizan.protocol.policy import Cache, effective, etag, response_headers

READ: dict[str, Any] = {
    "kind": "context",
    "cache": True,
    "user_scoped": False,
    "anonymous": False,
    "edge": True,
    "canonical": True,
    "no_store": False,
    "leaked": False,
    "etag": '"abc"',
    "url": "/m/ctx/user/?user_id=5",
    "tags": ["user", "h-x"],
}
NO_STORE = {"Cache-Control": "no-store"}
PRIVATE = {"Cache-Control": "private, no-store"}
OWN = {"user_scoped": True, "edge": False}
OWN_HEADERS = {
    "Cache-Control": "private, no-cache",
    "Vary": "Authorization, Cookie, X-Mizan-Token",
    "ETag": '"abc"',
}
GROUPS = {"Cache-Groups": '"user", "h-x"'}
YEAR = "public, max-age=0, s-maxage=31536000"


@pytest.mark.parametrize(
    ("functions", "expected"),
    [
        ([], (0, True)),
        ([{}], (0, True)),
        ([{"rev": 2}, {"rev": 5}, {"rev": 1}], (5, True)),
        ([{"cache": 60}, {"cache": True}, {"cache": 30}], (0, 30)),
        ([{"cache": 0}, {"cache": False}], (0, False)),
        ([{"cache": False}, {"cache": 0}], (0, False)),
        ([{"cache": True}, {"cache": 0}], (0, 0)),
        ([{"cache": 1}, {"cache": True}], (0, 1)),
    ],
)
def test_effective(functions: list[dict[str, Any]], expected: tuple[int, Cache]) -> None:
    found = effective(functions)
    assert [(type(each), each) for each in found] == [(type(each), each) for each in expected]


@pytest.mark.parametrize(
    ("change", "headers"),
    [
        ({"kind": "call"}, NO_STORE),
        ({"kind": "error", "leaked": True}, NO_STORE),
        ({"leaked": True, "cache": False}, PRIVATE),
        ({"cache": False, "canonical": False}, NO_STORE),
        ({"no_store": True, "canonical": False}, NO_STORE),
        (
            {"canonical": False, "user_scoped": True},
            {**NO_STORE, "Content-Location": "/m/ctx/user/?user_id=5"},
        ),
        ({**OWN, "anonymous": True}, PRIVATE),
        ({**OWN, "anonymous": True, "edge": True}, PRIVATE),
        (OWN, OWN_HEADERS),
        (
            {**OWN, "edge": True, "cache": 60},
            {**OWN_HEADERS, **GROUPS, "Mizan-Cache-Control": "max-age=60"},
        ),
        ({}, {"Cache-Control": YEAR, "ETag": '"abc"', **GROUPS}),
        ({"kind": "view"}, {"Cache-Control": YEAR, "ETag": '"abc"', **GROUPS}),
        ({"anonymous": True}, {"Cache-Control": YEAR, "ETag": '"abc"', **GROUPS}),
        (
            {"cache": 0},
            {"Cache-Control": "public, max-age=0, s-maxage=0", "ETag": '"abc"', **GROUPS},
        ),
        ({"edge": False, "cache": 60}, {"Cache-Control": "public, no-cache", "ETag": '"abc"'}),
    ],
)
def test_the_rows_in_their_order(change: dict[str, Any], headers: dict[str, str]) -> None:
    assert response_headers(**{**READ, **change}) == headers


def test_a_value_is_never_read_as_a_template() -> None:
    headers = response_headers(**{**READ, "canonical": False, "url": "/{etag}/{0}/"})
    assert headers["Content-Location"] == "/{etag}/{0}/"


def test_only_a_public_read_that_may_be_shared_says_public() -> None:
    flags = ("user_scoped", "anonymous", "edge", "canonical", "no_store", "leaked")
    for kind, cache in product(("context", "view", "call", "error"), (True, False, 60)):
        for values in product((True, False), repeat=len(flags)):
            given = {**READ, **dict(zip(flags, values, strict=True)), "kind": kind, "cache": cache}
            is_shared = (
                kind in ("context", "view")
                and cache is not False
                and given["canonical"]
                and not (given["user_scoped"] or given["no_store"] or given["leaked"])
            )
            assert response_headers(**given)["Cache-Control"].startswith("public") == is_shared


def test_etag() -> None:
    assert etag(b"{}") == '"' + hashlib.sha256(b"{}").hexdigest()[:32] + '"'


def test_networks_are_told_the_tags_where_there_are_groups() -> None:
    found = response_headers(**READ, networks=("fastly", "akamai"))
    assert found["Surrogate-Key"] == "user h-x"
    assert found["Edge-Cache-Tag"] == "user,h-x"
    kept = response_headers(**{**READ, "edge": False}, networks=("fastly",))
    assert not {"Surrogate-Key", "Cache-Groups"} & kept.keys()
