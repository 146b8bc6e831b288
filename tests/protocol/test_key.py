"""mizan/protocol/key.py: the key of a cache entry."""

from typing import Any

import pytest

from mizan.errors import DocumentError, JsonError, SecretError
from mizan.protocol.key import check_secret, derive_cache_key

SECRET = bytes(range(32))
PUBLIC: dict[str, Any] = {
    "context": "user",
    "params": {"user_id": "5"},
    "aud": "shop",
    "rev": 2,
    "schema": "00",
}


def test_keys_that_another_program_made() -> None:
    """Made with openssl."""
    public = derive_cache_key(SECRET, **PUBLIC)
    assert (
        public == "mizan:1:e:user:8e90db907891b1ef7cb1e78f08f41a789c6296d4580d9379f2fcc26889df0db9"
    )
    own = {**PUBLIC, "params": {}, "rev": 0, "user": "ü", "pkey": "ab", "vary": {"lang": "de"}}
    assert (
        derive_cache_key(SECRET, **own)
        == "mizan:1:e:user:3f457315c46eef3556016c9892ab0ca981afd8c7f0878196e5d16d58099ae3d5"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"context": "user2"},
        {"params": {"user_id": "6"}},
        {"params": {}},
        {"aud": "shop2"},
        {"rev": 3},
        {"schema": "01"},
        {"user": "7", "pkey": ""},
        {"user": "", "pkey": ""},
        {"vary": {"lang": "de"}},
    ],
)
def test_everything_counts(change: dict[str, Any]) -> None:
    assert derive_cache_key(SECRET, **{**PUBLIC, **change}) != derive_cache_key(SECRET, **PUBLIC)
    assert derive_cache_key(SECRET[::-1], **PUBLIC) != derive_cache_key(SECRET, **PUBLIC)


@pytest.mark.parametrize("change", [{"user": "7"}, {"pkey": "ab"}])
def test_user_and_pkey_go_together(change: dict[str, str]) -> None:
    with pytest.raises(DocumentError) as caught:
        derive_cache_key(SECRET, **{**PUBLIC, **change})
    assert caught.value.code == "document.invalid"


def test_short_secrets_are_refused_and_not_shown() -> None:
    with pytest.raises(SecretError) as caught:
        derive_cache_key(b"hunter2" * 4 + b"abc", **PUBLIC)
    assert caught.value.code == "key.secret"
    assert "cache secret" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    check_secret(b"x" * 32, "secret")


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(JsonError):
        derive_cache_key(SECRET, **{**PUBLIC, "aud": "\ud800"})
