"""How CloudFront's and Akamai's interfaces check who asks, from what they publish: a SigV4 and an
EdgeGrid of the tests' own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote

_sigv4 = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request, "
    r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})"
)
_edgegrid = re.compile(
    r"(EG1-HMAC-SHA256 client_token=([^;]+);access_token=([^;]+);timestamp=([0-9T:]{17}\+0000);"
    r"nonce=([^;]+);)signature=([A-Za-z0-9+/=]{44})"
)


def sigv4(secret: str, method: str, path: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Tell whether a request is signed (docs.aws.amazon.com, "Create a signed AWS API request");
    names of headers are in small letters."""
    found = _sigv4.fullmatch(headers.get("authorization", ""))
    if not found:
        return False
    _, day, region, service, signed, signature = found.groups()
    names = signed.split(";")
    if names != sorted(names) or not {"host", "x-amz-date"} <= set(names):
        return False
    begin, _, query = path.partition("?")
    pairs = sorted((quote(k, safe=""), quote(v, safe="")) for k, v in parse_qsl(query))
    canonical = "\n".join(
        (
            method,
            begin,
            "&".join(f"{k}={v}" for k, v in pairs),
            *(f"{name}:{' '.join(headers.get(name, '').split())}" for name in names),
            "",
            signed,
            hashlib.sha256(body).hexdigest(),
        )
    )
    scope = f"{day}/{region}/{service}/aws4_request"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"AWS4-HMAC-SHA256\n{headers['x-amz-date']}\n{scope}\n{hashed}"
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.compare_digest(hmac.new(key, to_sign.encode(), "sha256").hexdigest(), signature)


def edgegrid(
    tokens: tuple[str, str, str], method: str, url: str, headers: Mapping[str, str], body: bytes
) -> bool:
    """Tell whether a request is signed (techdocs.akamai.com/developer/docs/edgegrid) by the client
    token, secret and access token."""
    found = _edgegrid.fullmatch(headers.get("authorization", ""))
    client_token, secret, access_token = tokens
    if not found or found.group(2, 3) != (client_token, access_token):
        return False
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    hashed = base64.b64encode(hashlib.sha256(body).digest()).decode() if body else ""
    data = "\t".join((method, scheme, host, slash + path, "", hashed, found[1]))
    key = base64.b64encode(hmac.digest(secret.encode(), found[4].encode(), "sha256"))
    made = base64.b64encode(hmac.digest(key, data.encode(), "sha256")).decode()
    return hmac.compare_digest(made, found[6])
