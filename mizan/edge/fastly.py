"""Fastly: purges of a service by surrogate keys.

Published at https://www.fastly.com/documentation/reference/api/purging/.

Invariant: a purge is done when the answer names every key of the request.
"""

from __future__ import annotations

import json

from mizan.edge.base import Purge, PurgeFailed, batches, checked_id, checked_secret, checked_url
from mizan.edge.bucket import Bucket
from mizan.edge.networks import LIMITS
from mizan.edge.send import Answer, Sender

_LIMITS = LIMITS["fastly"]


class FastlyPurger:
    """Purges what Fastly keeps of one service.

    `service` is its id, `token` one that may purge it (scopes `purge_select` and, for `*`,
    `purge_all`). `soft`: what is purged is stale rather than gone, so it may still be served where
    the service allows that. `timeout` in seconds, of each request.
    """

    max_tags = _LIMITS.tags

    def __init__(
        self,
        *,
        service: str,
        token: str,
        soft: bool = False,
        timeout: float = 5.0,
        api: str = "https://api.fastly.com",
    ) -> None:
        self._base = f"{checked_url(api, 'api')}/service/{checked_id(service, 'service')}"
        self._headers = {
            "Fastly-Key": checked_secret(token, "token"),
            "Accept": "application/json",
            "Content-Type": "application/json",
        }
        self._soft = {"Fastly-Soft-Purge": "1"} if soft else {}
        self._sender = Sender(timeout, Bucket(*_LIMITS.rates["all"]))

    def purge(self, purge: Purge) -> None:
        """Purge by tags, or all of the service (see `Purger`)."""
        if purge.everything:  # which is never soft
            if self._post("/purge_all", self._headers, b"").json().get("status") != "ok":
                raise PurgeFailed("malformed")
            return
        for tags in batches(purge.tags, self.max_tags):
            body = json.dumps({"surrogate_keys": tags}).encode()
            found = self._post("/purge", self._headers | self._soft, body).json()
            if not found.keys() >= set(tags):
                raise PurgeFailed("malformed")

    def close(self) -> None:
        """Close the connections."""
        self._sender.close()

    def _post(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        return self._sender.send("POST", self._base + path, headers, body)
