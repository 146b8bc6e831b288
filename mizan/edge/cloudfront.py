"""CloudFront: invalidations of a distribution by cache tags.

Published at https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateInvalidation.html
and https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/invalidation-by-tags.html.
A distribution reads tags only where its CacheTagConfig names the header, `Cache-Tag`.

Invariant: no reference of a caller is used twice, not even for what may have failed: CloudFront
takes a second request with it for the first, which knows nothing of what became stale since.
"""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

from botocore import auth, awsrequest, credentials, exceptions, session  # type: ignore[import-untyped]

from mizan.edge.base import Purge, PurgeFailed, batches, checked_id, checked_secret, checked_url
from mizan.edge.networks import LIMITS
from mizan.edge.send import Answer, Sender, failure
from mizan.errors import ConfigurationError

# At DEBUG it logs all that it signs, and with it the tokens of sessions.
logging.getLogger("botocore.auth").setLevel(logging.INFO)

_LIMITS = LIMITS["cloudfront"]
_VERSION = "2020-05-31"
_REGION = "us-east-1"  # CloudFront is global, and signed for there
_CREATED = 201
_EVERYTHING = "/*"
_code_of = re.compile(rb"<Code>([A-Za-z.]{1,64})</Code>").search

# What CloudFront says with 400, which is said of much else, and what it means.
_CODES = {
    b"TooManyInvalidationsInProgress": "rate_limited",
    b"Throttling": "rate_limited",
    b"ThrottlingException": "rate_limited",
    b"RequestLimitExceeded": "rate_limited",
    b"TooManyRequestsException": "rate_limited",
    b"ExpiredToken": "unauthorized",
    b"ExpiredTokenException": "unauthorized",
    b"InvalidClientTokenId": "unauthorized",
    b"RequestExpired": "unauthorized",
}


class CloudFrontPurger:
    """Invalidates what CloudFront keeps of one distribution.

    `distribution` is its id. `access_key_id` and `secret_access_key`, and `session_token` with
    temporary ones, are of somebody who may `cloudfront:CreateInvalidation`; without them those that
    botocore finds are used (environment, profile, role of the machine). `timeout` in seconds, of
    each request. Each tag is charged as a path is.
    """

    max_tags = _LIMITS.tags

    def __init__(
        self,
        *,
        distribution: str,
        access_key_id: str | None = None,
        secret_access_key: str | None = None,
        session_token: str | None = None,
        timeout: float = 5.0,
        api: str = "https://cloudfront.amazonaws.com",
    ) -> None:
        found = checked_id(distribution, "distribution")
        self._url = f"{checked_url(api, 'api')}/{_VERSION}/distribution/{found}/invalidation"
        self._session: session.Session | None = None
        self._given = _given(access_key_id, secret_access_key, session_token)
        self._sender = Sender(timeout)

    def purge(self, purge: Purge) -> None:
        """Invalidate by tags, or all of the distribution (see `Purger`)."""
        if purge.everything:
            self._post([_EVERYTHING])
            return
        for tags in batches(purge.tags, self.max_tags):
            self._post([f"#{tag}" for tag in tags])

    def close(self) -> None:
        """Close the connections."""
        self._sender.close()

    def _post(self, items: Sequence[str]) -> None:
        body = _batch(items, str(uuid.uuid4()))
        request = awsrequest.AWSRequest("POST", self._url, {"Content-Type": "text/xml"}, body)
        auth.SigV4Auth(self._credentials(), "cloudfront", _REGION).add_auth(request)
        answer = self._sender.ask("POST", self._url, dict(request.headers.items()), body)
        if answer.status != _CREATED:
            raise _failure(answer)
        if b"<Id>" not in answer.body:
            raise PurgeFailed("malformed")

    def _credentials(self) -> Any:
        """Return credentials that are good now. Raises PurgeFailed where there are none."""
        if self._given is not None:
            return self._given
        try:
            self._session = self._session or session.Session()
            found = self._session.get_credentials()
            frozen = found and found.get_frozen_credentials()  # renews a role's
        except exceptions.BotoCoreError:
            frozen = None
        if not frozen:
            raise PurgeFailed("unauthorized")
        return frozen


def _given(
    key: str | None, secret: str | None, token: str | None
) -> credentials.Credentials | None:
    """Return the credentials of settings; None where there are none."""
    if key is None and secret is None and token is None:
        return None
    if key is None or secret is None:
        text = "access_key_id and secret_access_key: give both, or neither."
        raise ConfigurationError("edge", text)
    return credentials.Credentials(
        checked_secret(key, "access_key_id"),
        checked_secret(secret, "secret_access_key"),
        None if token is None else checked_secret(token, "session_token"),
    )


def _batch(items: Sequence[str], reference: str) -> bytes:
    """Return an InvalidationBatch."""
    paths = "".join(f"<Path>{escape(each)}</Path>" for each in items)
    return (
        f'<InvalidationBatch xmlns="http://cloudfront.amazonaws.com/doc/{_VERSION}/">'
        f"<Paths><Quantity>{len(items)}</Quantity><Items>{paths}</Items></Paths>"
        f"<CallerReference>{reference}</CallerReference></InvalidationBatch>"
    ).encode()


def _failure(answer: Answer) -> PurgeFailed:
    """Return what an answer that is no 201 means."""
    found = failure(answer)
    code = _code_of(answer.body)
    return PurgeFailed(_CODES.get(code[1] if code else b"", found.code), found.retry_after)
