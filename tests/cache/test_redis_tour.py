"""What visits every server."""

import pytest
from servers import HOST, Cluster, Server

from mizan.cache.base import CacheUnavailable, Found, Hold, State
from mizan.cache.redis import RedisCache

pytestmark = pytest.mark.server

GUARDS = ("shop",)


def fill(cache: RedisCache, number: int) -> None:
    for n in range(number):
        key = f"mizan:1:e:shop:{n:04}"
        begun = cache.begin(key, Found(State.MISS), GUARDS)
        cache.store(key, GUARDS, begun, b"{}", 60)


def make(servers: Server | Cluster) -> RedisCache:
    return RedisCache(servers.url, timeout=10)


def test_clear_visits_all_keys_and_leaves_those_of_others(redis_server: Server) -> None:
    redis_server.client.set("other", "1")
    cache = make(redis_server)
    fill(cache, 2500)
    assert cache.stats()["entries"] == 2500
    cache.clear()
    assert redis_server.client.keys() == [b"other"]
    cache.close()


def test_clear_leaves_guards_that_are_held(redis_server: Server) -> None:
    cache = make(redis_server)
    fill(cache, 1)
    cache.hold(hold := Hold(("shop",)))
    cache.clear()
    assert redis_server.client.keys() == [b"mizan:1:g:shop"]
    assert cache.begin("mizan:1:e:shop:00", Found(State.MISS), GUARDS).state is State.HELD
    redis_server.expire(hold.id)
    cache.clear()
    assert redis_server.client.keys() == []
    cache.close()


def test_a_cluster_is_visited_as_a_whole(redis_cluster: Cluster) -> None:
    cache = make(redis_cluster)
    fill(cache, 30)
    sizes = cache.ask("DBSIZE")
    assert sizes.keys() == {f"{HOST}:{node.port}" for node in redis_cluster.nodes}
    assert all(sizes.values())
    assert sum(sizes.values()) == 31
    assert (cache.stats()["entries"], cache.stats()["guards"]) == (30, 1)
    cache.clear()
    assert set(cache.ask("DBSIZE").values()) == {0}
    cache.close()


def test_bytes_are_what_the_servers_use(redis_server: Server) -> None:
    cache = make(redis_server)
    assert cache.stats()["bytes"] == pytest.approx(
        redis_server.client.info("memory")["used_memory"], rel=0.2
    )
    cache.close()


def test_a_question_that_is_refused_says_so(redis_server: Server) -> None:
    cache = make(redis_server)
    assert cache.ask("CONFIG", "GET", "port") == {
        f"{HOST}:{redis_server.port}": [b"port", b"%d" % redis_server.port]
    }
    with pytest.raises(CacheUnavailable, match=r"Redis refused NONSENSE: .*unknown command"):
        cache.ask("NONSENSE")
    cache.close()
