"""What fills Redis as each contender does, many entries at a time, and purges them one by one.

Entries are written as the contender's own code writes them, with keys of the same lengths, through
a pipeline: a million round trips would take longer than all that is measured.
"""

from __future__ import annotations

import json
import pickle
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any, ClassVar

import redis
from cacheops import invalidate_model, invalidate_obj
from cacheops.redis import load_script, redis_client
from django.core.cache import caches

from mizan.cache import RedisCache
from mizan.cache.redis_plan import guard_key, guard_ms, ms
from mizan.cache.redis_wire import pack
from origin.models import Item
from origin.site import PATIENCE

LIFE = 900
AT_ONCE = 2000
PROBE = 5
Command = tuple[Any, ...]


class Store(ABC):
    """A contender on the redis-server `server`."""

    name: ClassVar[str]

    def __init__(self, server: Any) -> None:
        self.client = redis.Redis.from_url(server.url, protocol=2, socket_timeout=PATIENCE)

    def fill(self, count: int, payload: bytes) -> None:
        """Store entries 0 to `count` - 1."""
        commands = chain.from_iterable(self.commands(number, payload) for number in range(count))
        connection = self.client.connection_pool.get_connection()
        for some in batched(commands, AT_ONCE):
            connection.send_packed_command([pack(some)])
            for _ in some:
                connection.read_response()
        self.client.connection_pool.release(connection)

    @abstractmethod
    def commands(self, number: int, payload: bytes) -> Iterable[Command]:
        """Return what stores an entry."""

    @abstractmethod
    def purge(self) -> None:
        """Make every entry stale."""

    @abstractmethod
    def purge_one(self) -> None:
        """Make what depends on one row stale."""

    @abstractmethod
    def has(self, number: int) -> bool:
        """Whether an entry is still good."""


class OfMizan(Store):
    """An entry has two guards: one of its own, one of the whole context."""

    name = "mizan"

    def __init__(self, server: Any) -> None:
        super().__init__(server)
        self.cache = RedisCache(server.url, timeout=60)

    def commands(self, number: int, payload: bytes) -> Iterable[Command]:
        broad, own = self._guards(number)
        stamps = b"b" * 16, b"%016d" % number
        life = guard_ms(self.cache.limits)
        entry = b"%c%b%c%b" % (2, b"".join(stamps), 0, payload)  # it has no head
        if number == 0:
            yield "SET", guard_key(broad), stamps[0], "PX", life
        yield "SET", guard_key(own), stamps[1], "PX", life
        yield "SET", self._key(number), entry, "PX", ms(LIFE)

    def purge(self) -> None:
        self.cache.purge(self._guards(PROBE)[:1])

    def purge_one(self) -> None:
        self.cache.purge(self._guards(PROBE)[1:])

    def has(self, number: int) -> bool:
        return self.cache.read(self._key(number), self._guards(number)).payload != b""

    def _guards(self, number: int) -> tuple[str, str]:
        return "item", f"h-{number:026}"

    def _key(self, number: int) -> str:
        return f"mizan:1:e:item:{number:064x}"


class OfDjangoRedis(Store):
    """Entries as `cache.set` writes them, and `delete_pattern`, in steps as its README advises."""

    name = "django-redis"

    def __init__(self, server: Any) -> None:
        super().__init__(server)
        self.cache: Any = caches["django-redis"]

    def commands(self, number: int, payload: bytes) -> Iterable[Command]:
        key = self.cache.make_key(f"item:{number}")
        yield "SET", str(key), pickle.dumps(payload, pickle.DEFAULT_PROTOCOL), "PX", ms(LIFE)

    def purge(self) -> None:
        self.cache.delete_pattern("item:*", itersize=100_000)

    def purge_one(self) -> None:
        self.cache.delete(f"item:{PROBE}")

    def has(self, number: int) -> bool:
        return self.cache.get(f"item:{number}") is not None


class OfTags(Store):
    """By hand: a set of keys for what all entries depend on, and one for each row."""

    name = "tag sets"

    def commands(self, number: int, payload: bytes) -> Iterable[Command]:
        key = f"page:{number}"
        yield "SET", key, payload, "PX", ms(LIFE)
        yield "SADD", "tag:item", key
        yield "SADD", f"tag:item:{number}", key

    def purge(self) -> None:
        self._drop("tag:item")

    def purge_one(self) -> None:
        self._drop(f"tag:item:{PROBE}")

    def has(self, number: int) -> bool:
        return bool(self.client.exists(f"page:{number}"))

    def _drop(self, tag: str) -> None:
        for keys in batched(self.client.smembers(tag), AT_ONCE):
            self.client.delete(*keys)
        self.client.delete(tag)


class OfCacheops(Store):
    """The rows of `Item.objects.filter(pk=…)`, stored by cacheops's own script."""

    name = "cacheops"

    def __init__(self, server: Any) -> None:
        super().__init__(server)
        load_script("cache_thing")(keys=["", "x", ""], args=[b"", "{}", 1])  # the server learns it
        self.sha = load_script("cache_thing").sha

    def commands(self, number: int, payload: bytes) -> Iterable[Command]:
        rows = [Item(pk=number, name=payload.decode())]
        depends = json.dumps({Item._meta.db_table: [{"id": number}]})
        yield (
            *("EVALSHA", self.sha, 3, "", self._key(number), ""),
            *(pickle.dumps(rows, pickle.HIGHEST_PROTOCOL), depends, LIFE),
        )

    def purge(self) -> None:
        invalidate_model(Item)

    def purge_one(self) -> None:
        invalidate_obj(Item(pk=PROBE, name="x"))

    def has(self, number: int) -> bool:
        return bool(redis_client.exists(self._key(number)))

    def _key(self, number: int) -> str:
        return f"q:{number:032x}"


def batched(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Yield the items, `size` at a time."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


STORES: list[type[Store]] = [OfMizan, OfDjangoRedis, OfTags, OfCacheops]
