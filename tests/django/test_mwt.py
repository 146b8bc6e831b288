"""mizan.django.mwt: tokens of Django users, and users of tokens."""

from __future__ import annotations

import copy
import time
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.test import RequestFactory, override_settings
from project.http import Web
from project.library.models import Book

from mizan.django import client, conf
from mizan.django.mwt import MWTUser, compute_permission_key, create_mwt, decode_mwt, user_of
from mizan.errors import TokenError
from mizan.server.problems import Problem

pytestmark = pytest.mark.django_db


def key(kid: str, letter: str) -> dict[str, str]:
    secret = urlsafe_b64encode(letter.encode() * 32).decode().rstrip("=")
    return {"kty": "oct", "alg": "HS256", "kid": kid, "k": secret}


def of(user: User) -> MWTUser:
    return MWTUser(decode_mwt(create_mwt(user)))


def test_a_token_says_who_where_from_when_and_how_long(ada: User) -> None:
    now = int(time.time())
    claims = decode_mwt(create_mwt(ada, now=now), now=now)
    assert claims == {
        "sub": str(ada.pk),
        "aud": "mizan",
        "iat": now,
        "exp": now + 300,
        "pkey": compute_permission_key(ada),
        "kid": "one",
    }
    with override_settings(MIZAN_MWT_TTL=60, MIZAN_MWT_AUDIENCE="shop"):
        claims = decode_mwt(create_mwt(ada, now=now), now=now)
    assert (claims["exp"] - now, claims["aud"]) == (60, "shop")


def test_a_token_of_another_audience_or_time_is_refused(ada: User) -> None:
    now = int(time.time())
    token = create_mwt(ada, now=now)
    with pytest.raises(TokenError) as caught:
        decode_mwt(token, now=now + 331)
    assert caught.value.code == "token.expired"
    with override_settings(MIZAN_MWT_AUDIENCE="other"), pytest.raises(TokenError) as caught:
        decode_mwt(token)
    assert caught.value.code == "token.audience"


def test_keys_rotate(ada: User) -> None:
    old, new = key("old", "a"), key("new", "b")
    with override_settings(MIZAN_MWT_KEYS=[old]):
        before = create_mwt(ada)
    with override_settings(MIZAN_MWT_KEYS=[new, old]):
        assert decode_mwt(before)["kid"] == "old"
        after = create_mwt(ada)
        assert decode_mwt(after)["kid"] == "new"
    with override_settings(MIZAN_MWT_KEYS=[new]):
        assert decode_mwt(after)
        with pytest.raises(TokenError) as caught:
            decode_mwt(before)
    assert caught.value.code == "token.kid"


def test_a_permission_key_is_of_what_a_user_may_do(ada: User, bob: User) -> None:
    def fresh(user: User) -> str:
        return compute_permission_key(User.objects.get(pk=user.pk))

    same = fresh(ada)
    assert same == fresh(bob)
    right = Permission.objects.get(codename="add_book")
    ada.user_permissions.add(right)
    assert fresh(ada) != same
    group = Group.objects.create(name="librarians")
    group.permissions.add(right)
    bob.groups.add(group)
    assert fresh(ada) == fresh(bob)
    User.objects.filter(pk=bob.pk).update(is_staff=True)
    assert fresh(ada) != fresh(bob)
    with override_settings(MIZAN_PKEY_SECRET=b"x" * 32):
        assert fresh(ada) != same


def test_the_claims_are_answered_without_a_query(ada: User, django_assert_num_queries: Any) -> None:
    token = create_mwt(ada)
    with django_assert_num_queries(0):
        user = MWTUser(decode_mwt(token))
        assert (user.pk, user.id) == (ada.pk, ada.pk)
        assert user.is_authenticated
        assert not user.is_anonymous
        assert user.pkey == compute_permission_key(ada)
        assert isinstance(user, User)
        assert user == ada
        assert ada == user
        assert user != AnonymousUser()
        assert user != Book(pk=ada.pk)
        assert hash(user) == hash(ada)
        assert repr(user) == f"<MWTUser {ada.pk}>"
        assert not hasattr(user, "no_such_thing")
        with pytest.raises(AttributeError, match="User has no attribute 'no_such_thing'"):
            user.no_such_thing  # noqa: B018 (reading it is the test)


def test_a_filter_by_the_user_costs_no_query_of_its_own(
    ada: User, django_assert_num_queries: Any
) -> None:
    Book.objects.create(title="Emma", owner=ada)
    user = of(ada)
    with django_assert_num_queries(1):
        assert [book.title for book in Book.objects.filter(owner=user)] == ["Emma"]
    with django_assert_num_queries(1):
        assert Book.objects.filter(owner__in=[user]).count() == 1


def test_everything_else_is_the_real_users_loaded_once(
    ada: User, django_assert_num_queries: Any
) -> None:
    user = of(ada)
    with django_assert_num_queries(1):
        assert user.email == "ada@example.org"
        assert str(user) == "ada"
        assert user.is_active
        assert user.get_username() == "ada"
        assert user._state.db == "default"
    assert not user.has_perm("library.add_book")
    book = Book.objects.create(title="Emma", owner=user)
    assert book.owner_id == ada.pk


def test_the_primary_key_has_whatever_name(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    monkeypatch.setattr("mizan.django.mwt.get_user_model", lambda: Session)
    with django_assert_num_queries(0):
        user = MWTUser({"sub": "abc", "pkey": "0" * 32})
        assert (user.pk, user.session_key) == ("abc", "abc")


def test_what_is_set_is_set_on_the_real_user(ada: User) -> None:
    user = of(ada)
    user.email = "new@example.org"
    user.save()
    ada.refresh_from_db()
    assert ada.email == "new@example.org"
    assert copy.copy(user).pk == ada.pk


@pytest.mark.parametrize("how", ["inactive", "deleted"])
def test_a_user_who_is_gone_is_a_401_when_loaded(ada: User, how: str) -> None:
    user = of(ada)
    User.objects.update(is_active=False) if how == "inactive" else User.objects.all().delete()
    assert user.pk
    with pytest.raises(Problem) as caught:
        user.email  # noqa: B018 (reading it is the test)
    assert (caught.value.status, caught.value.code) == (401, "token_invalid")
    assert "WWW-Authenticate" in caught.value.headers


def test_a_deactivated_user_lives_as_long_as_the_token_where_nobody_looks(
    web: Web, ada: User
) -> None:
    @client
    def number(request: HttpRequest) -> int:
        return int(request.user.pk)

    @client
    def mail(request: HttpRequest) -> str:
        return request.user.email

    @client
    async def mail_async(request: HttpRequest) -> str:
        return (await request.auser()).email

    headers = {"X-Mizan-Token": create_mwt(ada)}
    for name in ("mail", "mail_async"):
        assert web.call(name, headers=headers).json() == {"result": "ada@example.org"}
    User.objects.update(is_active=False)
    assert web.call("number", headers=headers).json() == {"result": ada.pk}
    for name in ("mail", "mail_async"):
        response = web.call(name, headers=headers)
        assert (response.status_code, response.json()["code"]) == (401, "token_invalid")
        assert response.has_header("WWW-Authenticate")


def test_a_call_with_a_token_asks_the_database_nothing(
    web: Web, ada: User, django_assert_num_queries: Any
) -> None:
    @client(login_required=True)
    def number(request: HttpRequest) -> int:
        return int(request.user.pk)

    @client(login_required=True)
    async def number_async(request: HttpRequest) -> int:
        return int(request.user.pk)

    headers = {"X-Mizan-Token": create_mwt(ada)}
    assert web.call("number", headers=headers).status_code == 200
    for name in ("number", "number_async"):
        with django_assert_num_queries(0):
            assert web.call(name, headers=headers).json() == {"result": ada.pk}


def test_the_users_of_a_request_are_one(ada: User, django_assert_num_queries: Any) -> None:
    request = RequestFactory().get("/")
    user = user_of(request, decode_mwt(create_mwt(ada)))
    assert request.user is user
    with django_assert_num_queries(1):
        assert async_to_sync(request.auser)() is user
        assert async_to_sync(user.aload)().email == request.user.email


def test_tokens_are_off_without_keys(ada: User) -> None:
    with override_settings(MIZAN_MWT_KEYS=None):
        assert conf.mwt_keys() == ()
