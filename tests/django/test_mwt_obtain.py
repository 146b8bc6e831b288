"""mizan.django.mwt_obtain: a session gets a token, and nobody else."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import override_settings
from project.http import Web
from project.middleware import middleware

from mizan.django import decode_mwt
from mizan.server.registry import registry

pytestmark = pytest.mark.django_db


def test_a_session_gets_a_token_with_its_expiry(web: Web, ada: User) -> None:
    web.login(ada)
    with override_settings(MIZAN_MWT_TTL=60):
        result = web.call("mwt_obtain").json()["result"]
    claims = decode_mwt(result["token"])
    assert claims["sub"] == str(ada.pk)
    expires = datetime.datetime.fromisoformat(result["expires_at"])
    assert (expires.timestamp(), claims["exp"] - claims["iat"]) == (claims["exp"], 60)


def test_the_token_works(web: Web, ada: User, make_web: Callable[..., Web]) -> None:
    web.login(ada)
    token = web.call("mwt_obtain").json()["result"]["token"]
    response = web.call("mwt_obtain", headers={"X-Mizan-Token": token})
    assert response.status_code == 200
    alone = make_web().call("mwt_obtain", headers={"X-Mizan-Token": token})
    assert (alone.status_code, alone.json()["code"]) == (401, "unauthenticated")
    assert alone.has_header("WWW-Authenticate")


def test_nobody_gets_none(web: Web) -> None:
    response = web.call("mwt_obtain")
    assert (response.status_code, response.json()["code"]) == (401, "unauthenticated")


def test_who_is_impersonated_gets_it(web: Web, ada: User, bob: User) -> None:
    def replace(request: object) -> None:
        request.user = bob  # type: ignore[attr-defined]

    web.login(ada)
    with middleware(replace):
        token = web.call("mwt_obtain").json()["result"]["token"]
    assert decode_mwt(token)["sub"] == str(bob.pk)


def test_it_needs_the_csrf_token(make_web: Callable[..., Web], ada: User) -> None:
    browser = make_web(enforce_csrf_checks=True)
    browser.login(ada)
    assert browser.call("mwt_obtain").json()["code"] == "csrf"


def test_clients_see_it_where_tokens_are_on() -> None:
    assert "mwt_obtain" in registry.catalog.schema["functions"]
    with override_settings(MIZAN_MWT_KEYS=None):
        assert "mwt_obtain" not in registry.catalog.schema["functions"]
