"""Independent secrets, made of one: each has its own label."""

import hmac
from base64 import urlsafe_b64encode


def derived(secret: str, label: str) -> bytes:
    """Return 32 bytes that tell nothing about the secret or about those of another label."""
    return hmac.digest(secret.encode(), label.encode(), "sha256")


def token_key(secret: str, kid: str) -> dict[str, str]:
    """Return a key for identity tokens as a JWK."""
    text = urlsafe_b64encode(derived(secret, f"token {kid}")).rstrip(b"=").decode()
    return {"kty": "oct", "alg": "HS256", "kid": kid, "k": text}
