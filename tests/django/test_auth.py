"""mizan.django.auth: who asks, by token or session, and forged requests."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from project.http import BASE, Web
from project.library.models import Book
from project.middleware import middleware

from mizan.django import Context, client, create_mwt
from mizan.protocol.token import Key, sign

pytestmark = pytest.mark.django_db


class OwnContext(Context):
    """What is a user's own."""

    user_scoped = True


@pytest.fixture(autouse=True)
def _declared() -> None:
    @client(context=OwnContext)
    def own(request: HttpRequest) -> str:
        return str(request.user.pk)

    @client
    def who(request: HttpRequest) -> str:
        return str(request.user.pk)

    @client(login_required=True, affects=OwnContext)
    def change(request: HttpRequest) -> str:
        return str(request.user.pk)

    @client(permission="library.add_book")
    def add_book(request: HttpRequest) -> str:
        return "added"

    @client(permission=lambda request: request.user.is_staff)
    async def staff_only(request: HttpRequest) -> str:
        return "staff"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def mwt(token: str) -> dict[str, str]:
    return {"X-Mizan-Token": token}


def test_a_session_says_who_asks(web: Web, ada: User) -> None:
    assert web.call("who").json() == {"result": "None"}
    web.login(ada)
    assert web.call("who").json() == {"result": str(ada.pk)}


@pytest.mark.parametrize("headers", [mwt, bearer])
def test_a_token_says_who_asks(web: Web, ada: User, headers: Callable[[str], Any]) -> None:
    response = web.call("who", headers=headers(create_mwt(ada)))
    assert response.json() == {"result": str(ada.pk)}
    response = web.call("change", headers=headers(create_mwt(ada)))
    assert response.json()["result"] == str(ada.pk)


def test_the_scheme_has_any_case_and_spaces(web: Web, ada: User) -> None:
    headers = {"Authorization": f"bEARER   {create_mwt(ada)} "}
    assert web.call("who", headers=headers).json() == {"result": str(ada.pk)}


def test_a_token_of_its_own_header_counts_before_a_bearer_token(
    web: Web, ada: User, bob: User
) -> None:
    both = mwt(create_mwt(ada)) | bearer(create_mwt(bob))
    assert web.call("who", headers=both).json() == {"result": str(ada.pk)}


def other_token(**changes: Any) -> str:
    """Return a token that is signed with another key, or says something else."""
    now = int(time.time())
    claims = {"sub": "1", "aud": "mizan", "iat": now, "exp": now + 60, "pkey": "0" * 32}
    return sign(claims | changes, [Key.hs256("one", b"another secret of 32 bytes or more")])


def expired(user: User) -> str:
    return create_mwt(user, now=int(time.time()) - 3600)


@pytest.mark.parametrize("path", ["call", "read"])
def test_a_bad_token_is_401_and_never_the_session(web: Web, ada: User, path: str) -> None:
    web.login(ada)
    good = create_mwt(ada)
    for token in (other_token(), expired(ada), good[:-2], "x", "", "a.b.c"):
        headers = mwt(token)
        response = web.call("who", headers=headers) if path == "call" else None
        response = response or web.read("own", headers=headers)
        assert (response.status_code, response.json()["code"]) == (401, "token_invalid"), token
        assert response["WWW-Authenticate"] == 'Bearer realm="mizan", error="invalid_token"'
        assert token not in response.content.decode() or len(token) < 2


def test_a_bad_bearer_token_of_ours_is_401(web: Web, ada: User) -> None:
    web.login(ada)
    for token in (other_token(), expired(ada)):
        assert web.call("who", headers=bearer(token)).json()["code"] == "token_invalid"


def header_of(**members: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(members).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "value",
    [
        "Bearer " + header_of(alg="HS256", typ="JWT") + ".e30.x",
        "Bearer " + header_of(alg="HS256") + ".e30.x",
        "Bearer opaque",
        "Bearer " + "a" * 9000,
        "Bearer \xe9",
        "Bearer ",
        "Bearer W10.W10.x",
        "Basic YTpi",
        "mwt+jwt",
    ],
)
def test_the_applications_own_authorization_is_left_to_it(web: Web, ada: User, value: str) -> None:
    web.login(ada)
    response = web.call("who", headers={"Authorization": value})
    assert response.json() == {"result": str(ada.pk)}


def test_without_keys_there_are_no_tokens(web: Web, ada: User) -> None:
    token = create_mwt(ada)
    with override_settings(MIZAN_MWT_KEYS=None):
        assert web.call("who", headers=mwt(token)).json() == {"result": "None"}
        assert web.call("mwt_obtain").json()["code"] == "not_found"


def test_a_token_of_a_subject_that_is_no_user_is_401(web: Web) -> None:
    now = int(time.time())
    claims = {"sub": "ada", "aud": "mizan", "iat": now, "exp": now + 60, "pkey": "0" * 32}
    from mizan.django import conf

    response = web.call("who", headers=mwt(sign(claims, conf.mwt_keys())))
    assert response.json()["code"] == "token_invalid"


def test_a_token_and_a_session_of_different_users_are_401(web: Web, ada: User, bob: User) -> None:
    web.login(ada)
    for response in (
        web.call("who", headers=mwt(create_mwt(bob))),
        web.read("own", headers=mwt(create_mwt(bob))),
    ):
        assert (response.status_code, response.json()["code"]) == (401, "identity_mismatch")
        assert response.has_header("WWW-Authenticate")
    assert web.call("who", headers=mwt(create_mwt(ada))).json() == {"result": str(ada.pk)}


def test_a_token_with_the_session_of_nobody_counts(web: Web, ada: User) -> None:
    web.client.cookies["sessionid"] = "unknown"
    assert web.call("who", headers=mwt(create_mwt(ada))).json() == {"result": str(ada.pk)}


def test_what_needs_a_login_is_401_with_a_challenge(web: Web, ada: User) -> None:
    response = web.call("change")
    assert (response.status_code, response.json()["code"]) == (401, "unauthenticated")
    assert response["WWW-Authenticate"] == 'Bearer realm="mizan"'
    web.login(ada)
    assert web.call("change").status_code == 200


def test_permissions_hold_on_every_request(web: Web, ada: User) -> None:
    assert web.call("add_book").status_code == 401
    web.login(ada)
    response = web.call("add_book")
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")
    right = Permission.objects.get(codename="add_book")
    ada.user_permissions.add(right)
    assert web.call("add_book").json() == {"result": "added"}
    ada.user_permissions.remove(right)
    assert web.call("add_book").status_code == 403


def test_a_permission_may_be_a_callable(web: Web, ada: User) -> None:
    web.login(ada)
    assert web.call("staff_only").status_code == 403
    User.objects.update(is_staff=True)
    assert web.call("staff_only").status_code == 200


def test_a_permission_may_be_a_coroutine(web: Web, ada: User) -> None:
    async def is_staff(request: HttpRequest) -> bool:
        return (await request.auser()).is_staff

    @client(permission=is_staff)
    def staff_only_too(request: HttpRequest) -> str:
        return "staff"

    web.login(ada)
    assert web.call("staff_only_too").status_code == 403
    User.objects.update(is_staff=True)
    assert web.call("staff_only_too").status_code == 200


def test_a_permission_comes_before_a_304(web: Web, ada: User) -> None:
    @client(context="guarded", permission="library.view_book")
    def books(request: HttpRequest) -> int:
        return Book.objects.count()

    User.objects.update(is_superuser=True)
    web.login(ada)
    first = web.read("guarded")
    match = {"If-None-Match": first["ETag"]}
    assert web.read("guarded", headers=match).status_code == 304
    User.objects.update(is_superuser=False)
    assert web.read("guarded", headers=match).status_code == 403
    web.client.logout() if not web.is_async else web.client.cookies.clear()
    assert web.read("guarded", headers=match).status_code == 401


def test_a_users_own_reply_is_kept_by_the_browser_alone(web: Web, ada: User) -> None:
    web.login(ada)
    response = web.read("own")
    assert response["Cache-Control"] == "private, no-cache"
    assert response["Vary"] == "Authorization, Cookie, X-Mizan-Token"
    with override_settings(MIZAN_EDGE=True):
        assert web.read("own")["Mizan-Cache-Control"] == "max-age=31536000"


# Impersonation: a middleware that puts another user in the place of the session's.


@pytest.fixture
def as_bob(bob: User) -> Iterator[None]:
    def replace(request: Any) -> None:
        request.user = bob

    with middleware(replace):
        yield


@pytest.mark.usefixtures("as_bob")
def test_who_is_impersonated_is_who_asks(web: Web, ada: User, bob: User) -> None:
    web.login(ada)
    response = web.read("own")
    assert response.json() == {"own": str(bob.pk)}
    assert response["Cache-Control"] == "private, no-cache"


@pytest.mark.usefixtures("as_bob")
@pytest.mark.parametrize("with_session", [False, True])
def test_a_token_of_the_staff_is_not_one_of_whom_they_impersonate(
    web: Web, ada: User, bob: User, with_session: bool
) -> None:
    if with_session:
        web.login(ada)
    for path in ("who", "change"):
        response = web.call(path, headers=mwt(create_mwt(ada)))
        assert response.json()["code"] == "identity_mismatch"
    assert web.read("own", headers=mwt(create_mwt(ada))).json()["code"] == "identity_mismatch"
    assert web.read("own", headers=mwt(create_mwt(bob))).json() == {"own": str(bob.pk)}


def test_an_impersonated_reply_is_not_taken_for_ones_own(web: Web, ada: User, bob: User) -> None:
    web.login(ada)
    own = web.read("own")

    def replace(request: Any) -> None:
        request.user = bob

    with middleware(replace):
        other = web.read("own", headers={"If-None-Match": own["ETag"]})
    assert (other.status_code, other.json()) == (200, {"own": str(bob.pk)})


# Forged requests


@pytest.fixture
def browser(make_web: Callable[..., Web]) -> Web:
    """A client that is asked for CSRF tokens, as browsers are."""
    return make_web(enforce_csrf_checks=True)


def test_a_session_needs_the_csrf_token(browser: Web, ada: User) -> None:
    browser.login(ada)
    response = browser.call("change")
    assert (response.status_code, response.json()["code"]) == (403, "csrf")
    assert "X-CSRFToken" in response.json()["detail"]
    browser.client.cookies["csrftoken"] = "a" * 32
    assert browser.call("change", headers={"X-CSRFToken": "b" * 32}).status_code == 403
    assert browser.call("change", headers={"X-CSRFToken": "a" * 32}).status_code == 200


def test_the_csrf_token_counts_without_djangos_middleware(browser: Web, ada: User) -> None:
    csrf = "django.middleware.csrf.CsrfViewMiddleware"
    with override_settings(MIDDLEWARE=[each for each in settings.MIDDLEWARE if each != csrf]):
        browser.login(ada)
        browser.client.cookies["csrftoken"] = "a" * 32
        assert browser.call("change").json()["code"] == "csrf"
        assert browser.call("change", headers={"X-CSRFToken": "a" * 32}).status_code == 200


def test_a_read_needs_no_csrf_token(browser: Web, ada: User) -> None:
    browser.login(ada)
    assert browser.read("own").status_code == 200
    assert browser.request("POST", f"{BASE}ctx/own/", b"{}").status_code == 200


def test_a_token_needs_no_csrf_token(browser: Web, ada: User) -> None:
    browser.login(ada)
    assert browser.call("change", headers=mwt(create_mwt(ada))).status_code == 200


def test_another_cookie_is_enough_to_ask_for_the_csrf_token(browser: Web) -> None:
    browser.client.cookies["cart"] = "5"
    assert browser.call("who").json()["code"] == "csrf"


def test_who_a_front_server_authenticated_needs_the_csrf_token(browser: Web) -> None:
    if browser.is_async:
        return  # no such variable in a scope
    response = browser.request("POST", f"{BASE}call/", b'{"function":"who"}', REMOTE_USER="ada")
    assert response.json()["code"] == "csrf"


def test_a_program_without_cookies_needs_none(browser: Web) -> None:
    assert browser.call("who").status_code == 200
    assert browser.call("who", headers={"Origin": "https://app.example"}).status_code == 200


def test_a_form_of_another_site_is_refused_even_without_cookies(browser: Web) -> None:
    part = {"call": '{"function":"who"}'}
    other = {"Origin": "https://evil.example"}
    assert browser.post(f"{BASE}call/", part, headers=other).json()["code"] == "csrf"
    assert browser.post(f"{BASE}call/", part).status_code == 200
    response = browser.request(
        "POST", f"{BASE}call/", b'{"function":"who"}', content_type="", headers=other
    )
    assert response.json()["code"] == "csrf"
    app = other | {"Authorization": "Bearer of-the-application"}
    assert browser.post(f"{BASE}call/", part, headers=app).status_code == 200


def test_a_trusted_origin_is_trusted(browser: Web, ada: User) -> None:
    browser.login(ada)
    browser.client.cookies["csrftoken"] = "a" * 32
    headers = {"X-CSRFToken": "a" * 32, "Origin": "https://app.example"}
    assert browser.call("change", headers=headers).json()["code"] == "csrf"
    with override_settings(CSRF_TRUSTED_ORIGINS=["https://app.example"]):
        assert browser.call("change", headers=headers).status_code == 200
    assert browser.call("change", headers=headers).json()["code"] == "csrf"


def test_the_csrf_token_may_be_in_the_session(browser: Web, ada: User) -> None:
    with override_settings(CSRF_USE_SESSIONS=True):
        browser.login(ada)
        assert browser.call("change").json()["code"] == "csrf"
        session = browser.client.session
        session["_csrftoken"] = "a" * 32
        session.save()
        assert browser.call("change", headers={"X-CSRFToken": "a" * 32}).status_code == 200


def test_a_form_of_a_page_sends_the_token_as_a_field(browser: Web, ada: User) -> None:
    @client(affects=OwnContext, route="/change/")
    def change_page(request: HttpRequest, name: str) -> HttpResponse:
        return HttpResponse(name)

    browser.login(ada)
    assert browser.post("/change/", {"name": "x"}).json()["code"] == "csrf"
    browser.client.cookies["csrftoken"] = "a" * 32
    form = {"name": "x", "csrfmiddlewaretoken": "a" * 32}
    assert browser.post("/change/", form).content == b"x"


def test_a_login_that_the_whole_site_demands_is_mizans_own_affair(web: Web, ada: User) -> None:
    stack = [*settings.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]
    with override_settings(MIDDLEWARE=stack):
        assert web.call("who").json() == {"result": "None"}
        assert web.call("change").json()["code"] == "unauthenticated"
        assert web.call("change", headers=mwt(create_mwt(ada))).status_code == 200


def test_without_sessions_and_users_requests_are_anonymous(web: Web) -> None:
    bare = ["mizan.django.middleware.MizanMiddleware"]
    with override_settings(MIDDLEWARE=bare):
        assert web.call("add", left=1).status_code == 200
        assert web.call("change").json()["code"] == "unauthenticated"
        assert web.call("add_book").json()["code"] == "unauthenticated"
        assert web.read("shelf").status_code == 200


# Keys, users and rights that change while tokens live


def key(kid: str) -> dict[str, str]:
    secret = base64.urlsafe_b64encode(kid.encode() * 32).decode().rstrip("=")
    return {"kty": "oct", "alg": "HS256", "kid": kid, "k": secret}


def test_keys_rotate_without_logging_anybody_out(web: Web, ada: User) -> None:
    def status(token: str) -> int:
        return int(web.call("change", headers=mwt(token)).status_code)

    with override_settings(MIZAN_MWT_KEYS=[key("old")]):
        web.login(ada)
        old = web.call("mwt_obtain").json()["result"]["token"]
        web.client.cookies.clear()
        assert status(old) == 200
    with override_settings(MIZAN_MWT_KEYS=[key("new"), key("old")]):
        web.login(ada)
        new = web.call("mwt_obtain").json()["result"]["token"]
        web.client.cookies.clear()
        assert (status(old), status(new)) == (200, 200)
    with override_settings(MIZAN_MWT_KEYS=[key("new")]):
        assert (status(old), status(new)) == (401, 200)


def test_a_key_of_edwards_signs_for_the_site(web: Web, ada: User) -> None:
    private = ed25519.Ed25519PrivateKey.generate()
    parts = {"x": private.public_key().public_bytes_raw(), "d": private.private_bytes_raw()}
    encoded = {n: base64.urlsafe_b64encode(v).decode().rstrip("=") for n, v in parts.items()}
    jwk = {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": "ed", **encoded}
    with override_settings(MIZAN_MWT_KEYS=[jwk]):
        assert web.call("change", headers=mwt(create_mwt(ada))).status_code == 200
    public = {name: value for name, value in jwk.items() if name != "d"}
    with override_settings(MIZAN_MWT_KEYS=[jwk]):
        token = create_mwt(ada)
    with override_settings(MIZAN_MWT_KEYS=[key("new"), public]):
        assert web.call("change", headers=mwt(token)).status_code == 200


def test_a_permission_of_a_tokens_user_is_asked_for_each_time(web: Web, ada: User) -> None:
    token = mwt(create_mwt(ada))
    assert web.call("add_book", headers=token).json()["code"] == "forbidden"
    ada.user_permissions.add(Permission.objects.get(codename="add_book"))
    assert web.call("add_book", headers=token).json() == {"result": "added"}
    assert web.call("staff_only", headers=token).json()["code"] == "forbidden"
    User.objects.update(is_staff=True)
    assert web.call("staff_only", headers=token).json() == {"result": "staff"}


@pytest.mark.parametrize("how", ["deactivated", "deleted"])
def test_who_is_gone_has_no_rights(web: Web, ada: User, how: str) -> None:
    ada.user_permissions.add(Permission.objects.get(codename="add_book"))
    token = mwt(create_mwt(ada))
    web.login(ada)
    User.objects.update(is_active=False) if how == "deactivated" else User.objects.all().delete()
    # The session is nobody's.
    for name in ("change", "add_book", "mwt_obtain"):
        response = web.call(name)
        assert (response.status_code, response.json()["code"]) == (401, "unauthenticated"), name
    # The token lives on where nobody asks the database, for its few minutes.
    web.client.cookies.clear()
    assert web.call("who", headers=token).json() == {"result": str(ada.pk)}
    for name in ("add_book", "staff_only"):
        response = web.call(name, headers=token)
        assert (response.status_code, response.json()["code"]) == (401, "token_invalid"), name
        assert response.has_header("WWW-Authenticate")


@pytest.mark.parametrize("private", [False, True])
def test_tokens_count_for_pages_and_webhooks(web: Web, ada: User, private: bool) -> None:
    @client(affects=OwnContext, route="/page/", private=private, login_required=True)
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(request.user.pk))

    web.login(ada)
    good = web.request("POST", "/page/", headers=mwt(create_mwt(ada)))
    assert good.content.decode() == str(ada.pk)
    for bad in (mwt("x"), mwt(expired(ada)), bearer(expired(ada))):
        response = web.request("POST", "/page/", headers=bad)
        assert (response.status_code, response.json()["code"]) == (401, "token_invalid")


def test_a_tokens_user_is_the_same_in_reads_and_never_shared(
    web: Web, ada: User, bob: User
) -> None:
    for user in (ada, bob):
        response = web.read("own", headers=mwt(create_mwt(user)))
        assert response.json() == {"own": str(user.pk)}
        assert response["Cache-Control"] == "private, no-cache"
        assert response["Vary"] == "Authorization, Cookie, X-Mizan-Token"
    etag = web.read("own", headers=mwt(create_mwt(ada)))["ETag"]
    again = mwt(create_mwt(ada)) | {"If-None-Match": etag}
    assert web.read("own", headers=again).status_code == 304
    other = mwt(create_mwt(bob)) | {"If-None-Match": etag}
    assert web.read("own", headers=other).json() == {"own": str(bob.pk)}
    ill = mwt(expired(ada)) | {"If-None-Match": etag}
    assert web.read("own", headers=ill).status_code == 401
