"""What every backend does alike, with its methods and with its coroutines, step by step."""

from collections.abc import Iterator

import pytest
from promise.stores import MemoryStore, Store
from redis_store import RedisStore

from mizan.cache.base import STAMP_BYTES, Begun, Cache, Hold, State

KEY = "mizan:1:e:shop:00"
GUARDS = ("shop", "h-one")
HOUR = 3600.0


def server_case(fixture: str, *, coroutines: bool) -> object:
    name = f"{fixture}, coroutines" if coroutines else fixture
    return pytest.param((fixture, coroutines), id=name, marks=pytest.mark.server)


@pytest.fixture(
    params=[
        pytest.param((None, False), id="memory"),
        pytest.param((None, True), id="memory, coroutines"),
        server_case("redis_server", coroutines=False),
        server_case("redis_server", coroutines=True),
        server_case("redis_cluster", coroutines=False),
        server_case("redis_cluster", coroutines=True),
    ]
)
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    fixture, coroutines = request.param
    store: Store
    if fixture is None:
        store = MemoryStore(coroutines=coroutines)
    else:
        store = RedisStore(request.getfixturevalue(fixture), coroutines=coroutines)
    yield store
    store.close()


@pytest.fixture
def cache(store: Store) -> Cache:
    return store.cache


def begin(cache: Cache, key: str = KEY, guards: tuple[str, ...] = GUARDS) -> Begun:
    found = cache.read(key, guards)
    assert found.state is State.MISS
    return cache.begin(key, found, guards)


def put(
    cache: Cache,
    payload: bytes = b"{}",
    key: str = KEY,
    guards: tuple[str, ...] = GUARDS,
    head: bytes = b"",
) -> None:
    begun = begin(cache, key, guards)
    assert begun.state is State.MISS
    assert cache.store(key, guards, begun, payload, HOUR, head) is True


@pytest.mark.parametrize("head", [b"", b"\0\xff", b"h" * 255])
@pytest.mark.parametrize("payload", [b"", b"{}", b"\r\n\0\xff" * 3, b"x" * 3_000_000])
def test_what_was_stored_is_found(cache: Cache, payload: bytes, head: bytes) -> None:
    put(cache, payload, head=head)
    found = cache.read(KEY, GUARDS)
    assert (found.state, found.payload, found.head) == (State.HIT, payload, head)


@pytest.mark.parametrize("number", [0, 1, 2, 8])
def test_an_entry_may_have_up_to_eight_guards(cache: Cache, number: int) -> None:
    guards = tuple(f"guard-{n}" for n in range(number))
    put(cache, b"it", guards=guards)
    assert cache.read(KEY, guards).payload == b"it"
    for guard in guards:
        cache.purge([guard])
        put(cache, b"it", guards=guards)


def test_a_new_key_is_a_miss_and_its_computation_is_claimed(cache: Cache) -> None:
    begun = begin(cache)
    assert begun.state is State.MISS
    assert len(begun.stamps) == 2 * STAMP_BYTES
    assert begin(cache).state is State.BUSY
    assert begin(cache, "mizan:1:e:shop:01").state is State.MISS


def test_what_was_stored_since_a_miss_is_not_computed_again(cache: Cache) -> None:
    found = cache.read(KEY, GUARDS)
    put(cache)
    assert cache.begin(KEY, found, GUARDS).state is State.BUSY
    assert cache.read(KEY, GUARDS).state is State.HIT
    cache.purge(GUARDS[:1])
    assert begin(cache).state is State.MISS  # nobody was left with the claim


def test_stamps_are_random_and_last(cache: Cache) -> None:
    first, other = begin(cache), begin(cache, "mizan:1:e:shop:01")
    assert first.stamps == other.stamps
    assert first.stamps[:STAMP_BYTES] != first.stamps[STAMP_BYTES:]
    assert cache.read(KEY, GUARDS).stamps == (
        first.stamps[:STAMP_BYTES],
        first.stamps[STAMP_BYTES:],
    )


@pytest.mark.parametrize("purged", GUARDS)
def test_a_purge_of_any_guard_ends_an_entry(cache: Cache, purged: str) -> None:
    put(cache)
    cache.purge([purged])
    assert cache.read(KEY, GUARDS).state is State.MISS
    put(cache, b"new")
    assert cache.read(KEY, GUARDS).payload == b"new"


def test_a_purge_of_other_guards_leaves_an_entry(cache: Cache) -> None:
    put(cache)
    cache.purge(["h-two", "cart"])
    assert cache.read(KEY, GUARDS).state is State.HIT


def test_nothing_happens_to_no_guards(cache: Cache) -> None:
    put(cache)
    cache.purge([])
    cache.hold(hold := Hold(()))
    cache.renew(hold)
    cache.release(hold)
    assert cache.read(KEY, GUARDS).state is State.HIT


def test_what_began_before_a_purge_is_dead_when_it_is_stored(cache: Cache) -> None:
    begun = begin(cache)
    cache.purge(["shop"])
    assert cache.store(KEY, GUARDS, begun, b"old", HOUR) is False
    assert cache.read(KEY, GUARDS).state is State.MISS


def test_a_hold_ends_entries_and_lets_none_be_stored(cache: Cache) -> None:
    put(cache)
    cache.hold(hold := Hold(("shop",)))
    assert cache.read(KEY, GUARDS).state is State.MISS
    assert begin(cache).state is State.HELD
    cache.renew(hold)
    assert cache.read(KEY, GUARDS).state is State.MISS
    assert begin(cache).state is State.MISS  # the claim of the held reader was given back


def test_what_began_before_a_hold_is_dead_when_it_is_stored(cache: Cache) -> None:
    begun = begin(cache)
    cache.hold(hold := Hold(("h-one",)))
    assert cache.store(KEY, GUARDS, begun, b"old", HOUR) is False
    assert cache.read(KEY, GUARDS).state is State.MISS
    cache.release(hold)
    assert cache.read(KEY, GUARDS).state is State.MISS


def test_to_do_it_twice_is_to_do_it_once(cache: Cache) -> None:
    hold = Hold(GUARDS)
    cache.hold(hold)
    cache.hold(hold)
    assert begin(cache).state is State.HELD
    cache.release(hold)
    cache.release(hold)
    put(cache)
    cache.renew(hold)
    assert cache.read(KEY, GUARDS).state is State.MISS


def test_each_hold_is_its_own(cache: Cache) -> None:
    one, two = Hold(("shop",)), Hold(("shop", "cart"))
    cache.hold(one)
    cache.hold(two)
    cache.renew(one)
    assert begin(cache).state is State.HELD
    cache.purge(["shop"])
    assert begin(cache).state is State.HELD
    cache.release(two)
    assert begin(cache).state is State.MISS


def test_a_hold_that_expires_frees_its_guards_only(store: Store) -> None:
    cache = store.cache
    dead, alive = Hold(("shop",)), Hold(("h-one",))
    cache.hold(dead)
    cache.hold(alive)
    store.expire(dead)
    assert begin(cache).state is State.HELD
    cache.renew(alive)
    put(cache)
    assert cache.read(KEY, GUARDS).state is State.HIT


def test_a_dead_holder_does_not_block_beyond_its_deadline_among_live_ones(store: Store) -> None:
    cache = store.cache
    cache.hold(dead := Hold(("shop",)))
    for _ in range(3):
        cache.hold(alive := Hold(("shop",)))
        cache.renew(alive)
    assert begin(cache).state is State.HELD
    store.expire(dead)
    assert begin(cache).state is State.MISS


def test_a_claim_is_given_back(cache: Cache) -> None:
    begun = begin(cache)
    cache.abandon(KEY, begun, False)
    assert begin(cache).state is State.MISS


def test_a_claim_may_tell_others_to_compute_alone(cache: Cache) -> None:
    cache.abandon(KEY, begin(cache), True)
    assert begin(cache).state is State.ALONE


def test_only_who_claimed_gives_back(cache: Cache) -> None:
    begin(cache)
    other = Begun(State.MISS, b"\0" * 32, b"\0" * 16)
    cache.abandon(KEY, other, False)
    assert begin(cache).state is State.BUSY
    cache.store(KEY, GUARDS, other, b"{}", HOUR)
    assert begin(cache).state is State.BUSY


def test_a_worker_that_died_computing_is_not_waited_for_forever(store: Store) -> None:
    begin(store.cache)
    store.expire_claim(KEY)
    assert begin(store.cache).state is State.MISS


def test_a_guard_that_was_dropped_is_a_miss_and_set_afresh(store: Store) -> None:
    cache = store.cache
    put(cache)
    store.evict_guard("shop")
    found = cache.read(KEY, GUARDS)
    assert (found.state, found.stamps[0]) == (State.MISS, None)
    put(cache, b"new")
    assert cache.read(KEY, GUARDS).payload == b"new"


@pytest.mark.parametrize("way", ["flush", "restart"])
def test_a_store_that_lost_everything_begins_anew(store: Store, way: str) -> None:
    cache = store.cache
    put(cache)
    begun = begin(cache, "mizan:1:e:shop:01")
    getattr(store, way)()
    cache = store.cache
    assert cache.store("mizan:1:e:shop:01", GUARDS, begun, b"old", HOUR) is False
    assert cache.read("mizan:1:e:shop:01", GUARDS).state is State.MISS
    put(cache)
    assert cache.read(KEY, GUARDS).state is State.HIT


def test_clear_forgets_what_was_stored(cache: Cache) -> None:
    put(cache)
    begin(cache, "mizan:1:e:shop:01")
    assert cache.stats()["entries"] == 1
    cache.clear()
    assert cache.stats()["entries"] == 0
    assert cache.read(KEY, GUARDS).state is State.MISS
    assert begin(cache, "mizan:1:e:shop:01").state is State.MISS


def test_stats_count(cache: Cache) -> None:
    put(cache)
    put(cache, key="mizan:1:e:shop:01")
    stats = cache.stats()
    assert (stats["entries"], stats["guards"]) == (2, 2)
    assert float(stats["bytes"]) > 0


def test_an_entry_read_under_other_guards_is_a_miss(cache: Cache) -> None:
    """As after a deployment that gave a context other scope parameters."""
    put(cache)
    for guards in (("shop",), ("shop", "h-two"), ("h-one", "shop"), (*GUARDS, "h-two"), ()):
        found = cache.read(KEY, guards)
        assert found.state is State.MISS, guards
