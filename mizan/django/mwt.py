"""Identity tokens for Django users (SPEC.md, section 13).

Invariant: what a token claims is believed without a query; whatever is asked beyond the claims
comes from the database, once, and a user who is gone or inactive there is a 401.
"""

from __future__ import annotations

import time
from inspect import getattr_static
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from mizan.django import conf
from mizan.protocol import token
from mizan.server.problems import Problem

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="mizan", error="invalid_token"'}
# Attributes of an instance that its class does not show.
_INSTANCE_ATTRIBUTES = frozenset({"_state", "backend"})
_OWN = frozenset({"pk", "pkey", "_loaded"})


def create_mwt(user: Any, *, now: int | None = None) -> str:
    """Return a token for a user, signed with the first of MIZAN_MWT_KEYS.

    It lives MIZAN_MWT_TTL seconds from `now` (default: the clock's, in seconds since 1970). Raises
    SecretError where there are no keys.
    """
    issued = int(time.time()) if now is None else now
    claims = {
        "sub": str(user.pk),
        "aud": conf.get("MIZAN_MWT_AUDIENCE"),
        "iat": issued,
        "exp": issued + conf.get("MIZAN_MWT_TTL"),
        "pkey": compute_permission_key(user),
    }
    return token.sign(claims, conf.mwt_keys())


def decode_mwt(text: str, *, now: int | None = None) -> dict[str, Any]:
    """Return the claims of a token. Raises TokenError (codes `token.*`)."""
    return token.verify(
        text,
        conf.mwt_keys(),
        audience=conf.get("MIZAN_MWT_AUDIENCE"),
        now=int(time.time()) if now is None else now,
    )


def compute_permission_key(user: Any, secret: bytes | None = None) -> str:
    """Return the `pkey` of a user: equal for users who may do the same (MZ-MWT-005).

    `secret`: in place of MIZAN_PKEY_SECRET.
    """
    permissions = user.get_all_permissions()
    secret = conf.pkey_secret() if secret is None else secret
    return token.permission_key(secret, permissions, user.is_staff, user.is_superuser)


class MWTUser:
    """The user of a token: `pk`, `id`, `is_authenticated` and `pkey` without a query.

    Anything else is an attribute of the real user, loaded once. It passes for an instance of the
    user model, so `filter(owner=request.user)` works. Raises Problem (401) where loading finds the
    user gone or inactive.
    """

    is_authenticated = True
    is_anonymous = False

    def __init__(self, claims: dict[str, Any]) -> None:
        self.pk = get_user_model()._meta.pk.to_python(claims["sub"])
        self.pkey = claims["pkey"]
        self._loaded: Any = None

    @property
    def id(self) -> Any:
        """The same as `pk`."""
        return self.pk

    @property  # type: ignore[misc]
    def __class__(self) -> Any:  # passes for the user model
        return get_user_model()

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the real user."""
        model = get_user_model()
        if name == model._meta.pk.attname:
            return self.pk
        found = getattr_static(model, name, None)
        if found is None and name not in _INSTANCE_ATTRIBUTES:
            raise AttributeError(f"{model.__name__} has no attribute {name!r}.")
        if found is not None and not hasattr(found, "__get__"):
            return found  # of the class: `_meta`, `USERNAME_FIELD`
        return getattr(self.load(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute of the real user, whom `save()` saves."""
        if name in _OWN:
            self.__dict__[name] = value
        else:
            setattr(self.load(), name, value)

    def _is_pk_set(self, _: Any = None) -> bool:
        """Answer what Django's queries ask of an instance."""
        return True

    def load(self) -> Any:
        """Return the real user, from the database the first time."""
        if self._loaded is None:
            found = get_user_model()._default_manager.filter(pk=self.pk).first()
            if found is None or not found.is_active:
                raise Problem(
                    "token_invalid",
                    "The user of this token is gone or inactive.",
                    headers=CHALLENGE,
                )
            self._loaded = found
        return self._loaded

    async def aload(self) -> Any:
        """Return the real user as `load` does, in async code."""
        return await sync_to_async(self.load)()

    def __eq__(self, other: object) -> bool:
        """Users are equal by primary key, as model instances are."""
        return isinstance(other, get_user_model()) and self.pk == other.pk

    def __hash__(self) -> int:
        """Return the hash of the primary key, as model instances do."""
        return hash(self.pk)

    def __str__(self) -> str:
        """Return the real user's text."""
        return str(self.load())

    def __repr__(self) -> str:
        """Return a text without a query."""
        return f"<MWTUser {self.pk}>"


def user_of(request: HttpRequest, claims: dict[str, Any]) -> MWTUser:
    """Make the request's user the token's, for sync and async code; return it.

    In async code `await request.auser()` loads the real user, so that its attributes can be read.
    Raises Problem (401) for a subject that is no primary key of the user model.
    """
    try:
        user = MWTUser(claims)
    except (TypeError, ValueError, ValidationError) as error:
        detail = "The token's subject is no user of this site."
        raise Problem("token_invalid", detail, headers=CHALLENGE) from error

    async def auser() -> MWTUser:
        await user.aload()
        return user

    request.user = user  # type: ignore[assignment] # passes for one
    request.auser = auser  # type: ignore[assignment]
    return user
