"""The cache on real servers that forget, freeze, die, are replaced, and hang up."""

import asyncio
import gc
import logging
import secrets
import threading
from collections.abc import Callable, Iterator

import pytest
from servers import HOST, Cluster, Proxy, SentinelSet, Server, free_ports, wait_for

from mizan.cache.base import Begun, CacheUnavailable, Found, Hold, Limits, State
from mizan.cache.redis import RedisCache
from mizan.cache.redis_wire import Address, Batch

pytestmark = pytest.mark.server

KEY = "mizan:1:e:shop:00"
GUARDS = ("shop", "h-one")
LONG = 10.0


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def proxy(redis_server: Server) -> Iterator[Proxy]:
    with Proxy(redis_server.port) as proxy:
        yield proxy


@pytest.fixture
def make() -> Iterator[Callable[..., RedisCache]]:
    made = []

    def make(servers: Server | Proxy | Cluster | SentinelSet, **options: object) -> RedisCache:
        cache = RedisCache(servers.url, **{"timeout": LONG, **options})  # type: ignore[arg-type]
        made.append(cache)
        return cache

    yield make
    for cache in made:
        cache.close()


Make = Callable[..., RedisCache]


def put(cache: RedisCache, payload: bytes = b"{}", key: str = KEY) -> Begun:
    begun = cache.begin(key, cache.read(key, GUARDS), GUARDS)
    assert begun.state is State.MISS
    assert cache.store(key, GUARDS, begun, payload, 60) is True
    return begun


# What it costs


def steps(cache: RedisCache) -> dict[str, Callable[[], object]]:
    """Return every step, ready to be done, with what it needs."""
    begun = Begun(State.MISS, b"s" * 32, b"i" * 16)
    hold = Hold(GUARDS)
    return {
        "read": lambda: cache.read(KEY, GUARDS),
        "begin": lambda: cache.begin(KEY, Found(State.MISS), GUARDS),
        "store": lambda: cache.store(KEY, GUARDS, begun, b"{}", 60),
        "abandon": lambda: cache.abandon(KEY, begun, False),
        "hold": lambda: cache.hold(hold),
        "renew": lambda: cache.renew(hold),
        "release": lambda: cache.release(hold),
        "purge": lambda: cache.purge(GUARDS),
    }


@pytest.mark.parametrize(
    "name", ["read", "begin", "store", "abandon", "hold", "renew", "release", "purge"]
)
def test_each_step_is_one_round_trip(proxy: Proxy, make: Make, name: str) -> None:
    cache = make(proxy)
    for step in steps(cache).values():  # connects, and loads the scripts
        step()
    cache.clear()
    proxy.round_trips = 0
    steps(cache)[name]()
    assert proxy.round_trips == 1


def test_a_hit_is_one_command(redis_server: Server, make: Make) -> None:
    cache = make(redis_server)
    put(cache)
    redis_server.reset_calls()
    assert cache.read(KEY, GUARDS).state is State.HIT
    assert redis_server.calls() == {"mget": 1}


def test_a_mutation_is_two_round_trips_of_a_script_for_each_guard(
    redis_server: Server, proxy: Proxy, make: Make
) -> None:
    cache = make(proxy)
    cache.purge(GUARDS)
    proxy.round_trips = 0
    redis_server.reset_calls()
    cache.hold(hold := Hold(GUARDS))
    cache.renew(hold)
    assert proxy.round_trips == 2
    assert redis_server.calls()["evalsha"] == 2 * len(GUARDS)


def test_a_purge_costs_the_same_however_many_entries_die(redis_server: Server, make: Make) -> None:
    cache = make(redis_server)
    cache.purge(GUARDS)
    calls = []
    for number in (1, 1000):
        for n in range(number):
            put(cache, key=f"mizan:1:e:shop:{number}-{n}")
        redis_server.reset_calls()
        cache.purge(["shop"])
        calls.append(redis_server.calls())
        assert cache.read(f"mizan:1:e:shop:{number}-0", GUARDS).state is State.MISS
    assert calls[0] == calls[1]
    assert sum(calls[0].values()) == 4  # the script, and its GET, SET and TIME


def test_nothing_lives_forever(redis_server: Server, make: Make) -> None:
    cache = make(redis_server, limits=Limits(ttl=100, hold=20, compute=5, lag=3))
    begun = put(cache)
    cache.hold(Hold(("cart",)))
    cache.begin("mizan:1:e:shop:01", Found(State.MISS, b"", (b"s" * 16,) * 2), GUARDS)
    left = {key.decode(): redis_server.client.ttl(key) for key in redis_server.client.scan_iter()}
    assert begun.state is State.MISS
    assert left == {
        KEY: pytest.approx(60, abs=2),
        "mizan:1:g:shop": pytest.approx(123, abs=2),
        "mizan:1:g:h-one": pytest.approx(123, abs=2),
        "mizan:1:g:cart": pytest.approx(123, abs=2),
        "mizan:1:c:shop:01": pytest.approx(5, abs=2),
    }


def test_a_guard_lives_on_while_entries_are_stored_under_it(
    redis_server: Server, make: Make
) -> None:
    cache = make(redis_server, limits=Limits(ttl=100, hold=20))
    put(cache)
    redis_server.client.expire("mizan:1:g:shop", 2)
    put(cache, key="mizan:1:e:shop:01")
    assert redis_server.client.ttl("mizan:1:g:shop") > 100
    redis_server.client.expire("mizan:1:g:shop", 90)
    cache.hold(hold := Hold(("shop",)))
    cache.release(hold)
    assert redis_server.client.ttl("mizan:1:g:shop") > 100


def test_after_a_renewal_readers_of_replicas_are_given_time(
    redis_server: Server, make: Make
) -> None:
    cache = make(redis_server, limits=Limits(lag=3600))
    cache.hold(hold := Hold(GUARDS))
    cache.renew(hold)
    cache.renew(hold)
    assert cache.begin(KEY, cache.read(KEY, GUARDS), GUARDS).state is State.HELD
    value = redis_server.client.get("mizan:1:g:shop")
    assert value is not None
    assert len(value) == 16 + 31
    redis_server.expire(hold.id)
    put(cache)


# What servers do


def test_scripts_are_sent_once_and_again_after_they_were_forgotten(
    redis_server: Server, make: Make
) -> None:
    cache = make(redis_server)
    for forget in (lambda: None, redis_server.client.script_flush, redis_server.restart):
        forget()
        redis_server.reset_calls()
        cache.purge(GUARDS)
        cache.purge(GUARDS)
        calls = redis_server.calls()
        assert calls["eval"] == len(GUARDS)
        assert calls["evalsha"] == 2 * len(GUARDS)


def test_each_script_comes_back_after_it_was_forgotten(redis_server: Server, make: Make) -> None:
    cache = make(redis_server)
    begun = put(cache)
    hold = Hold(GUARDS)
    for step in (
        lambda: cache.begin("mizan:1:e:shop:01", Found(State.MISS), GUARDS),
        lambda: cache.store(KEY, GUARDS, begun, b"{}", 60),
        lambda: cache.abandon(KEY, begun, True),
        lambda: cache.hold(hold),
        lambda: cache.release(hold),
        lambda: cache.renew(hold),
        cache.clear,
    ):
        redis_server.client.script_flush()
        step()
    put(cache)


def test_a_server_that_restarts_is_found_again_at_once(redis_server: Server, make: Make) -> None:
    cache = make(redis_server)
    put(cache)
    redis_server.restart()
    assert cache.read(KEY, GUARDS).state is State.MISS
    put(cache)


def test_a_server_that_answers_nothing_costs_a_time_out_and_then_nothing(
    redis_server: Server, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "mizan.cache")
    clock, recovered = Clock(), []
    cache = make(redis_server, timeout=0.1, clock=clock)
    cache.on_recovered.append(lambda: recovered.append(True))
    put(cache)
    redis_server.freeze()
    for _ in range(3):
        with pytest.raises(CacheUnavailable, match=r"no answer within 0\.1 s"):
            cache.read(KEY, GUARDS)
    for _ in range(100):  # ten seconds, if each of them waited
        with pytest.raises(CacheUnavailable, match="failed 3 times in a row"):
            cache.purge(GUARDS)
    redis_server.thaw()
    with pytest.raises(CacheUnavailable, match="failed 3 times in a row"):
        cache.read(KEY, GUARDS)
    clock.now += 1
    wait_for("an answer", redis_server.client.ping)
    assert cache.read(KEY, GUARDS).state is State.HIT
    assert recovered == [True]
    assert [record.getMessage().split(":")[0] for record in caplog.records] == [
        "cache.unavailable",
        "cache.recovered",
    ]


def test_no_server_is_told_as_unavailable() -> None:
    (port,) = free_ports(1)
    cache = RedisCache(f"redis://:secret@{HOST}:{port}/0")
    for step in (*steps(cache).values(), cache.clear, cache.stats):
        with pytest.raises(CacheUnavailable) as caught:
            step()
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["read", "begin", "store", "hold", "renew", "release", "purge"])
def test_a_connection_cut_in_the_middle_of_a_reply_is_made_anew(
    proxy: Proxy, make: Make, name: str
) -> None:
    cache = make(proxy)
    for step in steps(cache).values():
        step()
    for cut in (0, 1, 3, 7):
        proxy.cut_after = cut
        steps(cache)[name]()
        assert proxy.cut_after is None, "the step did not read so much"
    begun = cache.begin("mizan:1:e:cart:01", Found(State.MISS), ("cart",))
    assert cache.store("mizan:1:e:cart:01", ("cart",), begun, b"{}", 60) is True


def test_a_connection_that_was_just_made_and_is_cut_is_a_failure(proxy: Proxy, make: Make) -> None:
    cache = make(proxy)
    proxy.cut_after = 0
    with pytest.raises(CacheUnavailable):
        cache.read(KEY, GUARDS)
    assert cache.read(KEY, GUARDS).state is State.MISS


def test_a_purge_that_is_done_twice_draws_another_stamp(
    redis_server: Server, proxy: Proxy, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the second time would bring back what was made stale after the first."""
    cache = make(proxy)
    cache.purge(["shop"])
    drawn: list[bytes] = []
    draw = secrets.token_bytes
    monkeypatch.setattr(secrets, "token_bytes", lambda n: drawn.append(draw(n)) or drawn[-1])
    proxy.cut_after = 0
    cache.purge(["shop"])
    assert len(set(drawn)) == 2
    assert redis_server.client.get("mizan:1:g:shop") == drawn[1]


def test_what_a_server_refuses_is_unavailable_and_leaves_the_connection_good(
    redis_server: Server, make: Make
) -> None:
    cache = make(redis_server)
    put(cache)
    redis_server.client.delete("mizan:1:g:shop")
    redis_server.client.lpush("mizan:1:g:shop", "x")
    for _ in range(5):  # not a reason to stop asking
        with pytest.raises(CacheUnavailable, match="Redis refused EVALSHA"):
            cache.purge(["shop"])
    assert cache.read("mizan:1:e:shop:02", ["h-one"]).state is State.MISS


def test_a_full_server_refuses_to_store_and_still_purges(make: Make) -> None:
    with Server() as server:
        cache = make(server)
        put(cache)
        server.client.config_set("maxmemory", 1)
        begun = Begun(State.MISS, b"s" * 32, b"i" * 16)
        with pytest.raises(CacheUnavailable, match="Redis refused SET"):
            cache.store(KEY, GUARDS, begun, b"{}", 60)
        assert cache.read(KEY, GUARDS).state is State.HIT
        server.client.config_set("maxmemory", 0)
        cache.purge(GUARDS)
        assert cache.read(KEY, GUARDS).state is State.MISS
        cache.close()


def test_a_server_turned_replica_is_left(redis_server: Server, make: Make) -> None:
    cache = make(redis_server)
    cache.purge(GUARDS)
    redis_server.client.replicaof(HOST, free_ports(1)[0])
    try:
        with pytest.raises(CacheUnavailable, match=r"READONLY|read only"):
            cache.purge(GUARDS)
        assert not cache._client.sender._idle
    finally:
        redis_server.client.replicaof("NO", "ONE")
    put(cache)


def test_a_password_is_used_and_never_shown() -> None:
    with Server(requirepass="s3cret") as server:
        cache = RedisCache(server.url, timeout=LONG)
        put(cache)
        assert "s3cret" not in f"{cache!r} {cache.aio!r} {cache.stats()}"
        cache.close()
        for wrong in ("redis://:wr0ng@", "redis://who:wr0ng@", "redis://"):
            other = RedisCache(f"{wrong}{HOST}:{server.port}/0", timeout=LONG)
            with pytest.raises(CacheUnavailable) as caught:
                other.read(KEY, GUARDS)
            assert "wr0ng" not in f"{caught.value!r} {other!r}"
            assert caught.value.__cause__ is None


# Event loops and threads


def test_one_cache_serves_threads_and_event_loops_at_once(redis_server: Server, make: Make) -> None:
    cache = make(redis_server)
    put(cache, b"it")
    seen: list[bytes] = []

    async def reader() -> None:
        for _ in range(30):
            found = await asyncio.gather(*(cache.aio.read(KEY, GUARDS) for _ in range(5)))
            seen.extend(each.payload for each in found)

    def sync_reader() -> None:
        seen.extend(cache.read(KEY, GUARDS).payload for _ in range(150))

    runs = [sync_reader, lambda: asyncio.run(reader())] * 2
    threads = [threading.Thread(target=run) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [b"it"] * 600
    gc.collect()


def test_coroutines_fail_and_recover_like_methods(redis_server: Server, make: Make) -> None:
    clock = Clock()
    cache = make(redis_server, timeout=0.2, clock=clock)

    async def main() -> None:
        aio = cache.aio
        found = await aio.read(KEY, GUARDS)
        begun = await aio.begin(KEY, found, GUARDS)
        redis_server.freeze()
        for _ in range(3):
            with pytest.raises(CacheUnavailable, match=r"no answer within 0\.2 s"):
                await aio.store(KEY, GUARDS, begun, b"{}", 60)
        with pytest.raises(CacheUnavailable, match="failed 3 times in a row"):
            await aio.purge(GUARDS)
        redis_server.thaw()
        wait_for("an answer", redis_server.client.ping)
        clock.now += 1
        await aio.purge(GUARDS)
        redis_server.restart()
        await aio.purge(GUARDS)
        redis_server.client.replicaof(HOST, free_ports(1)[0])
        with pytest.raises(CacheUnavailable, match=r"READONLY|read only"):
            await aio.purge(GUARDS)
        redis_server.client.replicaof("NO", "ONE")
        assert (await aio.ask("PING")).popitem()[1] == b"PONG"
        await aio.close()

    asyncio.run(main())
    gc.collect()


# Sentinel


@pytest.mark.parametrize("coroutines", [False, True])
def test_a_fail_over_is_followed(redis_sentinel: SentinelSet, make: Make, coroutines: bool) -> None:
    cache = make(redis_sentinel, timeout=2.0)
    runner = asyncio.Runner()

    def do(name: str, *args: object) -> object:
        method = getattr(cache.aio if coroutines else cache, name)
        return runner.run(method(*args)) if coroutines else method(*args)

    def works() -> bool:
        try:
            do("purge", GUARDS)
        except CacheUnavailable:
            return False
        return True

    with runner:
        do("purge", ["shop"])
        do("hold", Hold(("cart",)))
        redis_sentinel.primary.client.wait(1, 5000)
        redis_sentinel.fail_over()
        wait_for("a new primary that is used", works)
        assert redis_sentinel.primary.client.exists("mizan:1:g:shop")
        found = do("read", KEY, ("cart",))
        begun = do("begin", KEY, found, ("cart",))
        assert isinstance(begun, Begun)
        assert begun.state is State.HELD  # what was replicated still holds
        redis_sentinel.sentinels[0].kill()
        do("purge", GUARDS)
        do("close")


# Cluster


class Load:
    """A thread that reads, computes what it misses, and purges if it is told to."""

    def __init__(self, cache: RedisCache, *, purges: bool) -> None:
        self.done = 0
        self._stop = False
        self._errors: list[CacheUnavailable] = []
        self._cache, self._purges = cache, purges
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def work(self) -> None:
        """Wait until it has worked for a while."""
        since = self.done
        wait_for("work that is done", lambda: self.done > since + 10)

    def end(self) -> list[CacheUnavailable]:
        """Stop it and return what it was refused."""
        self._stop = True
        self._thread.join()
        return self._errors

    def _run(self) -> None:
        while not self._stop:
            try:
                self._once()
            except CacheUnavailable as error:
                self._errors.append(error)
            self.done += 1

    def _once(self) -> None:
        found = self._cache.read(KEY, GUARDS)
        if found.state is State.MISS:
            begun = self._cache.begin(KEY, found, GUARDS)
            if begun.state is State.MISS:
                self._cache.store(KEY, GUARDS, begun, b"{}", 60)
        if self._purges:
            self._cache.purge(GUARDS)


def test_a_slot_that_moves_under_load_loses_nothing(redis_cluster: Cluster, make: Make) -> None:
    loads = [Load(make(redis_cluster), purges=n == 0) for n in range(3)]
    for key in (KEY, *(f"mizan:1:g:{guard}" for guard in GUARDS)):
        source = redis_cluster.owner(key)
        target = next(node for node in redis_cluster.nodes if node is not source)
        redis_cluster.open_migration(key, target)
        redis_cluster.move_keys(key, source, target)
        loads[0].work()
        redis_cluster.close_migration(key, target)
        loads[1].work()
        redis_cluster.migrate(key, source)
    assert [load.end() for load in loads] == [[], [], []]
    cache = make(redis_cluster)
    cache.purge(GUARDS)
    assert cache.read(KEY, GUARDS).state is State.MISS


def test_a_stopped_node_fails_alone_and_comes_back(redis_cluster: Cluster, make: Make) -> None:
    clock = Clock()
    cache = make(redis_cluster, clock=clock)
    tags = [f"guard-{n}" for n in range(40)]
    cache.purge(tags)
    dead = redis_cluster.nodes[0]
    lost = [tag for tag in tags if redis_cluster.owner(f"mizan:1:g:{tag}") is dead]
    kept = [tag for tag in tags if tag not in lost]
    assert lost
    assert kept
    dead.kill()
    for _ in range(5):
        with pytest.raises(CacheUnavailable, match=str(dead.port)):
            cache.purge(lost[:1])
        cache.purge(kept)  # and others go on
    with pytest.raises(CacheUnavailable, match="times in a row"):
        cache.purge(tags)
    dead.start()
    redis_cluster.wait()
    clock.now += 8
    cache.purge(tags)
    assert [*cache.ask("DBSIZE").values()] != [0, 0, 0]


def test_idle_connections_to_every_node_may_be_gone(redis_cluster: Cluster, make: Make) -> None:
    cache = make(redis_cluster)
    tags = [f"guard-{n}" for n in range(40)]
    cache.purge(tags)
    for node in redis_cluster.nodes:  # as if two threads had been at it
        cache._client.sender.exchange([Batch(Address(HOST, node.port), [(b"PING",)])], fresh=True)
    for node in redis_cluster.nodes:
        node.client.execute_command("CLIENT KILL", "TYPE", "normal", "SKIPME", "yes")
    cache.purge(tags)


def test_a_cluster_is_found_by_any_living_seed(redis_cluster: Cluster) -> None:
    (dead,) = free_ports(1)
    url = f"redis+cluster://{HOST}:{dead},{HOST}:{redis_cluster.nodes[1].port}"
    cache = RedisCache(url, timeout=LONG)
    put(cache)
    cache.close()
