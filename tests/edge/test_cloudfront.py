"""mizan.edge.cloudfront against a fake of the published interface, over real connections."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from fake_api import FakeApi, Received, Reply
from networks_api import met
from signatures import sigv4

from mizan.edge.base import Purge, PurgeFailed
from mizan.edge.cloudfront import CloudFrontPurger
from mizan.errors import ConfigurationError

SPACE = "{http://cloudfront.amazonaws.com/doc/2020-05-31/}"
SECRET, TOKEN = "hidden-secret/key", "hidden-token"
GIVEN: dict[str, Any] = {
    "distribution": "EDFDVBD6EXAMPLE",
    "access_key_id": "AKIDEXAMPLE",
    "secret_access_key": SECRET,
    "timeout": 0.5,
}
TAGS = Purge(("board", "h-5"), ("/api/mizan/ctx/board/",), ("/b/*",))


def error(status: int, code: str) -> Reply:
    """Return a problem as CloudFront writes it."""
    text = (
        '<?xml version="1.0"?><ErrorResponse xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/">'
        f"<Error><Type>Sender</Type><Code>{code}</Code><Message>hidden</Message></Error>"
        "<RequestId>1</RequestId></ErrorResponse>"
    )
    return Reply(status, text.encode(), {"Content-Type": "text/xml"})


class CloudFront:
    """CreateInvalidation, as its API reference publishes it; `items` are all that were named."""

    def __init__(self) -> None:
        self.items: list[list[str]] = []
        self.references: set[str] = set()

    def __call__(self, received: Received) -> Reply:
        if not sigv4(SECRET, received.method, received.path, received.headers, received.body):
            return error(403, "SignatureDoesNotMatch")
        if received.path != "/2020-05-31/distribution/EDFDVBD6EXAMPLE/invalidation":
            return error(404, "NoSuchDistribution")
        batch = ElementTree.fromstring(received.body)  # noqa: S314 (the purger's own)
        items = [
            each.text or "" for each in batch.findall(f"{SPACE}Paths/{SPACE}Items/{SPACE}Path")
        ]
        reference = batch.findtext(f"{SPACE}CallerReference")
        assert batch.tag == f"{SPACE}InvalidationBatch"
        if batch.findtext(f"{SPACE}Paths/{SPACE}Quantity") != str(len(items)):
            return error(400, "InconsistentQuantities")
        if len(items) > 3000:
            return error(413, "BatchTooLarge")
        if not items or not all(each[0] in "/#" and "*" not in each[:-1] for each in items):
            return error(400, "InvalidArgument")
        if reference and reference not in self.references:  # else it is taken for that request
            self.references.add(reference)
            self.items.append(items)
        text = f'<Invalidation xmlns="{SPACE[1:-1]}"><Id>I1</Id></Invalidation>'
        return Reply(201, text.encode(), {"Content-Type": "text/xml"})


@pytest.fixture
def network() -> CloudFront:
    return CloudFront()


@pytest.fixture
def api(network: CloudFront) -> Iterator[FakeApi]:
    with FakeApi(network) as found:
        yield found


def make(api: FakeApi, **given: Any) -> CloudFrontPurger:
    return CloudFrontPurger(**{**GIVEN, "api": api.url, **given})


@pytest.mark.parametrize(
    ("path", "headers", "service", "signature"),
    [
        # AWS's Signature Version 4 test suite (Apache-2.0), get-vanilla
        (
            "/",
            {"host": "example.amazonaws.com"},
            "service",
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ),
        # The AWS General Reference's example, ListUsers of IAM
        (
            "/?Action=ListUsers&Version=2010-05-08",
            {
                "host": "iam.amazonaws.com",
                "content-type": "application/x-www-form-urlencoded; charset=utf-8",
            },
            "iam",
            "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
        ),
    ],
)
def test_the_fake_checks_by_known_answers(
    path: str, headers: dict[str, str], service: str, signature: str
) -> None:
    named = {**headers, "x-amz-date": "20150830T123600Z"}
    signed = (
        f"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/{service}/aws4_request, "
        f"SignedHeaders={';'.join(sorted(named))}, Signature={signature}"
    )
    secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    assert sigv4(secret, "GET", path, {**named, "authorization": signed}, b"")
    assert not sigv4(secret, "GET", path, {**named, "authorization": signed}, b"x")


def test_tags_are_one_signed_request(api: FakeApi, network: CloudFront) -> None:
    make(api).purge(TAGS)
    assert network.items == [["#board", "#h-5"]]
    assert "/us-east-1/cloudfront/aws4_request" in api.received[0].headers["authorization"]


def test_the_same_once_more_is_another_invalidation(api: FakeApi, network: CloudFront) -> None:
    purger = make(api)
    for _ in range(2):
        purger.purge(TAGS)
    assert network.items == [["#board", "#h-5"]] * 2


def test_what_may_have_been_done_is_done_again(api: FakeApi, network: CloudFront) -> None:
    """It may stand for a mutation that came since."""
    answered = network

    def broken(received: Received) -> Reply:
        answered(received)
        api.answer = answered
        return Reply(breaks=True)

    api.answer = broken
    purger = make(api)
    with pytest.raises(PurgeFailed, match="unreachable"):
        purger.purge(TAGS)
    purger.purge(TAGS)
    assert network.items == [["#board", "#h-5"]] * 2


def test_everything_is_one_path(api: FakeApi, network: CloudFront) -> None:
    make(api).purge(Purge(("board",), everything=True))
    assert network.items == [["/*"]]


def test_nothing_asks_nobody(api: FakeApi) -> None:
    make(api).purge(Purge())
    assert api.received == []


def test_more_than_3000_tags_are_several_requests(api: FakeApi, network: CloudFront) -> None:
    make(api, timeout=5).purge(Purge(tuple(f"h-{n:030d}" for n in range(3001))))
    assert [len(each) for each in network.items] == [3000, 1]


@pytest.mark.parametrize(
    ("reply", "code", "seconds"),
    [
        (error(400, "TooManyInvalidationsInProgress"), "rate_limited", None),
        (error(400, "Throttling"), "rate_limited", None),
        (error(429, "TooManyRequestsException"), "rate_limited", None),
        (error(400, "ExpiredToken"), "unauthorized", None),
        (error(403, "AccessDenied"), "unauthorized", None),
        (error(404, "NoSuchDistribution"), "rejected", None),
        (error(413, "BatchTooLarge"), "rejected", None),
        (error(400, "InvalidArgument"), "rejected", None),
        (error(503, "ServiceUnavailable"), "failed", None),
        (Reply(503, b"", {"Retry-After": "4"}), "failed", 4.0),
        (Reply(200, b"<html>"), "rejected", None),
        (Reply(201, b"<html>"), "malformed", None),
        (Reply(hangs=True), "timeout", None),
        (Reply(breaks=True), "unreachable", None),
    ],
)
def test_a_trouble_is_a_code(
    api: FakeApi, reply: Reply, code: str, seconds: float | None, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(make(api, session_token=TOKEN)) as purger:
        assert met(api, purger, TAGS, reply, caplog) == (code, seconds)
    assert api.received[1].headers["x-amz-security-token"] == TOKEN


def test_who_is_not_known_is_told(api: FakeApi) -> None:
    with pytest.raises(PurgeFailed, match="unauthorized"):
        make(api, secret_access_key="another").purge(TAGS)


def test_the_environment_may_hold_the_keys(
    api: FakeApi, network: CloudFront, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    purger = make(api, access_key_id=None, secret_access_key=None)
    with pytest.raises(PurgeFailed, match="unauthorized"):
        purger.purge(TAGS)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    purger.purge(TAGS)
    assert network.items == [["#board", "#h-5"]]


@pytest.mark.parametrize(
    ("given", "say"),
    [
        ({"distribution": "E/../x"}, "distribution: "),
        ({"access_key_id": None}, "give both"),
        ({"secret_access_key": None}, "give both"),
        ({"secret_access_key": "hidden key"}, "secret_access_key: "),
        ({"session_token": ""}, "session_token: "),
        ({"api": "ftp://x"}, "api: "),
    ],
)
def test_what_makes_no_sense_is_refused(given: dict[str, Any], say: str) -> None:
    with pytest.raises(ConfigurationError, match=say) as caught:
        CloudFrontPurger(**{**GIVEN, **given})
    assert "hidden" not in str(caught.value)
