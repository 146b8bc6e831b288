"""Akamai: purges by cache tags, by Fast Purge v3.

Published at https://techdocs.akamai.com/purge-cache/reference/api.

Invariant: a purge is done when the answer says 201.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from mizan.edge.base import Purge, PurgeFailed, batches, checked_secret, checked_url
from mizan.edge.bucket import Bucket
from mizan.edge.edgegrid import Credentials, authorization
from mizan.edge.networks import LIMITS
from mizan.edge.send import Sender
from mizan.errors import ConfigurationError

_LIMITS = LIMITS["akamai"]
_NETWORKS = ("production", "staging")
_ACCEPTED = 201
_AFTER_429 = 5.0  # seconds: what its page on 429 asks for


class AkamaiPurger:
    """Purges what Akamai keeps under tags.

    `host`, `client_token`, `client_secret` and `access_token` are those of an API client that may
    use the service CCU APIs, as its `.edgerc` has them. `soft`: what is purged is asked anew of the
    origin rather than gone, so it may still be served while that is down. `network` is `production`
    or `staging`. `timeout` in seconds, of each request.
    """

    max_tags = _LIMITS.tags

    def __init__(
        self,
        *,
        host: str,
        client_token: str,
        client_secret: str,
        access_token: str,
        network: str = "production",
        soft: bool = False,
        timeout: float = 5.0,
    ) -> None:
        if network not in _NETWORKS:
            expected = " or ".join(_NETWORKS)
            raise ConfigurationError("edge", f"network: expected {expected}, got {network!r}.")
        bare = "://" not in checked_secret(host, "host")
        base = checked_url(f"https://{host}" if bare else host, "host")
        self._url = f"{base}/ccu/v3/{'invalidate' if soft else 'delete'}/tag/{network}"
        self._who = Credentials(
            checked_secret(client_token, "client_token"),
            checked_secret(client_secret, "client_secret"),
            checked_secret(access_token, "access_token"),
        )
        self._tags = Bucket(*_LIMITS.rates["tags"])
        self._sender = Sender(timeout, Bucket(*_LIMITS.rates["all"]))

    def purge(self, purge: Purge) -> None:
        """Purge by tags (see `Purger`); `*` by those that every context has."""
        for tags in batches(purge.tags, self.max_tags):
            self._post(tags)

    def close(self) -> None:
        """Close the connections."""
        self._sender.close()

    def _post(self, tags: Sequence[str]) -> None:
        self._tags.take(len(tags))
        body = json.dumps({"objects": tags}, separators=(",", ":")).encode()
        signed = authorization(
            self._who,
            "POST",
            self._url,
            body,
            timestamp=f"{datetime.now(UTC):%Y%m%dT%H:%M:%S+0000}",
            nonce=str(uuid.uuid4()),
        )
        headers = {"Authorization": signed, "Content-Type": "application/json"}
        try:
            answer = self._sender.send("POST", self._url, headers, body)
        except PurgeFailed as error:
            if error.code == "rate_limited" and error.retry_after is None:
                raise PurgeFailed(error.code, _AFTER_429) from None
            raise
        if answer.json().get("httpStatus") != _ACCEPTED:
            raise PurgeFailed("malformed")
