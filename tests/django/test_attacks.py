"""What strangers, other sites and users may try over HTTP, and what becomes of it.

docs/security.md names these tests beside the threats that they show to be met.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from project.http import BASE, Web, dumps
from project.settings import TOKEN_SECRET

from mizan.django import Context, client, create_mwt
from mizan.protocol.header import READ_LIMIT
from mizan.server.problems import MOST_ERRORS

pytestmark = pytest.mark.django_db

HIT = "mizan; hit"
CALL = f"{BASE}call/"


class BoardContext(Context):
    """The same for everybody."""

    user_scoped = False


class MineContext(Context):
    """A user's own."""

    user_scoped = True


@pytest.fixture(autouse=True)
def _declared() -> None:
    @client(context=BoardContext)
    def board(request: HttpRequest, title: str) -> str:
        return title

    @client(context=MineContext)
    def mine(request: HttpRequest) -> str:
        return f"only for {request.user.pk}"

    @client(affects=BoardContext)
    def rename(request: HttpRequest, title: str) -> str:
        return title

    @client(affects=MineContext)
    def change(request: HttpRequest) -> str:
        return "changed"

    @client
    def total(request: HttpRequest, numbers: list[int]) -> int:
        return sum(numbers)

    @client(affects=BoardContext, route="/attacked/<str:name>/")
    def fall(request: HttpRequest, name: str) -> HttpResponse:
        raise LookupError(name)


# Tokens


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def forged(secret: bytes, sub: str, **header: Any) -> str:
    """Return a token as its header says, signed with a secret by HMAC-SHA256."""
    now = int(time.time())
    head = {"alg": "HS256", "kid": "one", "typ": "mwt+jwt"} | header
    claims = {"sub": sub, "aud": "mizan", "iat": now, "exp": now + 60, "pkey": "0" * 32}
    data = f"{part(head)}.{part(claims | {'kid': head['kid']})}"
    return f"{data}.{part(hmac.digest(secret, data.encode(), 'sha256'))}"


def test_what_forges_a_token_knows_how_it_is_made(web: Web, ada: User) -> None:
    response = web.read("mine", headers={"X-Mizan-Token": forged(TOKEN_SECRET, str(ada.pk))})
    assert response.json() == {"mine": f"only for {ada.pk}"}


@pytest.mark.parametrize(
    ("secret", "header"),
    [
        (b"guessed" * 8, {}),
        (b"", {"alg": "none"}),
        (TOKEN_SECRET, {"alg": "none"}),
        (TOKEN_SECRET, {"alg": "HS512"}),
        (TOKEN_SECRET, {"kid": "../../../../dev/null"}),
        (b"", {"kid": "/dev/null"}),
        (TOKEN_SECRET, {"kid": "one' OR '1'='1"}),
        (TOKEN_SECRET, {"typ": "JWT"}),
        (b"mine" * 8, {"jwk": {"kty": "oct", "k": part(b"mine" * 8)}}),
        (b"mine" * 8, {"jku": "https://evil.example/keys.json"}),
        (TOKEN_SECRET, {"crit": ["exp"]}),
    ],
)
def test_a_forged_token_is_401_and_never_the_session(
    web: Web, ada: User, bob: User, secret: bytes, header: dict[str, Any]
) -> None:
    web.login(bob)
    response = web.read("mine", headers={"X-Mizan-Token": forged(secret, str(ada.pk), **header)})
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert b"only for" not in response.content


def test_a_public_key_signs_nothing(web: Web, ada: User) -> None:
    public = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    keys = [
        *settings.MIZAN_MWT_KEYS,
        {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": "two", "x": part(public)},
    ]
    with override_settings(MIZAN_MWT_KEYS=keys):
        for kid in ("one", "two"):
            token = forged(public, str(ada.pk), kid=kid)
            assert web.read("mine", headers={"X-Mizan-Token": token}).status_code == 401


def test_a_tokens_payload_cannot_be_exchanged(web: Web, ada: User, bob: User) -> None:
    head, _, signature = create_mwt(bob).split(".")
    other = create_mwt(ada).split(".")[1]
    token = f"{head}.{other}.{signature}"
    assert web.read("mine", headers={"X-Mizan-Token": token}).status_code == 401


# Caches

POISON = {
    "Accept-Language": "de",
    "Cache-Groups": '"evil"',
    "Cookie": "theme=evil",
    "Forwarded": "host=evil.example",
    "Surrogate-Key": "evil",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Proto": "https",
    "X-HTTP-Method-Override": "POST",
    "X-Mizan-Event": "evil",
    "X-Mizan-Held": "board;title=evil",
    "X-Mizan-Invalidate": "board",
    "X-Original-URL": "/evil",
    "X-Rewrite-URL": "/evil",
    "xkey": "evil",
    "xkey-purge": "board",
}
KEPT = ("Cache-Control", "Content-Type", "ETag", "Vary", "X-Mizan-Schema")


@pytest.mark.usefixtures("kept")
def test_no_header_of_a_reader_is_in_what_the_next_one_gets(web: Web) -> None:
    first = web.read("board", "title=one", headers=POISON)
    assert "evil" not in f"{first.headers}{first.content!r}"
    second = web.read("board", "title=one")
    assert second["Cache-Status"] == HIT
    assert second.content == first.content == b'{"board":"one"}'
    clean = web.read("board", "title=two")
    shown = [[each.get(name, "") for name in KEPT if name != "ETag"] for each in (first, clean)]
    assert shown[0] == shown[1]


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("method", ["PURGE", "BAN", "DELETE", "PUT", "PATCH"])
def test_no_client_purges(web: Web, method: str) -> None:
    web.read("board", "title=one")
    response = web.request(method, f"{BASE}ctx/board/?title=one", headers=POISON)
    assert response.status_code == 405
    assert "X-Mizan-Invalidate" not in response
    assert web.read("board", "title=one", headers=POISON)["Cache-Status"] == HIT


@pytest.mark.usefixtures("kept")
def test_no_spelling_of_a_url_is_kept_beside_the_canonical_one(web: Web) -> None:
    for query in ("title=%6Fne", "&title=one", "title=one&"):
        response = web.read("board", query)
        assert response["Cache-Control"] == "no-store"
        assert "ETag" not in response
    assert web.read("board", "title=one&page=evil").status_code == 422


@pytest.mark.usefixtures("kept")
def test_nobody_is_answered_what_is_anothers(web: Web, ada: User, bob: User) -> None:
    texts = {user.pk: f"only for {user.pk}".encode() for user in (ada, bob)}
    for _ in range(2):
        for user in (ada, bob):
            found = web.read("mine", headers={"X-Mizan-Token": create_mwt(user)})
            assert [pk for pk, text in texts.items() if text in found.content] == [user.pk]
            assert found["Cache-Control"].startswith("private")
    held = {"X-Mizan-Held": f"mine;user_id={ada.pk}, mine", "X-Mizan-Token": create_mwt(bob)}
    assert texts[ada.pk] not in web.call("change", headers=held).content
    assert web.read("mine").status_code in (200, 401)
    assert not any(text in web.read("mine").content for text in texts.values())


@pytest.mark.parametrize("host", ["evil.example", "testserver@evil.example", "testserver/evil"])
def test_another_host_is_refused_and_not_shown(host: str) -> None:
    attacker = Client(raise_request_exception=False)
    response = attacker.get(f"{BASE}ctx/board/?title=one", headers={"Host": host})
    assert response.status_code == 400
    assert "evil" not in f"{response.headers}{response.content!r}"


# Headers


def test_line_breaks_in_values_stay_values(web: Web) -> None:
    title = 'x\r\nSet-Cookie: a=b\r\n\r\n<script>\0",*;'
    response = web.call("rename", title=title)
    field = response["X-Mizan-Invalidate"]
    assert field.isascii()
    assert field.isprintable()
    assert "Set-Cookie" not in response
    assert "%0D%0ASet-Cookie%3A" in field
    assert response.json()["invalidate"] == [{"context": "board", "params": {"title": title}}]


def test_line_breaks_in_a_query_stay_in_it(web: Web) -> None:
    response = web.read("board", "title=%6F%0D%0ASet-Cookie:%20a=b")
    assert response["Content-Location"].endswith("?title=o%0D%0ASet-Cookie%3A%20a%3Db")
    assert "Set-Cookie" not in response


def test_a_path_writes_one_line_in_a_log(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    assert web.get("/attacked/x%0AERROR%20all%20is%20lost/").status_code == 405
    web.request("POST", "/attacked/x%0AERROR%20all%20is%20lost/", b"{}")
    messages = [each.getMessage() for each in caplog.records if each.name == "django.request"]
    assert messages
    assert not [each for each in messages if "\n" in each]


@pytest.mark.parametrize("path", ["call", "ctx/board", "/evil.example/..", "%2F%2Fevil.example"])
def test_no_reply_leads_to_another_site(web: Web, path: str) -> None:
    response = web._send(web.client.get, f"{BASE}{path}?next=//evil.example", headers=POISON)
    target = response.get("Location", "/")
    assert target.startswith("/")
    assert not target.startswith(("//", "/\\"))


# Sizes


def test_a_body_over_the_limit_is_413_whatever_its_length_says(web: Web) -> None:
    body = dumps({"function": "total", "args": {"numbers": [1] * 600_000}})
    assert web.request("POST", CALL, body).status_code == 413


def test_nesting_is_refused(web: Web) -> None:
    body = b'{"function":"total","args":{"numbers":' + b"[" * 500_000 + b"]" * 500_000 + b"}}"
    response = web.request("POST", CALL, body)
    assert response.status_code == 400
    assert len(response.content) < 1000


def test_a_body_is_never_decompressed(web: Web) -> None:
    bomb = gzip.compress(dumps({"function": "total", "args": {"numbers": [1] * 10_000_000}}))
    response = web.request("POST", CALL, bomb, headers={"Content-Encoding": "gzip"})
    assert response.status_code == 400


def test_a_body_of_wrong_values_gets_no_large_reply(web: Web) -> None:
    response = web.call("total", numbers=["x"] * 20_000)
    assert response.status_code == 422
    assert len(response.json()["errors"]) == MOST_ERRORS
    more = web.call("total", numbers=[], **{f"a{number}": 1 for number in range(20_000)})
    assert len(more.json()["errors"]) == MOST_ERRORS
    assert len(more.content) < 20_000


def test_long_names_are_shown_in_part(web: Web) -> None:
    response = web.call("x" * 500_000)
    assert response.status_code == 404
    assert len(response.content) < 1000


def test_a_long_query_is_414(web: Web) -> None:
    response = web.read("board", f"title={'x' * 65_536}")
    assert response.status_code == 414
    assert len(response.content) < 1000


@pytest.mark.parametrize(
    "held", ["board;title=x, " * 9 + "board", "x" * (READ_LIMIT + 1), "*", ";" * 9, '"', "board;;"]
)
def test_a_held_field_of_any_size_changes_no_reply(web: Web, held: str) -> None:
    response = web.call("rename", title="one", headers={"X-Mizan-Held": held})
    assert response.status_code == 200
    assert "fresh" not in response.json() or "*" not in held


# Guesses


def test_a_digest_tells_nothing_of_a_user(web: Web, ada: User) -> None:
    """An ETag is of the body, which its reader has; a key is an HMAC that is in no reply."""
    response = web.read("mine", headers={"X-Mizan-Token": create_mwt(ada)})
    digest = hashlib.sha256(response.content).hexdigest()[:32]
    assert response["ETag"] == f'"{digest}"'
    assert "mizan:1:e:" not in f"{response.headers}"
