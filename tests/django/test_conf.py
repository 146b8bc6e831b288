"""mizan.django.conf: settings with types, defaults and checks."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from django.core.checks import run_checks
from django.test import override_settings
from project.settings import TOKEN_SECRET

from mizan.django import conf
from mizan.protocol.token import Key


def problems() -> dict[str, str]:
    return {setting.name: problem for setting, problem in conf.problems()}


def test_the_projects_settings_are_right() -> None:
    assert problems() == {}


def test_the_defaults_are_right(settings: Any) -> None:
    for name in ("MIZAN_MWT_KEYS", "MIZAN_PKEY_SECRET"):
        delattr(settings, name)
    conf.forget()  # a deletion sends no signal
    assert problems() == {}
    assert {each.name: conf.get(each.name) for each in conf.SETTINGS} == {
        "MIZAN_MODULE": "mizan",
        "MIZAN_IDENTITY_PARAMS": ("user_id",),
        "MIZAN_EDGE": False,
        "MIZAN_VIEW_URLS": {},
        "MIZAN_BODY_LIMIT": 1 << 20,
        "MIZAN_CACHE": {},
        "MIZAN_MWT_KEYS": None,
        "MIZAN_MWT_AUDIENCE": "mizan",
        "MIZAN_MWT_TTL": 300,
        "MIZAN_PKEY_SECRET": None,
        "MIZAN_EVENTS": None,
        "MIZAN_AUDIT_REQUESTS": None,
    }
    conf.forget()


def jwk(secret: bytes = b"k" * 32, **members: Any) -> dict[str, Any]:
    encoded = urlsafe_b64encode(secret).decode().rstrip("=")
    return {"kty": "oct", "alg": "HS256", "kid": "one", "k": encoded} | members


WRONG: list[tuple[str, Any]] = [
    ("MIZAN_MODULE", ""),
    ("MIZAN_MODULE", None),
    ("MIZAN_IDENTITY_PARAMS", "user_id"),
    ("MIZAN_IDENTITY_PARAMS", [1]),
    ("MIZAN_EDGE", 1),
    ("MIZAN_EDGE", "yes"),
    ("MIZAN_VIEW_URLS", []),
    ("MIZAN_VIEW_URLS", {"user": "/x/"}),
    ("MIZAN_BODY_LIMIT", 0),
    ("MIZAN_BODY_LIMIT", 1e6),
    ("MIZAN_BODY_LIMIT", 1 << 30),
    ("MIZAN_CACHE", "memory"),
    ("MIZAN_CACHE", {5: "memory"}),
    ("MIZAN_EVENTS", "memory"),
    ("MIZAN_AUDIT_REQUESTS", ""),
    ("MIZAN_EVENTS", {5: "memory"}),
    ("MIZAN_MWT_KEYS", []),
    ("MIZAN_MWT_KEYS", "secret"),
    ("MIZAN_MWT_KEYS", ["secret"]),
    ("MIZAN_MWT_KEYS", [{}]),
    ("MIZAN_MWT_KEYS", [jwk(b"short")]),
    ("MIZAN_MWT_KEYS", [jwk(kid="")]),
    ("MIZAN_MWT_KEYS", [jwk(), jwk(b"o" * 32)]),
    ("MIZAN_MWT_AUDIENCE", ""),
    ("MIZAN_MWT_AUDIENCE", ["mizan"]),
    ("MIZAN_MWT_TTL", 0),
    ("MIZAN_MWT_TTL", True),
    ("MIZAN_MWT_TTL", 3601),
    ("MIZAN_MWT_TTL", 60.0),
    ("MIZAN_PKEY_SECRET", "short"),
    ("MIZAN_PKEY_SECRET", b"short"),
    ("MIZAN_PKEY_SECRET", 5),
    ("MIZAN_PKEY_SECRET", None),
    ("MIZAN_PKEY_SECRET", TOKEN_SECRET),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_is_a_check_with_its_own_id(name: str, value: Any) -> None:
    with override_settings(**{name: value}):
        (message,) = run_checks(tags=["mizan"])
        (setting,) = [each for each in conf.SETTINGS if each.name == name]
        assert (message.id, message.obj) == (setting.check, name)
        assert message.hint == setting.help
        assert message.is_serious()


def test_every_setting_has_a_wrong_value() -> None:
    assert {name for name, _ in WRONG} == {each.name for each in conf.SETTINGS}


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_no_secret_is_shown(name: str, value: Any) -> None:
    if name not in ("MIZAN_MWT_KEYS", "MIZAN_PKEY_SECRET"):
        return
    with override_settings(**{name: value}):
        (message,) = run_checks(tags=["mizan"])
    shown = f"{message}"
    for secret in ("short", "secret'", TOKEN_SECRET.decode(), jwk(b"short")["k"], jwk()["k"]):
        assert secret not in shown


def test_a_wrong_setting_is_its_default_for_what_must_go_on() -> None:
    with override_settings(MIZAN_EDGE=5):
        assert conf.usable("MIZAN_EDGE") is False
    with override_settings(MIZAN_EDGE=True):
        assert conf.usable("MIZAN_EDGE") is True


@pytest.mark.parametrize("wrong", [5, {"VARY": 5}, {"VARY": {"tenant": "no.such.path"}}])
def test_wrong_facets_are_none(wrong: Any) -> None:
    with override_settings(MIZAN_CACHE=wrong):
        assert conf.vary() == {}


def test_facets_are_callables_or_their_paths() -> None:
    with override_settings(MIZAN_CACHE={"VARY": {"a": "builtins.str", "b": len}}):
        assert conf.vary() == {"a": str, "b": len}
    assert conf.vary() == {}


def test_the_keys_follow_the_settings() -> None:
    assert [key.kid for key in conf.mwt_keys()] == ["one"]
    with override_settings(MIZAN_MWT_KEYS=[jwk(kid="two"), jwk(kid="three")]):
        assert [key.kid for key in conf.mwt_keys()] == ["two", "three"]
        assert all(isinstance(key, Key) for key in conf.mwt_keys())
    assert [key.kid for key in conf.mwt_keys()] == ["one"]
    with override_settings(MIZAN_MWT_KEYS=None):
        assert conf.mwt_keys() == ()


@pytest.mark.parametrize("secret", ["x" * 32, b"x" * 32])
def test_the_pkey_secret_is_text_or_bytes(secret: str | bytes) -> None:
    with override_settings(MIZAN_PKEY_SECRET=secret):
        assert conf.pkey_secret() == b"x" * 32
        assert problems() == {}


def test_a_key_that_only_verifies_does_not_sign() -> None:
    private = ed25519.Ed25519PrivateKey.generate()

    def encoded(part: bytes) -> str:
        return urlsafe_b64encode(part).decode().rstrip("=")

    public = {
        "kty": "OKP",
        "crv": "Ed25519",
        "alg": "EdDSA",
        "kid": "ed",
        "x": encoded(private.public_key().public_bytes_raw()),
    }
    whole = public | {"d": encoded(private.private_bytes_raw())}
    with override_settings(MIZAN_MWT_KEYS=[public]):
        assert "private part" in problems()["MIZAN_MWT_KEYS"]
    with override_settings(MIZAN_MWT_KEYS=[whole, jwk()]):
        assert problems() == {}
    with override_settings(MIZAN_MWT_KEYS=[jwk(), public]):
        assert problems() == {}


def test_settings_of_nobody_are_found() -> None:
    with override_settings(MIZAN_TTL=5, MIZANA=5):
        assert conf.unknown() == ["MIZAN_TTL"]
    assert conf.unknown() == []
