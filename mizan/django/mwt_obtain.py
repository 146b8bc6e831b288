"""`mwt_obtain`, a function that Mizan declares itself: a session gets an identity token.

Invariant: only a session gets one, so that a token does not renew itself beyond its life.
"""

from __future__ import annotations

import datetime
import time
from typing import Any

from django.http import HttpRequest
from typing_extensions import TypedDict

from mizan.django import auth, conf, mwt
from mizan.server.declare import ClientFunction, Options
from mizan.server.problems import Problem
from mizan.server.registry import registry


class ObtainedToken(TypedDict):
    """An identity token and when it expires."""

    token: str
    expires_at: datetime.datetime


def _mwt_obtain(request: HttpRequest) -> ObtainedToken:
    """Return an identity token for the user of the session, to be sent in X-Mizan-Token."""
    user = auth.session_user(request)
    if user is None:
        raise Problem(
            "unauthenticated",
            "A token is given to a session, and this request has none: log in.",
            headers=mwt.CHALLENGE,
        )
    now = int(time.time())
    expires = datetime.datetime.fromtimestamp(now + conf.get("MIZAN_MWT_TTL"), datetime.UTC)
    return {"token": mwt.create_mwt(user, now=now), "expires_at": expires}


mwt_obtain: ClientFunction[..., Any] = ClientFunction(
    _mwt_obtain, Options(name="mwt_obtain", login_required=True), registry
)
