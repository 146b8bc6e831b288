"""mizan.edge.answers: what headers of caches and networks say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan.edge.answers import Seen, State, digest, network, state


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("cache-status", "edge; hit; ttl=30", State.HIT),
        ("cache-status", "edge; hit=?0; fwd=miss", State.MISS),
        ("cache-status", 'mizan; fwd=miss; stored, "the; edge, here"; hit', State.HIT),
        ("cache-status", "mizan; hit", State.UNKNOWN),
        ("cache-status", "mizan; hit, edge; fwd=uri-miss; stored", State.MISS),
        ("cache-status", "far; hit, near; fwd=stale", State.MISS),
        ("cache-status", "near; fwd=bypass", State.PASS),
        ("cache-status", ';;,,"', State.UNKNOWN),
        ("cf-cache-status", "HIT", State.HIT),
        ("cf-cache-status", "DYNAMIC", State.PASS),
        ("cf-cache-status", "EXPIRED", State.MISS),
        ("x-cache", "Hit from cloudfront", State.HIT),
        ("x-cache", "RefreshHit from cloudfront", State.HIT),
        ("x-cache", "Miss from cloudfront", State.MISS),
        ("x-cache", "MISS, HIT", State.HIT),
        ("x-cache", "HIT, MISS", State.MISS),
        ("x-cache", "TCP_MEM_HIT from a23-1-2-3.deploy.akamaitechnologies.com", State.HIT),
        ("x-cache", "TCP_REFRESH_MISS from a23-1-2-3 (AkamaiGHost)", State.MISS),
        ("x-cache", "something else", State.UNKNOWN),
        ("x-cache-status", "BYPASS", State.PASS),
        ("age", "7", State.HIT),
        ("age", "0", State.UNKNOWN),
        ("age", "-3", State.UNKNOWN),
        ("x-cache-hits", "0, 3", State.HIT),
        ("x-cache-hits", "0", State.MISS),
        ("x-varnish", "32770 3", State.HIT),
        ("x-varnish", "32770", State.MISS),
        ("x-other", "HIT", State.UNKNOWN),
    ],
)
def test_a_header_says_what_a_cache_did(name: str, text: str, expected: State) -> None:
    found, said = state(Seen(200, {name: text}))
    assert found is expected
    assert said.lower() == ("" if expected is State.UNKNOWN else f"{name}: {text}".lower())


def test_what_says_most_is_believed() -> None:
    answer = Seen(200, {"age": "7", "cache-status": "edge; fwd=miss", "x-cache": "HIT"})
    assert state(answer) == (State.MISS, "Cache-Status: edge; fwd=miss")
    assert state(Seen(200, {"cache-status": "mizan; hit", "age": "7"})) == (State.HIT, "Age: 7")


@given(st.text(), st.sampled_from(["cache-status", "age", "x-cache", "x-cache-hits", "x-varnish"]))
def test_any_text_is_read(text: str, name: str) -> None:
    state(Seen(200, {name: text, "cache-control": text, "vary": text}))
    assert Seen(200, {"cache-control": text}).seconds("max-age") >= 0


def test_the_policy_is_read() -> None:
    answer = Seen(200, {"cache-control": 'Public, S-MaxAge="60", max-age=x', "vary": "A, cookie"})
    assert dict(answer.policy) == {"public": "", "s-maxage": "60", "max-age": "x"}
    assert (answer.seconds("s-maxage"), answer.seconds("max-age")) == (60, 0)
    assert answer.varies == {"a", "cookie"}


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ({"cf-ray": "8"}, "cloudflare"),
        ({"x-amz-cf-id": "x=="}, "cloudfront"),
        ({"x-served-by": "cache-fra-1"}, "fastly"),
        ({"x-served-by": "web-3"}, None),
        ({"akamai-grn": "0.1"}, "akamai"),
        ({"x-varnish": "3"}, "varnish"),
        ({}, None),
    ],
)
def test_a_network_is_known_by_its_headers(headers: dict[str, str], name: str | None) -> None:
    assert network(Seen(200, headers)) == name


def test_the_same_is_status_and_body() -> None:
    one = Seen(200, {"age": "1"}, digest(b"a"))
    assert one.same(Seen(200, {}, digest(b"a")))
    assert not one.same(Seen(200, {}, digest(b"b")))
    assert not one.same(Seen(404, {}, digest(b"a")))
