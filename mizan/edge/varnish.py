"""Varnish: purges by xkey, and bans of URLs, over HTTP, as the VCL of `mizan edge vcl` takes them.

    PURGE /                          BAN /
    X-Mizan-Purge-Token: …           X-Mizan-Purge-Token: …
    xkey-purge: tag tag              X-Mizan-Ban: regular expression of URLs, from the path on

Invariant: every node is told whichever others are down; a purge is done when all said 200.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from mizan.edge.base import Purge, PurgeFailed, batches, checked_secret, checked_url
from mizan.edge.networks import LIMITS
from mizan.edge.send import Sender
from mizan.errors import ConfigurationError

TOKEN, TAGS, BAN = "X-Mizan-Purge-Token", "xkey-purge", "X-Mizan-Ban"
"""The fields of a request that purges."""

_ALL = "."
_LONGEST = 4000  # bytes of a regular expression: half of what a field may have


class VarnishPurger:
    """Purges what some Varnish servers keep.

    `nodes` are their URLs; `token` is what the VCL was made with. `urls`: whether URLs are banned,
    too, for pages that carry no tags, such as those of MIZAN_VIEW_URLS. `timeout` in seconds, of
    each request.
    """

    max_tags = LIMITS["varnish"].tags

    def __init__(
        self, *, nodes: Sequence[str], token: str, urls: bool = True, timeout: float = 5.0
    ) -> None:
        if isinstance(nodes, str) or not nodes:
            raise ConfigurationError("edge", "nodes: expected a list of URLs, one of each Varnish.")
        self._nodes = [checked_url(each, f"nodes[{i}]") for i, each in enumerate(nodes)]
        self._token = checked_secret(token, "token")
        self._urls = urls
        self._sender = Sender(timeout)

    def purge(self, purge: Purge) -> None:
        """Purge by tags and ban URLs, at every node (see `Purger`)."""
        requests = [*self._requests(purge)]
        failed: dict[str, PurgeFailed] = {}
        for node in self._nodes:
            try:
                for method, field, value in requests:
                    self._sender.send(method, f"{node}/", {TOKEN: self._token, field: value})
            except PurgeFailed as error:
                failed[node] = error
        # One that is down is asked last, so that it does not keep the others waiting.
        self._nodes.sort(key=failed.__contains__)
        if failed:
            raise max(failed.values(), key=lambda error: error.retry_after or 0.0)

    def close(self) -> None:
        """Close the connections."""
        self._sender.close()

    def _requests(self, purge: Purge) -> Iterator[tuple[str, str, str]]:
        """Yield (method, name of a field, its value)."""
        if purge.everything:
            yield "BAN", BAN, _ALL
            return
        for tags in batches(purge.tags, self.max_tags):
            yield "PURGE", TAGS, " ".join(tags)
        if self._urls:
            for pattern in ban_patterns((*purge.urls, *purge.patterns)):
                yield "BAN", BAN, pattern


def ban_patterns(urls: Iterable[str]) -> Iterator[str]:
    """Yield regular expressions (PCRE) that match the URLs, `*` as any characters, and no others.

    Each is short enough for a field; a URL that is none by itself becomes its beginning.
    """
    some: list[str] = []
    for url in urls:
        one = ".*".join(map(re.escape, url.split("*"))) + "$"
        if len(one) > _LONGEST:
            one = re.escape(url.partition("*")[0][: _LONGEST // 2])
        if some and sum(map(len, some)) + len(some) + len(one) > _LONGEST:
            yield f"^(?:{'|'.join(some)})"
            some = []
        some.append(one)
    if some:
        yield f"^(?:{'|'.join(some)})"
