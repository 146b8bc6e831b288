"""Cloudflare: purges of a zone by tags.

Published at https://developers.cloudflare.com/cache/how-to/purge-cache/purge-by-tags/ and
https://developers.cloudflare.com/api/resources/cache/methods/purge/.

Invariant: a purge is done when the answer says `success`.
"""

from __future__ import annotations

import json
from typing import Any

from mizan.edge.base import Purge, PurgeFailed, batches, checked_id, checked_secret, checked_url
from mizan.edge.bucket import Bucket
from mizan.edge.networks import LIMITS
from mizan.edge.send import Sender
from mizan.errors import ConfigurationError

_LIMITS = LIMITS["cloudflare"]


class CloudflarePurger:
    """Purges what Cloudflare keeps of one zone.

    `zone` is its id, `token` one with the permission Cache Purge. `plan` says how often it may be
    asked: `free`, `pro`, `business` or `enterprise`. `timeout` in seconds, of each request.
    """

    max_tags = _LIMITS.tags

    def __init__(
        self,
        *,
        zone: str,
        token: str,
        plan: str = "free",
        timeout: float = 5.0,
        api: str = "https://api.cloudflare.com/client/v4",
    ) -> None:
        if plan not in _LIMITS.rates:
            expected = ", ".join(_LIMITS.rates)
            raise ConfigurationError("edge", f"plan: expected one of {expected}, got {plan!r}.")
        self._url = f"{checked_url(api, 'api')}/zones/{checked_id(zone, 'zone')}/purge_cache"
        self._headers = {
            "Authorization": f"Bearer {checked_secret(token, 'token')}",
            "Content-Type": "application/json",
        }
        self._sender = Sender(timeout, Bucket(*_LIMITS.rates[plan]))

    def purge(self, purge: Purge) -> None:
        """Purge by tags, or all of the zone (see `Purger`)."""
        if purge.everything:
            self._post({"purge_everything": True})
            return
        for tags in batches(purge.tags, self.max_tags):
            self._post({"tags": tags})

    def close(self) -> None:
        """Close the connections."""
        self._sender.close()

    def _post(self, what: dict[str, Any]) -> None:
        body = json.dumps(what).encode()
        done = self._sender.send("POST", self._url, self._headers, body).json().get("success")
        if not isinstance(done, bool):
            raise PurgeFailed("malformed")
        if not done:
            raise PurgeFailed("rejected")
