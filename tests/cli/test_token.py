"""`mizan token inspect|verify|sign`."""

import base64
import json
import sys
from typing import Any

import pytest

SECRET = base64.urlsafe_b64encode(bytes(range(32))).rstrip(b"=").decode()
HS256 = {"kty": "oct", "alg": "HS256", "kid": "k1", "k": SECRET}
# The key pair of RFC 8037, appendix A.
ED25519 = {
    "kty": "OKP",
    "crv": "Ed25519",
    "alg": "EdDSA",
    "kid": "e1",
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
CLAIMS = {"sub": "5", "aud": "shop", "iat": 1000, "exp": 2000, "pkey": "0" * 32}


@pytest.fixture(params=[HS256, ED25519], ids=["HS256", "EdDSA"])
def keys(request: pytest.FixtureRequest, write: Any) -> Any:
    return write("keys.json", [request.param])


@pytest.fixture
def token(mizan: Any, write: Any, keys: Any) -> Any:
    done = mizan("token", "sign", "--keys", keys, write("claims.json", CLAIMS))
    assert (done.status, done.err) == (0, "")
    return write("token", done.out)


def segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_what_is_signed_is_verified(mizan: Any, keys: Any, token: Any) -> None:
    call = ["token", "verify", "--keys", keys, "--audience", "shop", "--now", 1500]
    kid = json.loads(keys.read_text())[0]["kid"]
    done = mizan(*call, token)
    assert (done.status, done.err, done.json) == (0, "", {**CLAIMS, "kid": kid})
    assert mizan(*call, "-", stdin=token.read_bytes()) == done
    assert mizan(*call, stdin=token.read_bytes()) == done


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--audience", "other", "--now", 1500], "token.audience"),
        (["--audience", "shop", "--now", 2100], "token.expired"),
        (["--audience", "shop", "--now", 900], "token.not_yet"),
        (["--audience", "shop"], "token.expired"),
    ],
)
def test_a_token_that_is_not_valid_is_refused(
    mizan: Any, keys: Any, token: Any, options: list[object], code: str
) -> None:
    done = mizan("token", "verify", "--keys", keys, *options, token)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"Error: {token}: Expected a token with ")
    assert f"[{code}]" in done.err


def test_an_algorithm_can_be_insisted_on(mizan: Any, write: Any, token: Any) -> None:
    keys = write("both.json", [HS256, ED25519])
    call = ["token", "verify", "--keys", keys, "--audience", "shop", "--now", 1500, token]
    found = {alg: mizan(*call, "--alg", alg).status for alg in ("HS256", "EdDSA")}
    assert sorted(found.values()) == [0, 1]
    assert mizan(*call, "--alg", "HS256", "--alg", "EdDSA").status == 0
    assert mizan(*call, "--alg", "none").status == 2


def test_a_token_is_inspected_without_verifying_it(mizan: Any, token: Any) -> None:
    done = mizan("token", "inspect", token)
    assert done.status == 0
    assert done.json["header"]["typ"] == "mwt+jwt"
    assert {**done.json["claims"], "kid": None} == {**CLAIMS, "kid": None}
    assert done.err == "Nothing was verified: anybody can have written this.\n"
    assert mizan("token", "inspect", stdin=token.read_bytes()) == done
    other = token.read_text().rpartition(".")[0] + ".AAAA"
    assert mizan("token", "inspect", stdin=other) == done


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "three segments"),
        ("e30.e30", "three segments"),
        ("e30.e30.e30.e30", "three segments"),
        ("e30.e30.*", "three segments"),
        ("e30.e3.", "three segments"),
        ("e30=.e30.", "three segments"),
        ("e31.e30.", "three segments"),
        ("é30.e30.", "three segments"),
        ("+/+/.e30.", "three segments"),
        ("e30.W10.", "claims: expected a JSON object"),
        ("W10.e30.", "header: expected a JSON object"),
        ("e30.e2Ei.", "claims: Not JSON"),
        (f"e30.{base64.urlsafe_b64encode(b'{')[:2].decode()}.", "claims: Not JSON"),
    ],
)
def test_what_cannot_be_inspected_is_refused(mizan: Any, text: str, message: str) -> None:
    done = mizan("token", "inspect", stdin=text)
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("Error: standard input: ")
    assert message in done.err


def test_the_token_itself_is_no_argument_and_is_not_repeated(mizan: Any, token: Any) -> None:
    text = token.read_text().strip()
    done = mizan("token", "inspect", text)
    assert (done.status, done.out) == (2, "")
    assert "not the token itself" in done.err
    assert text.split(".")[1] not in done.err


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ([], "expected a JSON object of claims"),
        ({}, "as the claim sub"),
        ({**CLAIMS, "exp": "2000"}, "as the claim exp"),
        ({**CLAIMS, "sub": "x" * 9000}, "[token.size]"),
    ],
)
def test_wrong_claims_are_refused(mizan: Any, keys: Any, claims: object, message: str) -> None:
    done = mizan("token", "sign", "--keys", keys, stdin=json.dumps(claims))
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("Error: standard input: ")
    assert message in done.err


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "expected a JSON array of keys"),
        ([5], "expected a JSON array of keys"),
        ([], "expected at least one key"),
        ([HS256, {}], "key 1: Expected a key with kty"),
        ([{**HS256, "k": SECRET[:20]}], "key 0: The secret of an HS256 key needs 32 bytes"),
        ([{**HS256, "k": f"{SECRET}="}], "key 0: Expected a key with k in unpadded"),
        ([{key: ED25519[key] for key in ED25519 if key != "d"}], "only verifies"),
    ],
)
def test_wrong_keys_are_refused_and_not_shown(
    mizan: Any, write: Any, keys: object, message: str
) -> None:
    claims = write("claims.json", CLAIMS)
    done = mizan("token", "sign", "--keys", "-", claims, stdin=json.dumps(keys))
    assert (done.status, done.out) == (1, "")
    assert message in done.err
    assert SECRET[:20] not in done.err


def test_keys_and_token_cannot_both_come_from_standard_input(mizan: Any) -> None:
    done = mizan("token", "verify", "--keys", "-", "--audience", "a", "-", stdin="[]")
    assert done.status == 2
    assert "read only once" in done.err


def test_without_cryptography_the_extra_is_named(
    mizan: Any, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("cryptography")]:
        monkeypatch.setitem(sys.modules, name, None)  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "cryptography", None)  # type: ignore[arg-type]
    claims = write("claims.json", CLAIMS)
    done = mizan("token", "sign", "--keys", write("keys.json", [ED25519]), claims)
    assert (done.status, done.out) == (2, "")
    assert "pip install 'mizan-protocol[crypto]'" in done.err
    assert mizan("token", "sign", "--keys", write("keys.json", [HS256]), claims).status == 0


def test_claims_are_documents_for_people_too(mizan: Any, write: Any, keys: Any) -> None:
    done = mizan("token", "sign", "--keys", keys, write("claims.json", {**CLAIMS, "extra": 1}))
    read = mizan("token", "inspect", stdin=done.out)
    assert "extra" not in read.json["claims"]
    assert read.json["header"] == json.loads(
        base64.urlsafe_b64decode(done.out.partition(".")[0] + "==")
    )
    assert segment(5) == "NQ"
