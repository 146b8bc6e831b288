"""mizan/protocol/token.py: keys, signing, and every check of a token in its order."""

import base64
import copy
import hmac
import pickle
import re
import sys
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan.errors import DocumentError, JsonError, SecretError, TokenError
from mizan.protocol import token
from mizan.protocol.canonical import canonical_json
from mizan.protocol.token import Key, permission_key, sign, verify

NOW = 1_700_000_000
# Unpadded base64url; the bits that a shorter last group leaves over are 0.
SPELLING = r"([A-Za-z0-9_-]{4})*([A-Za-z0-9_-][AQgw]|[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048])?"
SECRET = bytes(range(32))
HS = Key.hs256("hs", SECRET)
OTHER = Key.hs256("other", SECRET[::-1])
ED = Key.ed25519("ed", private=SECRET)
PUBLIC = Key.ed25519(
    "ed",
    public=bytes.fromhex("03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"),
)
KEYS = [HS, OTHER, ED]
CLAIMS = {"sub": "7", "aud": "shop", "iat": NOW, "exp": NOW + 300, "pkey": "0" * 32}


def b64(data: bytes | str | dict[str, Any]) -> str:
    if isinstance(data, dict):
        data = canonical_json(data)
    if isinstance(data, str):
        data = data.encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def forge(header: Any = (), claims: Any = (), *, secret: bytes = SECRET) -> str:
    """Return a token signed with HMAC whatever its header and payload are."""
    header = {"alg": "HS256", "kid": "hs", "typ": "mwt+jwt", **dict(header)} if header != "" else ""
    claims = {**CLAIMS, "kid": "hs", **dict(claims)} if not isinstance(claims, str) else claims
    return seal(b64(header), b64(claims), secret)


def seal(header: str, payload: str, secret: bytes = SECRET) -> str:
    data = f"{header}.{payload}"
    return f"{data}.{b64(hmac.digest(secret, data.encode(), 'sha256'))}"


def check(token: str, **options: Any) -> dict[str, Any]:
    return verify(token, **{"keys": KEYS, "audience": "shop", "now": NOW, **options})


def refusal(token: str, **options: Any) -> str:
    with pytest.raises(TokenError) as caught:
        check(token, **options)
    return caught.value.code.removeprefix("token.")


def test_what_is_kept_of_a_header_is_the_same_at_every_token() -> None:
    for _ in range(2):
        assert check(forge())["sub"] == "7"
        assert refusal(forge({"alg": "none"})) == "alg"
        assert refusal(forge(), keys=[OTHER]) == "kid"
        assert refusal(f"é{forge()}") == refusal(forge("")) == "malformed"


@given(st.binary(max_size=9), st.text("AQgwBEIZaz09-_+/= \n.é\ud800", max_size=9))
def test_bytes_have_one_spelling(data: bytes, other: str) -> None:
    text = b64(data)
    assert token._from_base64url(text) == data
    assert token._from_base64url(text + "=" * (-len(text) % 4 or 1)) is None
    read = token._from_base64url(other)
    assert (read is not None) == bool(re.fullmatch(SPELLING, other))
    assert read is None or b64(read) == other


@pytest.mark.parametrize("key", [HS, ED])
def test_signs_and_verifies(key: Key) -> None:
    assert check(sign(CLAIMS, [key])) == {**CLAIMS, "kid": key.kid}


def test_the_public_part_verifies_and_does_not_sign() -> None:
    assert check(sign(CLAIMS, [ED]), keys=[PUBLIC])["sub"] == "7"
    assert ED.signs
    assert not PUBLIC.signs
    with pytest.raises(SecretError) as caught:
        sign(CLAIMS, [PUBLIC])
    assert caught.value.code == "key.secret"


def test_pyjwt_reads_what_is_signed() -> None:
    for key, secret in ((HS, SECRET), (ED, ED._private)):
        token = sign(CLAIMS, [key])
        assert jwt.get_unverified_header(token) == {
            "alg": key.alg,
            "kid": key.kid,
            "typ": "mwt+jwt",
        }
        options: Any = {"verify_exp": False, "verify_iat": False}
        public = secret if key is HS else PUBLIC._public
        claims = jwt.decode(token, public, [key.alg], audience="shop", options=options)
        assert claims == {**CLAIMS, "kid": key.kid}


def test_the_first_key_signs_and_all_verify() -> None:
    token = sign(CLAIMS, [OTHER, HS])
    assert check(token)["kid"] == "other"
    assert check(forge()) == {**CLAIMS, "kid": "hs"}


def test_a_signer_writes_nothing_else() -> None:
    token = sign({**CLAIMS, "admin": True, "kid": "x"}, [HS])
    assert token == forge()


@pytest.mark.parametrize(
    "change",
    [
        {"sub": ""},
        {"sub": 7},
        {"aud": ["shop"]},
        {"iat": 1.5},
        {"iat": True},
        {"exp": "1"},
        {"exp": 2**53},
        {"pkey": "0" * 31},
        {"pkey": "0" * 31 + "G"},
        {"pkey": "0" * 32 + "\n"},
        {"pkey": None},
    ],
)
def test_claims_that_are_none(change: dict[str, Any]) -> None:
    with pytest.raises(TokenError) as caught:
        sign({**CLAIMS, **change}, [HS])
    assert caught.value.code == "token.claims"
    assert next(iter(change)) in str(caught.value)
    if change != {"exp": 2**53}:  # which decode refuses before
        text = canonical_json({**CLAIMS, "kid": "hs", **change})
        assert refusal(forge((), text)) == "claims"
    missing = {name: value for name, value in CLAIMS.items() if name not in change}
    assert refusal(forge((), canonical_json(missing))) == "claims"


def test_signing_takes_a_key_and_room() -> None:
    with pytest.raises(SecretError) as missing:
        sign(CLAIMS, [])
    assert missing.value.code == "key.secret"
    with pytest.raises(TokenError) as caught:
        sign({**CLAIMS, "sub": "x" * 8192}, [HS])
    assert caught.value.code == "token.size"
    with pytest.raises(JsonError):
        sign({**CLAIMS, "sub": "\ud800"}, [HS])


@pytest.mark.parametrize("sign_of_time", [1, -1])
def test_times_are_safe_integers(sign_of_time: int) -> None:
    greatest = sign_of_time * (2**53 - 1)
    claims = {**CLAIMS, "iat": greatest, "exp": greatest}
    assert refusal(sign(claims, [HS])) == "lifetime"
    with pytest.raises(TokenError) as caught:
        sign({**claims, "iat": greatest + sign_of_time}, [HS])
    assert caught.value.code == "token.claims"


def test_unknown_claims_are_ignored() -> None:
    assert check(forge((), {"admin": True})) == {**CLAIMS, "kid": "hs"}


def test_size_comes_first_and_counts_characters() -> None:
    assert refusal("x" * 8193) == "size"
    assert refusal("x" * 8192) == "malformed"
    assert refusal("é" * 8192) == "malformed"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a.b",
        "..",
        "....",
        forge() + ".",
        forge() + "=",
        forge() + "\n",
        " " + forge(),
        forge("", "{}"),
        forge().replace(".", ". ", 1),
        seal(b64("[]"), b64("{}")),
        seal(b64('{"alg":"HS256","alg":"HS256"}'), b64("{}")),
        seal(b64(b"\xff"), b64("{}")),
        seal("e31", b64("{}")),  # {} with a bit left over
        seal("e", b64("{}")),
        forge((), "[]"),
        forge((), '{"sub":1,"sub":2}'),
        forge((), "nonsense"),
    ],
)
def test_malformed(token: str) -> None:
    assert refusal(token) == "malformed"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"crit": []}, "crit"),
        ({"crit": None, "typ": "JWT"}, "crit"),
        ({"typ": "JWT"}, "typ"),
        ({"typ": "MWT+JWT", "alg": "none"}, "typ"),
        ({"typ": None}, "typ"),
        ({"alg": "none"}, "alg"),
        ({"alg": "HS512"}, "alg"),
        ({"alg": "hs256"}, "alg"),
        ({"alg": ["HS256"], "kid": "x"}, "alg"),
        ({"alg": None}, "alg"),
        ({"kid": "x"}, "kid"),
        ({"kid": None}, "kid"),
        ({"kid": ["hs"]}, "kid"),
        ({"kid": "ed"}, "alg"),
        ({"alg": "EdDSA"}, "alg"),
        ({"kid": "other"}, "signature"),
    ],
)
def test_headers(header: dict[str, Any], code: str) -> None:
    assert refusal(forge(header, "nonsense")) == code


def test_the_list_of_algorithms_decides() -> None:
    assert refusal(forge(), algs=["EdDSA"]) == "alg"
    assert refusal(sign(CLAIMS, [ED]), algs=["HS256"]) == "alg"
    assert refusal(forge({"alg": "none"}), algs=["none", "HS256"]) == "alg"
    assert check(forge(), algs=["HS256"])


def test_signatures() -> None:
    head, body, signature = forge().split(".")
    assert refusal(f"{head}.{body}.") == "signature"
    cut = base64.urlsafe_b64decode(signature + "=")[:-1]
    assert refusal(f"{head}.{body}.{b64(cut)}") == "signature"
    assert refusal(f"{head}.{b64({**CLAIMS, 'kid': 'hs', 'sub': '8'})}.{signature}") == "signature"
    assert refusal(forge(secret=SECRET[::-1])) == "signature"
    head, body, signature = sign(CLAIMS, [ED]).split(".")
    cut = base64.urlsafe_b64decode(signature + "==")[:-1]
    assert refusal(f"{head}.{body}.{b64(cut)}") == "signature"
    # A public key is no HMAC secret, whoever says so.
    confused = forge({"kid": "ed", "alg": "HS256"}, secret=PUBLIC._public.public_bytes_raw())
    assert refusal(confused, keys=[PUBLIC]) == "alg"


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"kid": "other", "aud": "x"}, "kid"),
        ({"aud": "shop2", "exp": NOW}, "audience"),
        ({"exp": NOW}, "lifetime"),
        ({"exp": NOW - 1}, "lifetime"),
        ({"exp": NOW + 3601}, "lifetime"),
        ({"exp": NOW + 3600}, None),
        ({"iat": NOW + 31}, "not_yet"),
        ({"iat": NOW + 30}, None),
        ({"iat": NOW - 330, "exp": NOW - 30}, "expired"),
        ({"iat": NOW - 329, "exp": NOW - 29}, None),
    ],
)
def test_claims(claims: dict[str, Any], code: str | None) -> None:
    if code is None:
        assert check(forge((), claims))
    else:
        assert refusal(forge((), claims)) == code


def test_leeway_and_lifetime_may_be_given() -> None:
    assert refusal(forge((), {"iat": NOW + 1}), leeway=0) == "not_yet"
    assert refusal(forge((), {"iat": NOW - 9, "exp": NOW}), leeway=0) == "expired"
    assert refusal(forge(), max_lifetime=299) == "lifetime"
    assert check(forge((), {"exp": NOW + 9000}), max_lifetime=9000)


@given(st.text() | st.lists(st.text("aeyJ0_-="), min_size=3, max_size=3).map(".".join))
def test_anything_is_refused(token: str) -> None:
    assert refusal(token)


@given(st.integers(0, len(forge()) - 1), st.characters(codec="ascii"))
def test_one_changed_character(at: int, character: str) -> None:
    token = forge()
    changed = token[:at] + character + token[at + 1 :]
    if changed != token:
        refusal(changed)


JWK = {"kty": "oct", "kid": "hs", "alg": "HS256", "k": b64(SECRET)}
OKP = {
    "kty": "OKP",
    "crv": "Ed25519",
    "kid": "ed",
    "alg": "EdDSA",
    "x": "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg",
}


def test_reads_jwks() -> None:
    for member in ({"use": "sig"}, {"crv": "Ed25519"}):
        assert check(forge(), keys=[Key.from_jwk({**JWK, **member})])
    private = Key.from_jwk({**OKP, "d": b64(SECRET)})
    assert check(sign(CLAIMS, [private]), keys=[Key.from_jwk(OKP)])


@pytest.mark.parametrize(
    ("jwk", "pointer"),
    [
        ({}, ""),
        ({**JWK, "kty": "RSA"}, ""),
        ({**JWK, "alg": "HS512"}, ""),
        ({**JWK, "alg": "EdDSA"}, ""),
        ({**JWK, "alg": None}, ""),
        ({**OKP, "crv": "Ed448"}, ""),
        ({**OKP, "alg": "HS256"}, ""),
        ({**JWK, "kid": ""}, "/kid"),
        ({**JWK, "kid": 5}, "/kid"),
        ({key: value for key, value in OKP.items() if key != "kid"}, "/kid"),
        ({**JWK, "k": 5}, "/k"),
        ({**JWK, "k": b64(SECRET) + "="}, "/k"),
        ({**JWK, "k": b64(SECRET)[:-1] + "9"}, "/k"),
        ({key: value for key, value in JWK.items() if key != "k"}, "/k"),
        ({key: value for key, value in OKP.items() if key != "x"}, "/x"),
        ({**OKP, "x": b64(SECRET[:31])}, "/x"),
        ({**OKP, "x": ""}, "/x"),
        ({**OKP, "d": ""}, "/d"),
        ({**OKP, "d": None}, "/d"),
        ({**OKP, "d": b64(SECRET + b"0")}, "/d"),
        ({**OKP, "d": b64(SECRET[::-1])}, "/x"),
    ],
)
def test_refuses_jwks(jwk: dict[str, Any], pointer: str) -> None:
    with pytest.raises(DocumentError) as caught:
        Key.from_jwk(jwk)
    assert (caught.value.code, caught.value.pointer) == ("document.invalid", pointer)


def test_a_key_has_a_part() -> None:
    with pytest.raises(DocumentError):
        Key.ed25519("ed")


def test_short_secrets_are_refused() -> None:
    for make in (lambda: Key.hs256("hs", SECRET[:31]), lambda: Key.from_jwk({**JWK, "k": ""})):
        with pytest.raises(SecretError) as caught:
            make()
        assert caught.value.code == "key.secret"


@pytest.mark.parametrize("key", [HS, ED])
def test_a_key_shows_no_secret(key: Key) -> None:
    assert repr(key) == str(key) == f"Key(kid='{key.kid}', alg='{key.alg}')"
    for leak in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="secret"):
            leak(key)
    assert not hasattr(key, "__dict__")


def test_without_cryptography_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric", None)
    with pytest.raises(ImportError, match=r"mizan-protocol\[crypto\]"):
        Key.ed25519("ed", private=SECRET)
    assert Key.hs256("hs", SECRET)


def test_permission_keys() -> None:
    """Made with openssl; sorted by UTF-16, so U+1F600 stands before U+FB00."""
    perms = ["z", "\ufb00", "a.b", "\U0001f600", "z"]
    expected = "d021f25809578142f1f2ab96e36b8954"
    assert permission_key(SECRET, perms, staff=True, superuser=False) == expected
    assert permission_key(SECRET, reversed(perms), staff=True, superuser=False) == expected
    assert (
        permission_key(SECRET, [], staff=False, superuser=True)
        == "cd9c4223680907b622cb00aa71894d9d"
    )
    assert (
        permission_key(SECRET[::-1], [], staff=False, superuser=True)
        != "cd9c4223680907b622cb00aa71894d9d"
    )


def test_permission_keys_need_a_secret_and_text() -> None:
    with pytest.raises(SecretError):
        permission_key(SECRET[:31], [], staff=False, superuser=False)
    with pytest.raises(JsonError):
        permission_key(SECRET, ["\ud800"], staff=False, superuser=False)
