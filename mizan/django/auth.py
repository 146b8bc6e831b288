"""Who asks: the token of a request, else its session; and protection against forgery.

(SPEC.md, MZ-MWT-007 and MZ-POL-008.)

Invariant: a token that is there and not valid is a 401, never a fall-back to the session.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware

from mizan.django import conf, mwt
from mizan.errors import MizanError
from mizan.protocol.decode import decode
from mizan.server.host import Identity
from mizan.server.problems import Problem

_TYP = "mwt+jwt"
_HEADER_LIMIT = 8192


def token_identity(request: HttpRequest) -> Identity | None:
    """Return who the request's token says asks, None without a token. Raises Problem (401)."""
    text = _token(request)
    if text is None:
        return None
    try:
        claims = mwt.decode_mwt(text)
    except MizanError as error:
        raise Problem("token_invalid", error.message, headers=mwt.CHALLENGE) from error
    request._mizan_session_user = getattr(request, "user", None)  # type: ignore[attr-defined]
    mwt.user_of(request, claims)
    return Identity(claims["sub"], claims["pkey"], by_token=True)


def _token(request: HttpRequest) -> str | None:
    """Return the token of X-Mizan-Token, else a Bearer token of our type, where tokens are on."""
    if not conf.get("MIZAN_MWT_KEYS"):
        return None
    own = request.headers.get("X-Mizan-Token")
    if own is not None:
        return str(own)
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and _is_ours(credentials.strip()):
        return credentials.strip()
    return None


def _is_ours(token: str) -> bool:
    """Whether a Bearer token's header says that it is an MWT; others are the application's."""
    head = token.partition(".")[0]
    if len(head) > _HEADER_LIMIT:
        return False
    try:
        header = decode(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (binascii.Error, ValueError, MizanError):
        return False
    return isinstance(header, dict) and header.get("typ") == _TYP


def has_session(request: HttpRequest) -> bool:
    """Whether the request brings a session's cookie."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES


def session_identity(request: HttpRequest, token: Identity | None) -> Identity:
    """Return the token's identity, else that of the request's user. Raises Problem (401) where a
    token and a session name different users."""
    user = request._mizan_session_user if token else getattr(request, "user", None)  # type: ignore[attr-defined]
    known = user is not None and user.is_authenticated
    if token is None:
        return Identity(str(user.pk)) if known else Identity()
    if known and str(user.pk) != token.sub:
        raise Problem(
            "identity_mismatch",
            "The token and the session are of different users.",
            headers=mwt.CHALLENGE,
        )
    return token


class _Check(CsrfViewMiddleware):
    """Django's own check, which says why instead of answering."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:  # noqa: ARG002 (Django's signature)
        return reason


def _unanswered(request: HttpRequest) -> None:  # type: ignore[return] # never called
    """Stands for a view that is not exempt; the check looks at its attributes only."""


_check = _Check(_unanswered)  # type: ignore[arg-type]


def check_csrf(request: HttpRequest) -> None:
    """Raise Problem (403) where a browser may have been made to send this request.

    A request without cookies that no front server authenticated has nothing to forge.
    """
    if not request.COOKIES and "REMOTE_USER" not in request.META:
        return
    _check.process_request(request)
    reason = _check.process_view(request, _unanswered, (), {})
    if reason:
        raise Problem("csrf", f"CSRF check: {reason} Send the cookie's value in X-CSRFToken.")
