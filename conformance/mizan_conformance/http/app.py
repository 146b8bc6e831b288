"""What the suite knows of the conformance app: `conformance/app/*.json` (its README.md).

Invariant: tokens are made here, by hand, so that wrong ones can be made too.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from mizan.protocol import token
from mizan.protocol.canonical import canonical_json
from mizan.resources import app_dir

_LIFE: Final = 300  # seconds


@dataclass(frozen=True, slots=True)
class App:
    """The app's documents: its base URL, the digest of its client schema, and server.json."""

    base_url: str
    digest: str
    server: Mapping[str, Any]

    def user(self, name: str) -> Mapping[str, Any]:
        """Return a user by name. Raises ValueError for nobody."""
        for user in self.server["users"]:
            if user["name"] == name:
                return dict(user)
        raise ValueError(f"{name!r} is no user of server.json")

    def token(self, spec: str | Mapping[str, Any]) -> str:
        """Return an identity token: of a user by name, or as a spec says.

        Members of a spec: `user`; `claims` and `header` replace members (null leaves one out; `iat`
        and `exp` are seconds from now); `kid` names the key, `signed_by` another that signs;
        `text` is the whole token.
        """
        given: Mapping[str, Any] = {"user": spec} if isinstance(spec, str) else spec
        if "text" in given:
            return str(given["text"])
        keys = self.server["tokens"]["keys"]
        kid = given.get("kid", keys[0]["kid"])
        header = {"alg": "HS256", "kid": kid, "typ": token.TYP} | given.get("header", {})
        claims = self._claims(given["user"], kid) | given.get("claims", {})
        now = int(time.time())
        for name in ("iat", "exp"):
            if isinstance(claims[name], int):
                claims[name] += now
        text = f"{_part(header)}.{_part(claims)}"
        signer = given.get("signed_by", kid)
        secret = next(_decoded(each["k"]) for each in keys if each["kid"] == signer)
        return f"{text}.{_encoded(hmac.digest(secret, text.encode(), 'sha256'))}"

    def _claims(self, name: str, kid: str) -> dict[str, Any]:
        user = self.user(name)
        tokens = self.server["tokens"]
        secret = tokens["pkey_secret"].encode()
        return {
            "sub": str(user["id"]),
            "aud": tokens["audience"],
            "iat": 0,
            "exp": _LIFE,
            "pkey": token.permission_key(secret, user["permissions"], False, False),
            "kid": kid,
        }


@cache
def load_app() -> App:
    """Read the app's documents."""
    folder = app_dir()
    schema = (folder / "client-schema.json").read_bytes()
    base_url = json.loads((folder / "app.json").read_bytes())["base_url"]
    server = json.loads((folder / "server.json").read_bytes())
    return App(base_url, hashlib.sha256(schema).hexdigest(), server)


def _part(members: Mapping[str, Any]) -> str:
    said = {name: value for name, value in members.items() if value is not None}
    return _encoded(canonical_json(said).encode())


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
