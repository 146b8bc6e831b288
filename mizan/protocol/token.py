"""MWT, the identity token (SPEC.md, section 13; RFC 7515, RFC 7519, RFC 8725).

Invariant: the caller's list of algorithms and the key decide how a token is verified, never the
token; the checks stand in the order of MZ-MWT-003.
"""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, Literal, NoReturn

from mizan.errors import DocumentError, JsonError, SecretError, TokenError, show
from mizan.protocol.canonical import canonical_json
from mizan.protocol.decode import decode
from mizan.protocol.key import check_secret
from mizan.protocol.values import MAX_INTEGER

Algorithm = Literal["HS256", "EdDSA"]

TYP: Final = "mwt+jwt"
ALGORITHMS: Final = ("HS256", "EdDSA")
LIMIT: Final = 8192  # characters; MZ-MWT-001
LEEWAY: Final = 30  # seconds; MZ-MWT-004
MAX_LIFETIME: Final = 3600  # seconds; MZ-MWT-003
_SEGMENTS: Final = "three segments of unpadded base64url"
_HEADERS: Final = 16  # that are kept in memory
_PKEY_DIGITS: Final = 32  # MZ-MWT-005
_ED25519_BYTES: Final = 32

_is_pkey = re.compile(r"[0-9a-f]{32}").fullmatch


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_integer(value: Any) -> bool:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return is_number and -MAX_INTEGER <= value <= MAX_INTEGER


# Each claim and what it must be (MZ-MWT-001).
_CLAIMS: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    "sub": (_is_text, "a string that is not empty"),
    "aud": (_is_text, "a string that is not empty"),
    "iat": (_is_integer, "an integer"),
    "exp": (_is_integer, "an integer"),
    "pkey": (lambda value: _is_text(value) and bool(_is_pkey(value)), "32 lower-case hex digits"),
    "kid": (_is_text, "a string that is not empty"),
}


class Key:
    """A key for one algorithm, with its id. Made by `hs256`, `ed25519` or `from_jwk`.

    Its repr, its string and errors show no secret, and it cannot be pickled.
    """

    __slots__ = ("_algorithm", "_private", "_public", "alg", "kid")

    def __init__(self, kid: str, alg: Algorithm, algorithm: Any, public: Any, private: Any) -> None:
        if not _is_text(kid):
            raise _no_key("kid, a string that is not empty", "/kid")
        self.kid = kid
        self.alg = alg
        self._algorithm = algorithm  # PyJWT's: sign(data, key), verify(data, key, signature)
        self._public = public  # what verifies
        self._private = private  # what signs; None if there is none

    @classmethod
    def hs256(cls, kid: str, secret: bytes) -> "Key":
        """Return a key that signs and verifies with HMAC-SHA256.

        A secret under 32 bytes raises SecretError (``key.secret``).
        """
        from jwt.algorithms import HMACAlgorithm

        check_secret(secret, "secret of an HS256 key")
        return cls(kid, "HS256", HMACAlgorithm(HMACAlgorithm.SHA256), bytes(secret), bytes(secret))

    @classmethod
    def ed25519(
        cls, kid: str, *, public: bytes | None = None, private: bytes | None = None
    ) -> "Key":
        """Return a key from 32 raw bytes each; without the private ones it only verifies.

        Needs the package cryptography (the extra ``crypto``), else ImportError. Bytes that are no
        key, or not of one pair, raise DocumentError (``document.invalid``).
        """
        try:
            from cryptography.hazmat.primitives.asymmetric import ed25519
            from jwt.algorithms import OKPAlgorithm
        except ImportError as error:
            message = "EdDSA keys need cryptography: pip install 'mizan-protocol[crypto]'."
            raise ImportError(message) from error

        for part, name in ((public, "x"), (private, "d")):
            if part is not None and len(part) != _ED25519_BYTES:
                raise _no_key(f"{name} of {_ED25519_BYTES} bytes, not {len(part)}", f"/{name}")
        secret = (
            ed25519.Ed25519PrivateKey.from_private_bytes(private) if private is not None else None
        )
        if secret is not None:
            derived = secret.public_key().public_bytes_raw()
            public = derived if public is None else public
            if public != derived:
                raise _no_key("x that is the public part of d", "/x")
        if public is None:
            raise _no_key("x, the public part", "/x")
        return cls(
            kid,
            "EdDSA",
            OKPAlgorithm(),
            ed25519.Ed25519PublicKey.from_public_bytes(public),
            secret,
        )

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any]) -> "Key":
        """Return the key of a JWK (RFC 7517): ``oct`` with HS256, or Ed25519 with EdDSA.

        Other members are ignored. What is no such key raises DocumentError (``document.invalid``),
        a secret under 32 bytes SecretError; and as `ed25519`.
        """
        kind = (jwk.get("kty"), jwk.get("alg"))
        if kind == ("oct", "HS256"):
            return cls.hs256(jwk.get("kid", ""), _key_bytes(jwk, "k"))
        if kind == ("OKP", "EdDSA") and jwk.get("crv") == "Ed25519":
            private = _key_bytes(jwk, "d") if "d" in jwk else None
            return cls.ed25519(jwk.get("kid", ""), public=_key_bytes(jwk, "x"), private=private)
        raise _no_key("kty oct and alg HS256, or kty OKP, crv Ed25519 and alg EdDSA", "")

    @property
    def signs(self) -> bool:
        """Whether the key has what signs."""
        return self._private is not None

    def sign(self, data: bytes) -> bytes:
        """Return the signature. A key that only verifies raises SecretError (``key.secret``)."""
        if self._private is None:
            message = f"The key {show(self.kid)} only verifies; give its private part to sign."
            raise SecretError("key.secret", message)
        signature: bytes = self._algorithm.sign(data, self._private)
        return signature

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Tell, in constant time, whether the signature is this key's."""
        valid: bool = self._algorithm.verify(data, self._public, signature)
        return valid

    def __repr__(self) -> str:
        """Return what may be shown."""
        return f"Key(kid={self.kid!r}, alg={self.alg!r})"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: the pickle would hold the secret."""
        raise TypeError(f"{self!r} holds a secret and cannot be pickled.")


def sign(claims: Mapping[str, Any], keys: Sequence[Key]) -> str:
    """Return the token with the claims ``sub``, ``aud``, ``iat``, ``exp`` and ``pkey``.

    The first key signs and gives ``kid``; other claims are left out (MZ-MWT-002). Raises TokenError
    (``token.claims``, ``token.size``), SecretError without a key that signs.
    """
    if not keys:
        raise SecretError("key.secret", "No key to sign with; give at least one.")
    key = keys[0]
    payload = _claims_of({**claims, "kid": key.kid})
    data = f"{_header_segment(key.alg, key.kid)}.{_segment(payload)}"
    token = f"{data}.{_to_base64url(key.sign(data.encode()))}"
    _check_size(token)
    return token


def verify(
    token: str,
    keys: Sequence[Key],
    *,
    audience: str,
    now: int,
    algs: Collection[str] = ALGORITHMS,
    leeway: int = LEEWAY,
    max_lifetime: int = MAX_LIFETIME,
) -> dict[str, Any]:
    """Return the claims of a valid token, those of MZ-MWT-001 alone.

    `now` is in seconds since 1970, as `leeway` and `max_lifetime` are in seconds. Any of the keys
    verifies. Raises TokenError: what MZ-MWT-003 finds first.
    """
    _check_size(token)
    head, *rest = token.split(".")
    segments = [_from_base64url(segment) for segment in rest]
    if len(segments) != 2 or None in segments:
        raise _refused("malformed", _SEGMENTS)
    body, signature = (segment or b"" for segment in segments)
    key = _key_of(_header(head), keys, algs)
    if not key.verify(token.rpartition(".")[0].encode(), signature):
        raise _refused("signature", f"a signature by the key {show(key.kid)}")
    claims = _claims_of(_object(body, "payload"))
    if claims["kid"] != key.kid:
        raise _refused("kid", "the same kid in header and payload")
    if claims["aud"] != audience:
        raise _refused("audience", f"the audience {show(audience)}, not {show(claims['aud'])}")
    if not 0 < claims["exp"] - claims["iat"] <= max_lifetime:
        raise _refused("lifetime", f"exp 1 to {max_lifetime} seconds after iat")
    if claims["iat"] > now + leeway:
        raise _refused("not_yet", f"iat at most {leeway} seconds after now, {now}")
    if now >= claims["exp"] + leeway:
        raise _refused("expired", f"exp later than {leeway} seconds before now, {now}")
    return claims


def permission_key(secret: bytes, perms: Iterable[str], staff: bool, superuser: bool) -> str:
    """Return `pkey`, the digest of a user's permissions: 32 hex digits (MZ-MWT-005).

    A secret under 32 bytes raises SecretError; a permission with a lone surrogate, JsonError.
    """
    check_secret(secret, "pkey secret")
    ordered = sorted(set(perms), key=lambda perm: perm.encode("utf-16-be", "surrogatepass"))
    text = canonical_json({"perms": ordered, "staff": staff, "superuser": superuser})
    return hmac.digest(secret, text.encode(), "sha256").hex()[:_PKEY_DIGITS]


@lru_cache(maxsize=_HEADERS)
def _header(segment: str) -> Mapping[str, Any]:
    """Return the JOSE header that a segment is: one is in all tokens of a key, so it is kept."""
    data = _from_base64url(segment)
    if data is None:
        raise _refused("malformed", _SEGMENTS)
    return MappingProxyType(_object(data, "header"))


@lru_cache(maxsize=_HEADERS)
def _header_segment(alg: Algorithm, kid: str) -> str:
    return _segment({"alg": alg, "kid": kid, "typ": TYP})


def _segment(part: Mapping[str, Any]) -> str:
    return _to_base64url(canonical_json(part).encode())


def _key_of(header: Mapping[str, Any], keys: Sequence[Key], algs: Collection[str]) -> Key:
    """Check the JOSE header and return the key that it names."""
    if "crit" in header:
        raise _refused("crit", "no critical extensions")
    if header.get("typ") != TYP:
        raise _refused("typ", f"the typ {TYP}")
    alg = header.get("alg")
    if not isinstance(alg, str) or alg not in algs:
        raise _refused("alg", f"an alg among {', '.join(algs)}")
    key = next((key for key in keys if key.kid == header.get("kid")), None)
    if key is None:
        raise _refused("kid", "the kid of a known key")
    if key.alg != alg:
        raise _refused("alg", f"the alg of its key, {key.alg}")
    return key


def _claims_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the claims of MZ-MWT-001, each checked."""
    for name, (is_valid, expected) in _CLAIMS.items():
        if not is_valid(given.get(name)):
            raise _refused("claims", f"{expected} as the claim {name}")
    return {name: given[name] for name in _CLAIMS}


def _object(data: bytes, what: str) -> dict[str, Any]:
    try:
        value = decode(data)
    except JsonError as error:
        raise _refused("malformed", f"strict JSON ({error.code} here) as {what}") from error
    if not isinstance(value, dict):
        raise _refused("malformed", f"a JSON object as {what}")
    return value


def _check_size(token: str) -> None:
    if len(token) > LIMIT:
        raise _refused("size", f"at most {LIMIT} characters, not {len(token)}")


def _key_bytes(jwk: Mapping[str, Any], name: str) -> bytes:
    text = jwk.get(name)
    data = _from_base64url(text) if isinstance(text, str) else None
    if data is None:
        raise _no_key(f"{name} in unpadded canonical base64url", f"/{name}")
    return data


def _from_base64url(text: str) -> bytes | None:
    """Return what unpadded base64url stands for; None if this is not the one spelling of it."""
    try:
        data = urlsafe_b64decode(text + "==")  # passes over what is no base64url, and over padding
    except ValueError:
        return None
    return data if _to_base64url(data) == text else None


def _to_base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode("ascii").rstrip("=")


def _refused(code: str, expected: str) -> TokenError:
    return TokenError(f"token.{code}", f"Expected a token with {expected}.")


def _no_key(expected: str, pointer: str) -> DocumentError:
    return DocumentError("document.invalid", f"Expected a key with {expected}.", pointer=pointer)
