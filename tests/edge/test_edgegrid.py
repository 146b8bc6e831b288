"""mizan.edge.edgegrid: the known answers that Akamai publishes with its client for Python
(AkamaiOPEN-edgegrid-python, akamai/edgegrid/test/testcases.json, Apache-2.0)."""

from __future__ import annotations

import pytest
from signatures import edgegrid

from mizan.edge.edgegrid import Credentials, authorization

BASE = "https://akaa-baseurl-xxxxxxxxxxx-xxxxxxxxxxxxx.luna.akamaiapis.net"
CLIENT, ACCESS = "akab-client-token-xxx-xxxxxxxxxxxxxxxx", "akab-access-token-xxx-xxxxxxxxxxxxxxxx"
SECRET = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx="
WHEN = {"timestamp": "20140321T19:34:21+0000", "nonce": "nonce-xx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"}
WHO = Credentials(CLIENT, SECRET, ACCESS)


@pytest.mark.parametrize(
    ("method", "path", "body", "signature"),
    [
        ("GET", "/", b"", "tL+y4hxyHxgWVD30X3pWnGKHcPzmrIF+LThiAOhMxYU="),
        ("GET", "/testapi/v1/t1?p1=1&p2=2", b"", "hKDH1UlnQySSHjvIcZpDMbQHihTQ0XyVAKZaApabdeA="),
        ("POST", "/testapi/v1/t3", b"data" * 8, "hXm4iCxtpN22m4cbZb4lVLW5rhX8Ca82vCFqXzSTPe4="),
        ("POST", "/testapi/v1/t6", b"", "1gEDxeQGD5GovIkJJGcBaKnZ+VaPtrc4qBUHixjsPCQ="),
        ("PUT", "/testapi/v1/t6", b"P" * 31, "GNBWEYSEWOLtu+7dD52da2C39aX/Jchpon3K/AmBqBU="),
        (
            "GET",
            "/testapi/v1/configs/111;222;333?from=12345&limit=200000",
            b"",
            "pmQF7Is2+O4r/mMojPR4yeF58BrempNNoBX5/DT0Fxs=",
        ),
    ],
)
def test_known_answers(method: str, path: str, body: bytes, signature: str) -> None:
    found = authorization(WHO, method, BASE + path, body, **WHEN)
    assert found == (
        f"EG1-HMAC-SHA256 client_token={CLIENT};access_token={ACCESS};"
        f"timestamp={WHEN['timestamp']};nonce={WHEN['nonce']};signature={signature}"
    )
    if method == "POST":  # so the fake of the tests checks by the same answers
        assert edgegrid(
            (CLIENT, SECRET, ACCESS), method, BASE + path, {"authorization": found}, body
        )


def test_without_a_path_it_is_the_root() -> None:
    assert authorization(WHO, "GET", BASE, b"", **WHEN) == authorization(
        WHO, "GET", f"{BASE}/", b"", **WHEN
    )


def test_credentials_show_nothing() -> None:
    assert repr(WHO) == "Credentials()"
