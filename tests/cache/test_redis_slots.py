"""Slots of keys, and who serves them."""

import pytest

from mizan.cache.base import CacheUnavailable
from mizan.cache.redis_slots import SLOTS, Slots, slot_of
from mizan.cache.redis_wire import Address

A, B, C = Address("a", 1), Address("b", 2), Address("c", 3)


@pytest.mark.parametrize(
    ("key", "slot"),
    [
        (b"", 0),
        (b"123456789", 12739),  # the check value of the specification: 0x31C3
        (b"foo", 12182),
        (b"{foo}bar", 12182),
        (b"x{foo}{bar}", 12182),
        (b"foo{}", 5542),
        (b"{", 4092),
    ],
)
def test_the_slot_of_a_key(key: bytes, slot: int) -> None:
    assert slot_of(key) == slot


def table() -> list[list[object]]:
    return [
        [0, 99, [b"a", 1, b"id"], [b"replica", 9, b"id"]],
        [100, SLOTS - 1, [b"b", 2, b"id", []]],
    ]


def test_each_slot_has_the_node_that_serves_it() -> None:
    slots = Slots()
    assert slots.stale
    slots.learn(table(), C)
    assert not slots.stale
    assert [slots.node(n) for n in (0, 99, 100, SLOTS - 1)] == [A, A, B, B]
    assert slots.nodes() == [A, B]


@pytest.mark.parametrize("name", [b"", None])
def test_a_node_that_does_not_know_its_name_is_where_it_was_asked(name: object) -> None:
    slots = Slots()
    slots.learn([[0, SLOTS - 1, [name, 7, b"id"]]], C)
    assert slots.node(5) == Address("c", 7)


def test_a_slot_that_moved_makes_the_rest_doubtful() -> None:
    slots = Slots()
    slots.learn(table(), C)
    slots.move(5, C)
    assert (slots.node(5), slots.node(6), slots.stale) == (C, A, True)


def test_a_slot_that_nobody_serves_is_an_error() -> None:
    slots = Slots()
    slots.learn(table()[:1], C)
    with pytest.raises(CacheUnavailable, match="serves slot 100"):
        slots.node(100)
    assert slots.stale
