"""EdgeGrid, by which Akamai's interfaces know who asks: the scheme EG1-HMAC-SHA256.

Published at https://techdocs.akamai.com/developer/docs/edgegrid. No header is signed, as none is
named by Akamai for purges; the body is, which no purge makes longer than the scheme reads.

Invariant: the secret is in nothing that is returned but as the key of a MAC.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Credentials:
    """An API client's, by the names of `.edgerc`."""

    client_token: str = field(repr=False)
    client_secret: str = field(repr=False)
    access_token: str = field(repr=False)


def authorization(
    who: Credentials, method: str, url: str, body: bytes, *, timestamp: str, nonce: str
) -> str:
    """Return the field Authorization of a request.

    `timestamp` is UTC as 20140321T19:34:21+0000; `nonce` is never used twice.
    """
    parts = urlsplit(url)
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    is_signed = method == "POST" and body
    hashed = _base64(hashlib.sha256(body).digest()) if is_signed else ""
    unsigned = (
        f"EG1-HMAC-SHA256 client_token={who.client_token};access_token={who.access_token};"
        f"timestamp={timestamp};nonce={nonce};"
    )
    data = f"{method}\t{parts.scheme}\t{parts.netloc}\t{path}\t\t{hashed}\t{unsigned}"
    key = _mac(who.client_secret, timestamp)
    return f"{unsigned}signature={_mac(key, data)}"


def _mac(key: str, text: str) -> str:
    return _base64(hmac.digest(key.encode(), text.encode(), "sha256"))


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
