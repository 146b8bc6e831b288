"""What a Redis should be like to keep the origin cache, and what the real one is like.

What it finds is `ok`, `warn` (works, yet gives less than it could) or `bad` (must be changed).

Invariant: it asks and changes nothing but one guard of its own, which it purges.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from mizan.cache.base import CacheUnavailable, Hold
from mizan.cache.redis import RedisCache

OK, WARN, BAD = "ok", "warn", "bad"
PINGS = 100
_OLDEST = (6, 0)
_PROBE = "mizan.doctor"
_SLOW = 0.005  # seconds
_SKEW = 1.0  # seconds
_MIB = 1 << 20

Info = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `server` is empty where it is about all; `advice` says what to
    change."""

    level: str
    server: str
    what: str
    text: str
    advice: str = ""


Found = tuple[str, str, str]  # level, text, advice


def examine(
    cache: RedisCache,
    *,
    clock: Callable[[], float] = time.time,
    timer: Callable[[], float] = time.perf_counter,
) -> list[Finding]:
    """Look at every server that keeps entries. A server out of reach is a finding, no error.

    `clock` is that of this machine, in seconds since 1970; `timer` measures, in seconds.
    """
    try:
        return [*_servers(cache), *_all(cache, clock, timer)]
    except CacheUnavailable as error:
        advice = "Start it, or set URL, and the user's rights, in MIZAN_CACHE."
        return [Finding(BAD, "", "connection", f"{error}", advice)]


def _servers(cache: RedisCache) -> Iterator[Finding]:
    infos = {server: _info(text) for server, text in cache.ask("INFO").items()}
    saves = _saves(cache)
    for server, info in infos.items():
        known = {**info, "save": saves[server]} if server in saves else info
        for what, look in _LOOKS.items():
            found = look(known)
            if found:
                level, text, advice = found
                yield Finding(level, server, what, text, advice)


def _all(
    cache: RedisCache, clock: Callable[[], float], timer: Callable[[], float]
) -> Iterator[Finding]:
    yield Finding(*_scripts(cache))
    for server, (level, text, advice) in _clocks(cache, clock).items():
        yield Finding(level, server, "clock", text, advice)
    yield Finding(*_latency(cache, timer))


def _version(info: Info) -> Found:
    name = "Valkey" if "valkey_version" in info else "Redis"
    version = info.get("valkey_version") or info.get("redis_version", "?")
    digits = tuple(int(each) for each in version.split(".")[:2] if each.isdecimal())
    if name == "Redis" and digits < _OLDEST:
        return BAD, f"{name} {version}", "Use Redis 6 or later: older ones lack KEEPTTL."
    return OK, f"{name} {version}", ""


def _role(info: Info) -> Found:
    role, replicas = info.get("role", "?"), int(info.get("connected_slaves", 0))
    if role == "slave":
        return BAD, "a replica, which takes no writes", "Name the master, or Sentinels, in URL."
    if replicas:
        advice = (
            "A fail-over may lose what was written last, purges too: entries then live on for up "
            "to TTL. Set min-replicas-to-write and min-replicas-max-lag, or purge '*' after one."
        )
        return WARN, f"master, {replicas} replicas", advice
    return OK, "master, no replica", ""


def _memory(info: Info) -> Found:
    most, used = int(info.get("maxmemory", 0)), int(info.get("used_memory", 0))
    if not most:
        advice = "Set maxmemory, and maxmemory-policy allkeys-lru, before the machine has no more."
        return WARN, f"{used / _MIB:.1f} MiB used, no limit", advice
    return OK, f"{used / _MIB:.1f} of {most / _MIB:.1f} MiB used", ""


def _eviction(info: Info) -> Found:
    policy, most = info.get("maxmemory_policy", "?"), int(info.get("maxmemory", 0))
    gone = int(info.get("evicted_keys", 0))
    if policy == "noeviction":
        advice = (
            "Set maxmemory-policy to allkeys-lru, or to volatile-lru where others keep data "
            "there: when it is full, it refuses holds as well as entries."
        )
        return BAD if most else WARN, "noeviction", advice
    # Every key of ours has a life, so each volatile-… policy finds them all.
    return OK, f"{policy}, {gone} keys evicted", ""


def _persistence(info: Info) -> Found:
    append, snapshots = info.get("aof_enabled") == "1", info.get("save")
    advice = (
        "A start from an old file brings back old stamps, and with them entries that were purged "
        "since. Set save \"\" and appendonly no, or run `manage.py mizan_cache purge '*'` after "
        "each start."
    )
    kinds = [name for name, on in (("snapshots", snapshots), ("appendonly", append)) if on]
    if kinds:
        return WARN, " and ".join(kinds), advice
    if snapshots is None:
        return OK, "no appendonly; whether it saves snapshots it does not tell", advice
    return OK, "nothing is kept over a restart", ""


def _cluster(info: Info) -> Found | None:
    if info.get("cluster_enabled") != "1":
        return None
    return OK, "a node of a cluster", ""


_LOOKS: dict[str, Callable[[Info], Found | None]] = {
    "version": _version,
    "role": _role,
    "memory": _memory,
    "eviction": _eviction,
    "persistence": _persistence,
    "cluster": _cluster,
}


def _scripts(cache: RedisCache) -> tuple[str, str, str, str, str]:
    """Hold, renew and purge a guard of our own, as mutations do."""
    hold = Hold((_PROBE,))
    try:
        cache.hold(hold)
        cache.renew(hold)
        cache.purge(hold.guards)
    except CacheUnavailable as error:
        advice = "Let the user run +evalsha +eval +get +set +del +time on the keys mizan:1:*."
        return BAD, "", "scripts", f"{error}", advice
    return OK, "", "scripts", "EVALSHA works", ""


def _clocks(cache: RedisCache, clock: Callable[[], float]) -> dict[str, Found]:
    """Compare the servers' clocks with this machine's; a hold's deadline goes by the server's."""
    before = clock()
    told = cache.ask("TIME")
    after = clock()
    found: dict[str, Found] = {}
    for server, (seconds, micros) in told.items():
        there = int(seconds) + int(micros) / 1e6
        skew = max(before - there, there - after, 0.0)
        advice = (
            "Let NTP set the clocks: after a fail-over between servers whose clocks differ, a "
            "hold lives longer or shorter by as much."
        )
        level = WARN if skew > _SKEW else OK
        text = f"{skew:.1f} s from this machine's" if skew > _SKEW else "as this machine's"
        found[server] = (level, text, advice if level == WARN else "")
    return found


def _latency(cache: RedisCache, timer: Callable[[], float]) -> tuple[str, str, str, str, str]:
    times = []
    for _ in range(PINGS):
        begun = timer()
        cache.ask("PING")
        times.append(timer() - begun)
    middle = median(times)
    text = f"{middle * 1000:.2f} ms, the median of {PINGS} round trips"
    advice = "A hit costs one round trip, a mutation two: put Redis nearer to the workers."
    slow = middle > _SLOW
    return WARN if slow else OK, "", "latency", text, advice if slow else ""


def _info(text: bytes) -> dict[str, str]:
    """Return the members of INFO's text."""
    pairs = (line.partition(":") for line in text.decode("utf-8", "replace").splitlines())
    return {name: value for name, colon, value in pairs if colon}


def _saves(cache: RedisCache) -> dict[str, str]:
    """Return when servers save snapshots, of those that tell."""
    try:
        replies: Mapping[str, Any] = cache.ask("CONFIG", "GET", "save")
    except CacheUnavailable:
        return {}
    return {server: reply[1].decode() for server, reply in replies.items() if len(reply) == 2}
