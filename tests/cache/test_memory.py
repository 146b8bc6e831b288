"""The cache of one process: its states, its bounds, its threads. Coherence: test_promise.py."""

import asyncio
import random
import sys
import threading
from collections.abc import Iterator

import pytest

from mizan.cache.base import STAMP_BYTES, Begun, Found, Hold, Limits, State
from mizan.cache.memory import ENTRY_BYTES, STAMP_COST, MemoryCache

GUARDS = ("shop", "h-one")
KEY = "mizan:1:e:shop:00"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock: Clock) -> MemoryCache:
    return MemoryCache(clock=clock)


def begin(cache: MemoryCache, key: str = KEY, guards: tuple[str, ...] = GUARDS) -> Begun:
    found = cache.read(key, guards)
    assert found.state is State.MISS
    return cache.begin(key, found, guards)


def fill(
    cache: MemoryCache,
    key: str = KEY,
    guards: tuple[str, ...] = GUARDS,
    payload: bytes = b"body",
    ttl: float = 60,
) -> None:
    begun = begin(cache, key, guards)
    assert begun.state is State.MISS
    cache.store(key, guards, begun, payload, ttl)


def state(cache: MemoryCache, key: str = KEY, guards: tuple[str, ...] = GUARDS) -> State:
    return cache.read(key, guards).state


def whole(cache: MemoryCache) -> bool:
    """Tell whether the parts of a cache agree with one another."""
    sizes = sum(entry.size for entry in cache._entries.values())
    return sizes == cache._bytes and not cache._stamps.keys() & cache._held.keys()


def test_what_was_stored_is_found(cache: MemoryCache) -> None:
    fill(cache, payload=b"body")
    found = cache.read(KEY, GUARDS)
    assert (found.state, found.payload) == (State.HIT, b"body")
    assert [len(stamp or b"") for stamp in found.stamps] == [STAMP_BYTES] * 2


def test_a_miss_tells_the_stamps_that_are_there(cache: MemoryCache) -> None:
    fill(cache, "other", ("shop",))
    found = cache.read(KEY, GUARDS)
    assert found == Found(State.MISS, b"", (cache._stamps["shop"], None))
    assert cache.begin(KEY, found, GUARDS).stamps[:STAMP_BYTES] == cache._stamps["shop"]


@pytest.mark.parametrize("guard", GUARDS)
def test_a_purge_of_any_guard_outdates_the_entry(cache: MemoryCache, guard: str) -> None:
    fill(cache)
    cache.purge([guard])
    assert state(cache) is State.MISS
    assert cache.stats()["entries"] == 0, "what can never be found again takes no room"


@pytest.mark.parametrize("guard", GUARDS)
@pytest.mark.parametrize("end", ["renew", "purge"])
def test_what_was_computed_before_a_purge_is_not_stored(
    cache: MemoryCache, guard: str, end: str
) -> None:
    begun = begin(cache)
    if end == "purge":
        cache.purge([guard])
    else:
        hold = Hold((guard,))
        cache.hold(hold)
        cache.renew(hold)
    assert cache.store(KEY, GUARDS, begun, b"old", 60) is False
    assert state(cache) is State.MISS
    assert cache.stats()["entries"] == 0


def test_storing_what_is_outdated_leaves_the_current_entry(cache: MemoryCache) -> None:
    old = begin(cache)
    cache.purge(["shop"])
    cache.abandon(KEY, old, alone=False)
    fill(cache, payload=b"new")
    cache.store(KEY, GUARDS, old, b"old", 60)
    assert cache.read(KEY, GUARDS).payload == b"new"


def test_a_guard_evicted_while_computing_is_no_match(cache: MemoryCache) -> None:
    begun = begin(cache)
    del cache._stamps["h-one"]
    cache.store(KEY, GUARDS, begun, b"old", 60)
    assert state(cache) is State.MISS


def test_a_held_guard_lets_nobody_store(cache: MemoryCache) -> None:
    fill(cache)
    hold = Hold(("h-one",))
    cache.hold(hold)
    assert begin(cache) == Begun(State.HELD)
    assert state(cache, "other", ("shop",)) is State.MISS, "another guard is not held"
    assert begin(cache, "other", ("shop",)).state is State.MISS
    cache.renew(hold)
    assert begin(cache).state is State.MISS


def test_each_guard_is_purged_and_held(cache: MemoryCache) -> None:
    fill(cache, "one", ("h-one",))
    fill(cache, "two", ("h-two",))
    cache.purge(("h-one", "h-two"))
    assert [state(cache, key, (f"h-{key}",)) for key in ("one", "two")] == [State.MISS] * 2
    hold = Hold(("h-one", "h-two"))
    cache.hold(hold)
    for key in ("one", "two"):
        assert begin(cache, key, (f"h-{key}",)).state is State.HELD
    cache.release(hold)
    for key in ("one", "two"):
        assert begin(cache, key, (f"h-{key}",)).state is State.MISS


def test_a_purge_does_not_release(cache: MemoryCache) -> None:
    cache.hold(Hold(GUARDS))
    cache.purge(GUARDS)
    assert begin(cache).state is State.HELD


def test_a_renewal_purges_although_its_hold_is_gone(cache: MemoryCache, clock: Clock) -> None:
    hold = Hold(("shop",))
    cache.hold(hold)
    clock.now += 30
    fill(cache, payload=b"old")
    cache.renew(hold)
    assert state(cache) is State.MISS


def test_a_release_ends_its_own_hold_only(cache: MemoryCache) -> None:
    one, other = Hold(("shop",)), Hold(("shop",))
    cache.hold(one)
    cache.hold(other)
    cache.hold(other)
    cache.release(one)
    cache.release(one)
    assert begin(cache).state is State.HELD
    cache.release(other)
    assert begin(cache).state is State.MISS


def test_each_hold_expires_by_its_own_deadline(cache: MemoryCache, clock: Clock) -> None:
    cache.hold(Hold(("shop",)))
    clock.now += 20
    live = Hold(("shop",))
    cache.hold(live)
    clock.now += 15
    assert begin(cache).state is State.HELD, "one is dead, the other lives"
    cache.release(live)
    assert begin(cache).state is State.MISS
    cache.hold(Hold(("h-one",)))
    clock.now += 29.9
    assert begin(cache).state is State.HELD
    clock.now += 0.1
    assert begin(cache, "next").state is State.MISS
    assert cache.stats()["held"] == 0


def test_a_replica_that_lags_keeps_the_guards_held(clock: Clock) -> None:
    cache = MemoryCache(limits=Limits(lag=5), clock=clock)
    renewed, released = Hold(("shop",)), Hold(("h-one",))
    for hold in (renewed, released):
        cache.hold(hold)
    cache.release(released)
    assert begin(cache, "other", ("h-one",)).state is State.MISS, "nothing was committed"
    cache.renew(renewed)
    clock.now += 4.9
    assert begin(cache).state is State.HELD
    clock.now += 0.1
    assert begin(cache).state is State.MISS


def test_one_computes_and_the_others_wait(cache: MemoryCache) -> None:
    first = begin(cache)
    assert begin(cache) == Begun(State.BUSY)
    assert begin(cache, "other").state is State.MISS
    assert cache.store(KEY, GUARDS, first, b"body", 60) is True
    assert state(cache) is State.HIT


def test_a_miss_from_before_the_entry_was_stored_finds_it(cache: MemoryCache) -> None:
    late = cache.read(KEY, GUARDS)
    fill(cache)
    assert cache.begin(KEY, late, GUARDS).state is State.BUSY
    assert state(cache) is State.HIT


def test_the_claim_of_who_never_ends_is_taken_over(cache: MemoryCache, clock: Clock) -> None:
    dead = begin(cache)
    clock.now += 10
    second = begin(cache)
    assert second.state is State.MISS
    cache.abandon(KEY, dead, alone=True)
    assert begin(cache).state is State.BUSY, "the dead one's claim is not the second's"
    cache.store(KEY, GUARDS, second, b"body", 60)
    assert state(cache) is State.HIT


def test_what_cannot_be_stored_is_waited_for_by_nobody(cache: MemoryCache, clock: Clock) -> None:
    cache.abandon(KEY, begin(cache), alone=False)
    cache.abandon(KEY, begin(cache), alone=True)
    assert begin(cache) == Begun(State.ALONE)
    clock.now += 1
    assert begin(cache).state is State.MISS


def test_an_abandoned_claim_that_had_expired_says_nothing(cache: MemoryCache, clock: Clock) -> None:
    late = begin(cache)
    clock.now += 10
    cache.abandon(KEY, late, alone=True)
    assert begin(cache).state is State.MISS


@pytest.mark.parametrize(("ttl", "life"), [(60, 60), (0.5, 0.5), (1e9, 86_400)])
def test_an_entry_lives_as_long_as_it_may(
    cache: MemoryCache, clock: Clock, ttl: float, life: float
) -> None:
    fill(cache, ttl=ttl)
    clock.now += life - 0.1
    assert state(cache) is State.HIT
    clock.now += 0.1
    assert state(cache) is State.MISS
    assert begin(cache).state is State.MISS


@pytest.mark.parametrize("ttl", [0, -1])
def test_what_has_no_time_to_live_is_not_stored(cache: MemoryCache, ttl: float) -> None:
    fill(cache, ttl=ttl)
    assert cache.stats()["entries"] == 0
    assert begin(cache).state is State.MISS, "and its claim is given back"


def test_the_least_recently_used_entry_makes_room() -> None:
    cache = MemoryCache(max_entries=2)
    fill(cache, "a")
    fill(cache, "b")
    assert state(cache, "a") is State.HIT
    fill(cache, "c")
    assert [state(cache, key) for key in "abc"] == [State.HIT, State.MISS, State.HIT]
    assert cache.stats()["evicted"] == 1
    assert whole(cache)


def test_entries_make_room_for_bytes() -> None:
    size = ENTRY_BYTES + 2 * STAMP_COST + 1 + 1000
    cache = MemoryCache(max_bytes=2 * size)
    for key in "abc":
        fill(cache, key, payload=bytes(1000))
    assert cache.stats()["bytes"] == 2 * size
    assert [state(cache, key) for key in "abc"] == [State.MISS, State.HIT, State.HIT]
    fill(cache, "c2", payload=bytes(size * 2))
    assert state(cache, "c2") is State.MISS, "larger than the whole cache"
    assert state(cache, "b") is State.HIT, "and nothing was driven out for it"
    assert whole(cache)


def test_storing_again_replaces(cache: MemoryCache, clock: Clock) -> None:
    fill(cache, payload=b"1", ttl=1)
    clock.now += 1
    begun = begin(cache)
    cache.store(KEY, GUARDS, begun, b"22", 60)
    cache.store(KEY, GUARDS, begun, b"333", 60)
    assert cache.read(KEY, GUARDS).payload == b"333"
    assert cache.stats()["entries"] == 1
    assert whole(cache)


def test_guards_are_bounded_by_what_names_them(clock: Clock) -> None:
    cache = MemoryCache(max_entries=10, clock=clock)
    live = Hold(("live",))
    for number in range(10_000):
        if number == 9_000:
            cache.hold(live)
        fill(cache, f"k{number}", ("shop", f"g{number}"))
        begin(cache, f"dead {number}", ("shop", f"d{number}"))
        cache.hold(Hold((f"h{number}",)))
        clock.now += 1
    assert cache.stats()["entries"] == 10
    assert int(cache.stats()["guards"]) + len(cache._claims) < 1100
    assert [state(cache, f"k{n}", ("shop", f"g{n}")) for n in range(9990, 10_000)] == [
        State.HIT
    ] * 10
    assert whole(cache)


def test_neither_a_live_hold_nor_a_computation_makes_room(clock: Clock) -> None:
    cache = MemoryCache(max_entries=10, clock=clock)
    cache.hold(Hold(("live",)))
    begun = begin(cache, "slow", ("slow",))
    for number in range(3_000):
        fill(cache, f"k{number}", (f"g{number}",))
    assert int(cache.stats()["guards"]) < 1100
    assert begin(cache, "held", ("live",)).state is State.HELD
    cache.store("slow", ("slow",), begun, b"body", 60)
    assert state(cache, "slow", ("slow",)) is State.HIT


def test_clear_forgets_everything_but_holds(cache: MemoryCache) -> None:
    fill(cache)
    begun = begin(cache, "other")
    cache.hold(Hold(("held",)))
    cache.clear()
    assert cache.stats() == {"entries": 0, "guards": 1, "held": 1, "bytes": 0, "evicted": 0}
    assert begin(cache, "third", ("held",)).state is State.HELD
    cache.store("other", GUARDS, begun, b"old", 60)
    assert state(cache, "other") is State.MISS
    assert begin(cache, "other").state is State.MISS


def test_the_coroutines_do_the_same(cache: MemoryCache) -> None:
    async def run() -> Iterator[State]:
        aio = cache.aio
        hold = Hold(GUARDS)
        await aio.hold(hold)
        held = await aio.begin(KEY, await aio.read(KEY, GUARDS), GUARDS)
        await aio.release(hold)
        first = await aio.begin(KEY, await aio.read(KEY, GUARDS), GUARDS)
        await aio.abandon(KEY, first, alone=False)
        again = await aio.begin(KEY, await aio.read(KEY, GUARDS), GUARDS)
        await aio.store(KEY, GUARDS, again, b"body", 60)
        hit = await aio.read(KEY, GUARDS)
        await aio.purge(["shop"])
        purged = await aio.read(KEY, GUARDS)
        await aio.renew(hold)
        assert (await aio.stats())["entries"] == 0
        await aio.clear()
        await aio.close()
        return iter([held.state, first.state, again.state, hit.state, purged.state])

    assert list(asyncio.run(run())) == [
        State.HELD,
        State.MISS,
        State.MISS,
        State.HIT,
        State.MISS,
    ]


class Shop:
    """A database of a few cells, and what its readers and mutations do through a cache."""

    CELLS = 4

    def __init__(self) -> None:
        self.cache = MemoryCache(max_entries=3)
        self.database, self.acknowledged = [0] * self.CELLS, [0] * self.CELLS
        self.rows = [threading.Lock() for _ in range(self.CELLS)]
        self.failures: list[str] = []

    def read(self, cell: int) -> None:
        key, guards = f"e{cell}", ("all", f"cell {cell}")
        least = self.acknowledged[cell]
        found = self.cache.read(key, guards)
        if found.state is State.HIT:
            if int(found.payload) < least:
                self.failures.append(f"cell {cell}: {found.payload!r} after {least}")
            return
        begun = self.cache.begin(key, found, guards)
        version = self.database[cell]
        if begun.state is State.MISS:
            self.cache.store(key, guards, begun, b"%d" % version, 60)

    def mutate(self, cell: int, guard: str) -> None:
        hold = Hold((guard,))
        with self.rows[cell]:
            self.cache.hold(hold)
            self.database[cell] += 1
            version = self.database[cell]
        self.cache.renew(hold)
        with self.rows[cell]:
            self.acknowledged[cell] = max(self.acknowledged[cell], version)

    def work(self, draw: random.Random, steps: int, *, mutates: bool) -> None:
        for _ in range(steps):
            cell = draw.randrange(self.CELLS)
            if mutates:
                self.mutate(cell, "all" if draw.random() < 0.1 else f"cell {cell}")
            else:
                self.read(cell)


@pytest.mark.parametrize("seed", range(3))
def test_threads_see_no_old_data(seed: int) -> None:
    """Readers and mutations without order: the promise, and a cache that is whole at the end."""
    shop = Shop()
    threads = [
        threading.Thread(
            target=shop.work,
            args=(random.Random(f"{seed} {number}"), 2000),  # noqa: S311
            kwargs={"mutates": number < 2},
        )
        for number in range(6)
    ]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not shop.failures
    assert whole(shop.cache)
    assert shop.cache.stats()["held"] == 0
