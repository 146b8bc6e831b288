"""What earlier replies promise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mizan_conformance.fuzz_http.memory import Memory, conditions, slices
from mizan_conformance.fuzz_http.right import right_of
from mizan_conformance.fuzz_http.server import Server

Make = Callable[..., Any]
ONE = {"board_info": {"id": 1, "title": ""}, "board_notes": []}


@pytest.fixture
def after(server: Server, ask: Make, reply: Make) -> Callable[..., Memory]:
    """Read board 1, then take in the reply of a call."""

    def make(spec: Any, value: Any, status: int = 200, caching: str = "public, no-cache") -> Memory:
        memory = Memory(server)
        read = ask(ctx="board?board_id=1&limit=10&newest_first=false")
        right = right_of(server, read)
        memory.read(0, "ada", right, reply(read, ONE, Cache_Control=caching))
        request = ask(**spec)
        memory.wrote(right_of(server, request), reply(request, value, status))
        return memory

    return make


@pytest.fixture
def knows(server: Server, ask: Make) -> Callable[..., bool]:
    """Whether the body of board 1 is known for who asks, by any spelling."""

    def know(memory: Memory, who: str = "bob") -> bool:
        right = right_of(server, ask(ctx="board?board_id=1"))
        return memory.expected(who, right) is not None

    return know


def test_a_call_that_makes_nothing_stale_changes_nothing(after: Make, knows: Make) -> None:
    assert knows(after({"call": "whoami"}, {"result": None}))


@pytest.mark.parametrize("target", ["*", "board", {"context": "board", "params": {"board_id": 1}}])
def test_what_is_said_to_be_stale_is_forgotten(after: Make, knows: Make, target: Any) -> None:
    assert not knows(after({"call": "whoami"}, {"invalidate": [target], "result": None}))


def test_other_targets_are_others(after: Make, knows: Make) -> None:
    other = {"context": "board", "params": {"board_id": 2}}
    assert knows(after({"call": "whoami"}, {"invalidate": [other], "result": None}))


def test_a_failure_may_have_changed_anything(after: Make, knows: Make, problem: Make) -> None:
    add = {"call": "add_note", "args": {"board_id": 1, "text": ""}}
    assert not knows(after(add, problem("app.board_full", 409), 409))
    assert knows(after({"call": "add_note"}, problem("validation", 422), 422))


def test_what_is_private_is_known_of_who_asked(after: Make, knows: Make) -> None:
    memory = after({"call": "whoami"}, {"result": 1}, caching="private, no-cache")
    assert knows(memory, "ada")
    assert not knows(memory, "bob")
    assert not knows(after({"call": "whoami"}, {"result": 1}, caching="no-store"), "ada")


def test_instances_that_were_read_can_be_held(after: Make) -> None:
    (instance,) = after({"call": "whoami"}, {"result": 1}).instances
    assert instance.context == "board"
    assert dict(instance.params)["board_id"] == 1


def test_strong_conditions_alone_are_judged() -> None:
    assert conditions('"a", "b"') == {'"a"', '"b"'}
    assert conditions('W/"a"') == conditions("*") == conditions(None) == frozenset()


def test_slices_are_instances_and_data(ask: Make, reply: Make) -> None:
    fresh = [{"context": "site", "params": {}, "data": {"a": 1}}]
    ((instance, data),) = slices(reply(ask(call="whoami"), {"result": 1, "fresh": fresh}))
    assert (instance.context, data) == ("site", {"a": 1})
