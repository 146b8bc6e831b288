"""Lines are read strictly, and what is wrong with one is told."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan_conformance.channel import Fault
from mizan_conformance.messages import (
    Answer,
    InvalidRequest,
    model_name,
    output_fault,
    read,
    read_hello,
    request,
)
from mizan_conformance.vectors import load_all, payload

HELLO = {
    "name": "a",
    "version": "1",
    "language": "Logo",
    "spec": ["1.0"],
    "capabilities": ["jcs"],
}


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (b'{"id":3,"ok":{}}', (3, Answer({}))),
        (b'{"ok":{"a":[1.0,1.5]},"id":0}\r', (0, Answer({"a": [1, 1.5]}))),
        (b'{"id":3,"error":{"code":"json.nan"}}', (3, Answer(None, "json.nan"))),
        (b'{"id":3,"error":{"code":"x","message":"y"}}', (3, Answer(None, "x", "y"))),
        (b'{"id":3,"ok":{},"later":1}', (3, Answer({}))),
        (b'{"id":3.0,"ok":{}}', (3, Answer({}))),
    ],
)
def test_an_answer_is_read(line: bytes, answer: tuple[int, Answer]) -> None:
    assert read(line) == answer


@pytest.mark.parametrize(
    ("line", "said", "suspect"),
    [
        (b"", "'' is no JSON text", None),
        (b"{", "is no JSON text", None),
        (b"\xff", "is no JSON text: 'utf-8' codec", None),
        (b'{"id":1,"ok":{"a":NaN}}', "NaN is no JSON value", None),
        (b'{"id":1,"id":1,"ok":{}}', "an object has a member twice", None),
        (b'{"id":1,"ok":' + b"9" * 5000 + b"}", "is no JSON text", None),
        (b"[1]", "'[1]' is no answer", None),
        (b'{"ok":{}}', "Field required (at /id)", None),
        (b'{"id":1.5,"ok":{}}', "(at /id)", None),
        (b'{"id":true,"ok":{}}', "(at /id)", None),
        (b'{"id":-1,"ok":{}}', "(at /id)", -1),
        (b'{"id":4,"ok":1}', "(at /ok)", 4),
        (b'{"id":4}', "Field required (at /error)", 4),
        (b'{"id":4,"error":{"code":"Not A Code"}}', "(at /error/code)", 4),
        (b'{"id":4,"error":{"code":"a","message":1}}', "(at /error/message", 4),
    ],
)
def test_rubbish_is_told(line: bytes, said: str, suspect: int | None) -> None:
    with pytest.raises(Fault, match="rubbish") as caught:
        read(line)
    assert said in str(caught.value)
    assert caught.value.suspect == suspect


@given(st.binary() | st.text('{}[]":,0123456789idokerrorcode.-+eE\\u', max_size=60).map(str.encode))
def test_any_line_gives_an_answer_or_rubbish(line: bytes) -> None:
    with suppress(Fault):
        assert read(line)[0] >= 0


@pytest.mark.parametrize(
    ("op", "name"), [("jcs", "JcsOk"), ("header.parse", "HeaderParseOk"), ("pkey", "PkeyOk")]
)
def test_model_name(op: str, name: str) -> None:
    assert model_name(op) == name


def test_the_shape_of_an_output() -> None:
    assert output_fault("jcs", {"text": "1"}) is None
    assert output_fault("jcs", {"text": "1", "more": 1}) is None
    assert output_fault("url.build", {"method": "GET", "url": "/"}) is None
    assert "the output is no UrlBuildOk" in (output_fault("url.build", {"method": "PUT"}) or "")
    assert "(at /text)" in (output_fault("jcs", {"text": 1}) or "")
    assert output_fault("an.op.of.tomorrow", {"text": 1}) is None


@pytest.mark.parametrize("op", sorted({vector.op for vector in load_all()}))
def test_every_output_of_the_suite_has_a_shape(op: str) -> None:
    assert output_fault(op, {}) is not None


def test_a_request_is_checked() -> None:
    line = request(7, payload("jcs", {"value": {"$double": "1.0"}}))
    assert line.endswith(b"}\n")
    assert json.loads(line) == {"id": 7, "op": "jcs", "input": {"value": {"$double": "1.0"}}}


@pytest.mark.parametrize(
    ("number", "rest", "said"),
    [
        (-1, payload("jcs", {}), "(at /id)"),
        (1, payload("No Op", {}), "(at /op)"),
        (1, b',"op":"jcs","input":[]}\n', "(at /input)"),
        (1, b',"op":"jcs"}\n', "Field required (at /input)"),
        (1, b',"op":"jcs","input":{},"more":1}\n', "(at /more)"),
        (1, b"\n", "is no PortRequest"),
    ],
)
def test_what_is_no_request_is_not_sent(number: int, rest: bytes, said: str) -> None:
    with pytest.raises(InvalidRequest, match="is no PortRequest") as caught:
        request(number, rest)
    assert said in str(caught.value)


def test_hello() -> None:
    hello = read_hello(Answer({**HELLO, "later": True}))
    assert (hello.name, hello.language, hello.spec) == ("a", "Logo", ["1.0"])
    with pytest.raises(Fault, match="Field required"):
        read_hello(Answer({}))
    with pytest.raises(Fault, match=r"it refused the handshake with port\.busy"):
        read_hello(Answer(None, "port.busy"))
