"""mizan.edge.networks: every number has its source, and purgers keep to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fake_api import FakeApi, refused_url
from networks_api import SERVICE, TOKEN, ZONE, cloudflare, fastly, varnish

from mizan.edge.akamai import AkamaiPurger
from mizan.edge.base import Purge, PurgeFailed, Purger
from mizan.edge.cloudflare import CloudflarePurger
from mizan.edge.cloudfront import CloudFrontPurger
from mizan.edge.fastly import FastlyPurger
from mizan.edge.networks import LIMITS
from mizan.edge.varnish import TAGS, VarnishPurger
from mizan.protocol.tags import NETWORKS

PURGERS: dict[str, type[Purger]] = {
    "akamai": AkamaiPurger,
    "cloudflare": CloudflarePurger,
    "cloudfront": CloudFrontPurger,
    "fastly": FastlyPurger,
    "varnish": VarnishPurger,
}


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_has_a_source_and_makes_sense(name: str) -> None:
    limits = LIMITS[name]
    assert limits.sources
    assert all(each.startswith("https://") for each in limits.sources)
    assert limits.tags > 0
    assert all(rate.per_second > 0 and rate.burst > 0 for rate in limits.rates.values())


def test_a_network_that_takes_purges_has_a_field_for_tags() -> None:
    assert LIMITS.keys() == NETWORKS.keys()
    assert PURGERS.keys() == LIMITS.keys()


@pytest.mark.parametrize("name", PURGERS)
def test_a_purger_keeps_to_the_limit(name: str) -> None:
    assert PURGERS[name].max_tags == LIMITS[name].tags


def test_the_published_numbers() -> None:
    assert (LIMITS["fastly"].tags, LIMITS["cloudflare"].tags) == (256, 100)
    assert (LIMITS["cloudfront"].tags, LIMITS["akamai"].longest) == (3000, 50_000)
    assert LIMITS["akamai"].rates == {"all": (50, 100), "tags": (500 / 60, 5000)}
    assert {
        plan: (rate.per_second, rate.burst) for plan, rate in LIMITS["cloudflare"].rates.items()
    } == {
        "free": (5 / 60, 25),
        "pro": (5, 25),
        "business": (10, 50),
        "enterprise": (50, 500),
    }


def test_the_longest_tags_fit_into_varnishs_field() -> None:
    longest = LIMITS["varnish"].longest
    assert longest is not None
    field = f"{TAGS}: {' '.join(['x' * 32] * LIMITS['varnish'].tags)}"
    assert len(field) < longest


def on_cloudflare(url: str, token: str) -> Purger:
    return CloudflarePurger(zone=ZONE, token=token, api=f"{url}/client/v4", timeout=2)


def on_fastly(url: str, token: str) -> Purger:
    return FastlyPurger(service=SERVICE, token=token, api=url, timeout=2)


def on_varnish(url: str, token: str) -> Purger:
    return VarnishPurger(nodes=[url], token=token, timeout=2)


Make = Callable[[str, str], Purger]
BY_TOKEN = ((cloudflare, on_cloudflare), (fastly, on_fastly), (varnish, on_varnish))


@pytest.mark.parametrize(("answer", "make"), BY_TOKEN)
def test_a_wrong_token_is_unauthorized(answer: Any, make: Make) -> None:
    with FakeApi(answer) as api:
        good, wrong = make(api.url, TOKEN), make(api.url, "hidden-other")
        good.purge(Purge())
        assert api.received == []  # nothing asks nobody
        good.purge(Purge(("board",)))
        for purge in (Purge(("board",)), Purge(everything=True)):
            with pytest.raises(PurgeFailed, match="unauthorized"):
                wrong.purge(purge)
        good.close()
        wrong.close()


@pytest.mark.parametrize("make", [make for _, make in BY_TOKEN])
def test_nobody_there_is_unreachable(make: Make) -> None:
    purger = make(refused_url(), TOKEN)
    with pytest.raises(PurgeFailed, match="unreachable"):
        purger.purge(Purge(("board",)))
    purger.close()
