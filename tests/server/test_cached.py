"""mizan/server/cached.py: looking, waiting and keeping, step by step."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mizan.cache import MemoryCache
from mizan.cache.base import Begun, CacheUnavailable, Hold, State
from mizan.protocol.policy import etag
from mizan.server.cached import give_up, head_of, keep, look, read_head
from mizan.server.effects import Ask, Wait
from mizan.server.slots import Slot

SLOT = Slot("mizan:1:e:user:00", ("user", "h-5"))


def walk(steps: Any, waits: list[float], between: Any = lambda: None) -> Any:
    """Drive steps; note what they wait for, and do something each time they wait."""
    try:
        effect = steps.send(None)
        while True:
            if isinstance(effect, Wait):
                waits.append(effect.seconds)
                between()
                effect = steps.send(None)
                continue
            assert isinstance(effect, Ask)
            try:
                outcome = getattr(effect.store, effect.method)(*effect.args)
            except CacheUnavailable as error:
                effect = steps.throw(error)
            else:
                effect = steps.send(outcome)
    except StopIteration as end:
        return end.value


@pytest.fixture
def catalog() -> Any:
    counts: dict[str, int] = {}
    host = SimpleNamespace(wait=1.0, count=lambda name: counts.update({name: 1}), counts=counts)
    return SimpleNamespace(host=host)


def test_a_miss_claims_and_what_is_kept_is_a_hit(catalog: Any) -> None:
    cache, waits = MemoryCache(), []
    missed = walk(look(catalog, cache, SLOT), waits)
    assert missed.state is State.MISS
    assert walk(keep(cache, SLOT, missed.begun, b"payload", 60, b"head"), waits) is True
    found = walk(look(catalog, cache, SLOT), waits)
    assert (found.found.payload, found.found.head, waits) == (b"payload", b"head", [])


def test_who_waits_takes_what_the_other_stored(catalog: Any) -> None:
    cache, waits = MemoryCache(), []
    first = walk(look(catalog, cache, SLOT), waits)

    def store_at_the_third() -> None:
        if len(waits) == 3:
            walk(keep(cache, SLOT, first.begun, b"payload", 60, b"head"), [])

    found = walk(look(catalog, cache, SLOT), waits, store_at_the_third)
    assert (found.state, found.found.payload) == (State.HIT, b"payload")
    assert waits == [0.001, 0.002, 0.004]
    assert catalog.host.counts == {"wait": 1}


def test_who_waits_goes_on_where_the_other_gave_up(catalog: Any) -> None:
    cache, waits = MemoryCache(), []
    first = walk(look(catalog, cache, SLOT), waits)
    give = lambda: walk(give_up(cache, SLOT, first.begun, alone=False), [])  # noqa: E731 (a hook)
    assert walk(look(catalog, cache, SLOT), waits, give).state is State.MISS
    assert len(waits) == 1


def test_nobody_waits_for_what_cannot_be_stored(catalog: Any) -> None:
    cache, waits = MemoryCache(), []
    first = walk(look(catalog, cache, SLOT), waits)
    walk(give_up(cache, SLOT, first.begun, alone=True), waits)
    assert walk(look(catalog, cache, SLOT), waits).state is State.ALONE
    assert waits == []


def test_patience_ends(catalog: Any) -> None:
    cache, waits = MemoryCache(), []
    walk(look(catalog, cache, SLOT), waits)
    found = walk(look(catalog, cache, SLOT), waits)
    assert (found.state, found.begun) == (State.BUSY, None)
    assert 1.0 <= sum(waits) < 1.06
    assert max(waits) == 0.05


def test_a_hold_is_waited_for_a_little_as_most_are_short(catalog: Any) -> None:
    cache, waits = MemoryCache(), []
    hold = Hold(("h-5",))
    cache.hold(hold)
    assert walk(look(catalog, cache, SLOT), waits).state is State.HELD
    assert 0.02 <= sum(waits) < 0.04
    waits.clear()
    found = walk(look(catalog, cache, SLOT), waits, lambda: cache.renew(hold))
    assert (found.state, waits) == (State.MISS, [0.001])


class Down:
    """A cache that is unavailable from the n-th call on."""

    def __init__(self, calls: int) -> None:
        self._left, self._cache = calls, MemoryCache()

    def __getattr__(self, name: str) -> Any:
        self._left -= 1
        if self._left < 0:
            raise CacheUnavailable("It is down.")
        return getattr(self._cache, name)


@pytest.mark.parametrize("calls", [0, 1])
def test_an_unavailable_cache_is_no_failure(catalog: Any, calls: int) -> None:
    cache: Any = Down(calls)
    found = walk(look(catalog, cache, SLOT), [])
    assert (found.state, found.begun) == (None, None)
    assert catalog.host.counts == {"error": 1}
    assert walk(keep(cache, SLOT, Begun(State.MISS), b"", 1, b""), []) is None
    assert walk(give_up(cache, SLOT, Begun(State.MISS), alone=True), []) is None


def test_keeping_says_whether_the_stamps_stood(catalog: Any) -> None:
    cache = MemoryCache()
    missed = walk(look(catalog, cache, SLOT), [])
    cache.purge(["user"])
    assert walk(keep(cache, SLOT, missed.begun, b"payload", 60, b"head"), []) is False
    assert walk(look(catalog, cache, SLOT), []).state is State.MISS


@given(st.binary(), st.booleans())
def test_heads(body: bytes, varied: bool) -> None:
    assert read_head(head_of(etag(body), varied=varied)) == (etag(body), varied)
