"""The key of an entry of the origin cache (SPEC.md, section 11).

Invariant: two entries share a key only if everything that their result depends on is the same, and
nobody without the secret can tell what a key stands for, its context apart.
"""

import hmac
from collections.abc import Mapping

from mizan.errors import DocumentError, SecretError
from mizan.protocol.canonical import canonical_json

SECRET_BYTES = 32  # the least; annex A
_NO_VARY: Mapping[str, str] = {}


def derive_cache_key(
    secret: bytes,
    *,
    context: str,
    params: Mapping[str, str],
    aud: str,
    rev: int,
    schema: str,
    user: str | None = None,
    pkey: str | None = None,
    vary: Mapping[str, str] = _NO_VARY,
) -> str:
    """Return ``mizan:1:e:CONTEXT:HEX`` (MZ-KEY-001).

    `params` and `vary` map names to canonical strings, `schema` is the digest of the context's
    client schema; `user` and `pkey` are both None for a public context and both strings for a
    user-scoped one (MZ-KEY-002), else DocumentError (``document.invalid``). A secret under 32
    bytes raises SecretError; a string with a lone surrogate, JsonError.
    """
    check_secret(secret, "cache secret")
    if (user is None) != (pkey is None):
        message = "user and pkey are both null (a public context) or both strings (a user's)."
        raise DocumentError("document.invalid", message, pointer="/pkey")
    entry = {
        "aud": aud,
        "context": context,
        "params": dict(params),
        "pkey": pkey,
        "rev": rev,
        "schema": schema,
        "user": user,
        "v": 1,
        "vary": dict(vary),
    }
    digest = hmac.digest(secret, canonical_json(entry).encode(), "sha256").hex()
    return f"mizan:1:e:{context}:{digest}"


def check_secret(secret: bytes, what: str) -> None:
    """Refuse a secret under 32 bytes with SecretError (``key.secret``); `what` names it."""
    if len(secret) < SECRET_BYTES:
        remedy = f"make one with secrets.token_bytes({SECRET_BYTES})"
        raise SecretError("key.secret", f"The {what} needs {SECRET_BYTES} bytes or more; {remedy}.")
