"""What each network publishes of the purges that it takes.

What it publishes of the tags of responses is in `mizan/protocol/tags.py`.

Invariant: every number has its source.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from mizan.protocol.tags import MOST_TAGS


class Rate(NamedTuple):
    """Requests per second that last, and how many at once after a pause."""

    per_second: float
    burst: int


class Limits(NamedTuple):
    """What one request may name, and how many requests there may be.

    `tags` of a request; `longest`: the bytes of its body, or of the field with the tags (None: it
    publishes no such limit); `rates` by plan, the first where none is said (none: it publishes
    none), Akamai's of tags as well; `sources`: where it says so.
    """

    tags: int
    longest: int | None
    rates: Mapping[str, Rate]
    sources: tuple[str, ...]


_HOUR: Final = 3600  # seconds
_CLOUDFRONT: Final = "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide"

LIMITS: Final[Mapping[str, Limits]] = {
    "fastly": Limits(
        256,
        None,
        {"all": Rate(100_000 / _HOUR, 1000)},
        (
            "https://www.fastly.com/documentation/reference/api/purging/",
            "https://apis.io/rate-limits/fastly/fastly-rate-limits/",
        ),
    ),
    "cloudflare": Limits(
        100,
        None,
        {
            "free": Rate(5 / 60, 25),
            "pro": Rate(5, 25),
            "business": Rate(10, 50),
            "enterprise": Rate(50, 500),
        },
        (
            "https://developers.cloudflare.com/cache/how-to/purge-cache/",
            "https://developers.cloudflare.com/fundamentals/api/reference/limits/",
        ),
    ),
    "cloudfront": Limits(
        3000,  # in progress at a time, over all requests
        None,
        {},
        (
            f"{_CLOUDFRONT}/InvalidationLimits.html",
            f"{_CLOUDFRONT}/invalidation-specifying-tags.html",
        ),
    ),
    "akamai": Limits(
        1428,  # of the longest tags, with quotes and commas, in a body of 50,000 bytes
        50_000,
        {"all": Rate(50, 100), "tags": Rate(500 / 60, 5000)},
        (
            "https://techdocs.akamai.com/purge-cache/reference/rate-limiting",
            "https://techdocs.akamai.com/purge-cache/reference/413",
            "https://techdocs.akamai.com/purge-cache/reference/429",
        ),
    ),
    "varnish": Limits(
        MOST_TAGS,  # what the VCL compares with what is in flight
        8192,  # http_req_hdr_len: the field with its name
        {},
        ("https://varnish-cache.org/docs/7.1/reference/varnishd.html#list-of-parameters",),
    ),
}
"""The limits of purging, by network."""
