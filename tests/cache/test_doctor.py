"""mizan.cache.doctor: what a Redis should be like; test_mizan_cache.py asks a real one."""

from __future__ import annotations

from typing import Any

import pytest

from mizan.cache import CacheUnavailable, doctor
from mizan.cache.doctor import BAD, OK, WARN, Finding

GOOD = {
    "redis_version": "7.0.15",
    "role": "master",
    "connected_slaves": "0",
    "maxmemory": str(100 << 20),
    "used_memory": str(5 << 20),
    "maxmemory_policy": "allkeys-lru",
    "evicted_keys": "3",
    "aof_enabled": "0",
    "save": "",
}


def looks(**changes: str | None) -> dict[str, tuple[str, str, str]]:
    info = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    return {what: found for what, look in doctor._LOOKS.items() if (found := look(info))}


def test_a_good_server_needs_no_advice() -> None:
    assert looks() == {
        "version": (OK, "Redis 7.0.15", ""),
        "role": (OK, "master, no replica", ""),
        "memory": (OK, "5.0 of 100.0 MiB used", ""),
        "eviction": (OK, "allkeys-lru, 3 keys evicted", ""),
        "persistence": (OK, "nothing is kept over a restart", ""),
    }


@pytest.mark.parametrize(
    ("what", "changes", "level", "say"),
    [
        ("version", {"redis_version": "5.0.14"}, BAD, "Redis 6 or later"),
        ("version", {"redis_version": "6.0.0"}, OK, ""),
        ("version", {"valkey_version": "8.0.1", "redis_version": "7.2.4"}, OK, ""),
        ("role", {"role": "slave"}, BAD, "Name the master"),
        ("role", {"connected_slaves": "2"}, WARN, "fail-over may lose"),
        ("memory", {"maxmemory": "0"}, WARN, "Set maxmemory"),
        ("eviction", {"maxmemory_policy": "noeviction"}, BAD, "refuses holds"),
        ("eviction", {"maxmemory_policy": "noeviction", "maxmemory": "0"}, WARN, "allkeys-lru"),
        ("eviction", {"maxmemory_policy": "volatile-ttl"}, OK, ""),
        ("persistence", {"save": "3600 1"}, WARN, "old stamps"),
        ("persistence", {"aof_enabled": "1"}, WARN, "purge '*'"),
        ("persistence", {"save": None}, OK, "old stamps"),
        ("cluster", {"cluster_enabled": "1"}, OK, ""),
    ],
)
def test_each_fault_says_what_to_change(
    what: str, changes: dict[str, Any], level: str, say: str
) -> None:
    found = looks(**changes)[what]
    assert found[0] == level
    assert say in found[2]


class Asked:
    """What a cache of two servers would reply."""

    def __init__(self, **replies: Any) -> None:
        self.replies = replies
        self.held: list[Any] = []

    def ask(self, *command: str) -> dict[str, Any]:
        reply = self.replies.get(command[0], b"PONG")
        if isinstance(reply, Exception):
            raise reply
        return dict.fromkeys(("a:1", "b:2"), reply)

    def hold(self, hold: Any) -> None:
        if "EVALSHA" in self.replies:
            raise self.replies["EVALSHA"]
        self.held.append(hold)

    def renew(self, hold: Any) -> None:
        self.held.remove(hold)

    def purge(self, _guards: Any) -> None:
        assert not self.held


INFO = "".join(f"{name}:{value}\r\n" for name, value in GOOD.items() if name != "save").encode()


def examined(took: float = 0.0, now: float = 1000.0, **replies: Any) -> dict[str, list[Finding]]:
    given = {"INFO": b"# Server\r\n" + INFO, "CONFIG": [b"save", b""], "TIME": [b"1000", b"0"]}
    times = iter(each * took for each in range(1000))
    cache: Any = Asked(**(given | replies))
    found: dict[str, list[Finding]] = {}
    for each in doctor.examine(cache, clock=lambda: now, timer=lambda: next(times)):
        found.setdefault(each.what, []).append(each)
    return found


def test_every_server_is_examined() -> None:
    found = examined()
    assert {each.level for some in found.values() for each in some} == {OK}
    for what in ("version", "role", "memory", "eviction", "persistence", "clock"):
        assert [each.server for each in found[what]] == ["a:1", "b:2"]
    assert [each.server for each in (*found["scripts"], *found["latency"])] == ["", ""]
    assert found["clock"][0].text == "as this machine's"


def test_what_a_user_may_not_ask_is_left_open() -> None:
    for each in examined(CONFIG=CacheUnavailable("NOPERM"))["persistence"]:
        assert each.text == "no appendonly; whether it saves snapshots it does not tell"


def test_scripts_that_are_forbidden_are_bad() -> None:
    (found,) = examined(EVALSHA=CacheUnavailable("NOPERM evalsha"))["scripts"]
    assert (found.level, found.text) == (BAD, "NOPERM evalsha")
    assert "+evalsha" in found.advice


@pytest.mark.parametrize(("now", "level"), [(1000.9, OK), (999.1, OK), (1002, WARN), (998, WARN)])
def test_clocks_are_compared(now: float, level: str) -> None:
    for each in examined(now=now)["clock"]:
        assert each.level == level
        assert bool(each.advice) is (level == WARN)


@pytest.mark.parametrize(("took", "level"), [(0.001, OK), (0.006, WARN)])
def test_round_trips_are_timed(took: float, level: str) -> None:
    (found,) = examined(took=took)["latency"]
    assert (found.level, found.text[:4]) == (level, f"{took * 1000:.2f}")


def test_a_server_out_of_reach_is_a_finding() -> None:
    found = examined(INFO=CacheUnavailable("Redis at a:1: connection refused"))
    assert [*found] == ["connection"]
    (one,) = found["connection"]
    assert (one.level, one.text) == (BAD, "Redis at a:1: connection refused")
