"""The handshake and the pipeline of one port."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from mizan_conformance.channel import Fault, PortUnusable
from mizan_conformance.client import WINDOW, Client
from mizan_conformance.messages import Answer, InvalidRequest
from mizan_conformance.vectors import payload

Start = Callable[[str], Client[str]]


@pytest.fixture
def start(broken: Callable[[str], list[str]]) -> Iterator[Start]:
    """Start the port with a fault; it is ended after the test."""
    with ExitStack() as stack:

        def start(fault: str) -> Client[str]:
            client: Client[str] = Client(broken(fault), 20.0)
            stack.callback(client.close)
            return client

        yield start


def request(value: str) -> tuple[str, bytes]:
    return value, payload("canonical", {"value": value})


def test_answers_come_with_their_keys(start: Start) -> None:
    client = start("backwards")
    assert client.is_fresh
    values = [f"v{index}" for index in range(WINDOW * 7)]
    found = list(client.exchange(map(request, values)))
    assert sorted(found) == sorted((value, Answer({"text": value})) for value in values)
    assert [key for key, _ in found] != values
    assert client.in_flight == []
    assert not client.is_fresh
    client.finish()


def test_one_question(start: Start) -> None:
    client = start("none")
    assert client.hello.name == "broken"
    assert client.ask("key", "canonical", {"value": "x"}) == Answer({"text": "x"})
    assert client.ask("key", "jcs", {"value": "x"}) == Answer({"text": '"x"'})


def test_what_is_no_request_is_not_sent(start: Start) -> None:
    client = start("none")
    with pytest.raises(InvalidRequest, match=r"at /input"):
        list(client.exchange([request("a"), ("odd", b',"op":"jcs","input":[]}\n')]))
    assert client.in_flight == ["a"]


def test_a_fault_says_what_is_owed_and_whom_it_names(start: Start) -> None:
    client = start("bad-message")
    with pytest.raises(Fault, match="rubbish") as caught:
        list(client.exchange(map(request, ["a", "bad", "c"])))
    assert caught.value.suspect == "bad"
    assert client.in_flight == ["bad", "c"]


def test_a_second_answer_names_its_case(start: Start) -> None:
    client = start("twice")
    with pytest.raises(Fault, match="it answered request 1 a second time") as caught:
        list(client.exchange(map(request, ["bad", "b", "bad", "d"])))
    assert caught.value.suspect == "bad"


def test_an_answer_to_nothing_names_nobody(start: Start) -> None:
    client = start("unknown-id")
    with pytest.raises(Fault, match="it answered request 999999 which was not asked") as caught:
        client.ask("key", "canonical", {"value": "bad"})
    assert caught.value.suspect is None


@pytest.mark.parametrize("fault", ["hello-shape", "hello-crash", "hello-old"])
def test_a_bad_handshake_is_a_fault(start: Start, fault: str) -> None:
    with pytest.raises(Fault):
        start(fault)


def test_no_command() -> None:
    with pytest.raises(PortUnusable):
        Client([], 1.0)
