"""Independent secrets, made of one: each has its own label."""

import hmac
from base64 import urlsafe_b64encode


def derived(secret: str, label: str) -> bytes:
    """Return 32 bytes that tell nothing about the secret or about those of another label."""
    return hmac.digest(secret.encode(), label.encode(), "sha256")


def token_key(secret: str, kid: str) -> dict[str, str]:
    """Return a key for identity tokens as a JWK."""
    return {"kty": "oct", "alg": "HS256", "kid": kid, "k": _text(derived(secret, f"token {kid}"))}


def signing_key(secret: str, kid: str) -> dict[str, str]:
    """Return a key of which others may have the public part; they verify tokens and make none.

    Needs the package cryptography.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = derived(secret, f"token {kid}")
    public = Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    pair = {"x": _text(public), "d": _text(private)}
    return {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": kid, **pair}


def public_part(key: dict[str, str]) -> dict[str, str]:
    """Return what an edge may know of a key of `signing_key`."""
    return {name: value for name, value in key.items() if name != "d"}


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
