"""Who asks: the token of a request, else its session; and protection against forgery.

(SPEC.md, MZ-MWT-007 and MZ-POL-008.)

Invariant: a token that is there and not valid is a 401, never a fall-back to the session.
"""

from __future__ import annotations

import base64
import binascii
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.functional import SimpleLazyObject

from mizan.django import conf, mwt
from mizan.errors import MizanError
from mizan.protocol.decode import decode
from mizan.protocol.token import LIMIT, TYP
from mizan.server.host import ANONYMOUS, Identity
from mizan.server.problems import Problem

# Where `token_identity` leaves what the session says, for it makes the token's user the request's.
SESSION_USER = "_mizan_session_user"


def token_identity(request: HttpRequest) -> Identity | None:
    """Return who the request's token says asks, None without a token. Raises Problem (401)."""
    text = _token(request) if conf.get("MIZAN_MWT_KEYS") else None
    if text is None:
        return None
    try:
        claims = mwt.decode_mwt(text)
    except MizanError as error:
        raise Problem("token_invalid", error.message, headers=mwt.CHALLENGE) from error
    setattr(request, SESSION_USER, getattr(request, "user", None))
    mwt.user_of(request, claims)
    return Identity(claims["sub"], claims["pkey"], by_token=True, expires=claims["exp"])


def _token(request: HttpRequest) -> str | None:
    """Return the token of X-Mizan-Token, else a Bearer token of our type."""
    own = request.META.get("HTTP_X_MIZAN_TOKEN")
    if own is not None:
        return str(own)
    scheme, _, credentials = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() == "bearer" and _is_ours(credentials.strip()):
        return str(credentials.strip())
    return None


def _is_ours(token: str) -> bool:
    """Whether a Bearer token's header says that it is an MWT; others are the application's."""
    head = token.partition(".")[0]
    if len(head) > LIMIT:
        return False
    try:
        header = decode(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (binascii.Error, ValueError, MizanError):
        return False
    return isinstance(header, dict) and header.get("typ") == TYP


def has_session(request: HttpRequest) -> bool:
    """Whether something but a token says who asks: a session's cookie, or a middleware that put a
    user of its own in the place of the session's (impersonation, REMOTE_USER)."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        return True
    user = getattr(request, SESSION_USER, None)
    # Looking at the type neither wakes a lazy user nor is fooled by what it passes for.
    return user is not None and type(user) is not SimpleLazyObject


def session_user(request: HttpRequest) -> Any:
    """Return the logged-in user of the session, whatever a token says; None for nobody. Blocks."""
    user = getattr(request, SESSION_USER, None) or getattr(request, "user", None)
    known = user is not None and type(user) is not mwt.MWTUser and user.is_authenticated
    return user if known else None


def session_identity(request: HttpRequest, token: Identity | None) -> Identity:
    """Return the token's identity, else that of the request's user. Blocks.

    Raises Problem (401) where a token and a session name different users.
    """
    user = session_user(request)
    if token is None:
        return ANONYMOUS if user is None else Identity(str(user.pk))
    if user is not None and str(user.pk) != token.sub:
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


def _unanswered(_: HttpRequest) -> HttpResponse:
    """Stand for a view that is not exempt; the check looks at its attributes only."""
    return HttpResponse()


@cache
def _check() -> _Check:
    return _Check(_unanswered)


def check_csrf(request: HttpRequest) -> None:
    """Raise Problem (403) where a browser may have been made to send this request.

    Blocks with CSRF_USE_SESSIONS.
    """
    if not _can_be_forged(request):
        return
    check = _check()
    check.process_request(request)
    reason = check.process_view(request, _unanswered, (), {})
    if reason:
        hint = f"Send the cookie {settings.CSRF_COOKIE_NAME} in X-CSRFToken."
        raise Problem("csrf", f"CSRF check: {reason} {hint}")


def _can_be_forged(request: HttpRequest) -> bool:
    """Whether the request brings what a browser adds by itself, or is of a kind that a browser
    sends to any site without asking it first: a form of another page (which may log in)."""
    if request.META.get("HTTP_COOKIE") or "REMOTE_USER" in request.META:
        return True
    simple = request.content_type != "application/json" and "HTTP_AUTHORIZATION" not in request.META
    return simple and "HTTP_ORIGIN" in request.META


def forget() -> None:
    """Forget what was made of the settings; they changed."""
    _check.cache_clear()
