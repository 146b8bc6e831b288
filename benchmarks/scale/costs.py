"""What a request costs Redis and a worker, by how many entries are stored.

Invariant: times are processors' own (`used_cpu` of INFO, `process_time`), so that other load on
the machine counts little; what a view computes is not in them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.test.utils import override_settings
from django.urls import include, path
from origin.commands import ask
from origin.site import mizan_cache
from origin.stores import OfMizan

KINDS = ("hit", "miss", "change")
BODY = 1000
ROUNDS = 10
MICRO = 1e6


@dataclass(frozen=True)
class Cost:
    """Microseconds of Redis and of a worker for one request, by kind; bytes of Redis an entry."""

    entries: int
    redis: dict[str, float]
    worker: dict[str, float]
    bytes: float


def measured(server: Any, sizes: tuple[int, ...], times: int) -> Iterator[Cost]:
    """Yield the costs with so many entries stored; `times`: requests of each kind."""
    urls = (path("api/mizan/", include("mizan.django.urls")),)
    cache = mizan_cache(server.url)
    with override_settings(MIZAN_CACHE=cache, ROOT_URLCONF=urls, MIDDLEWARE=[]):
        for count in sizes:
            server.flush()
            before = server.client.info("memory")["used_memory"]
            OfMizan(server).fill(count, b"x" * BODY)
            used = server.client.info("memory")["used_memory"] - before
            yield Cost(count, *_requests(server, times), used / count)
    server.flush()


def _requests(server: Any, times: int) -> tuple[dict[str, float], dict[str, float]]:
    """Return the least that each kind takes in one of several rounds."""
    handler = WSGIHandler()
    redis = dict.fromkeys(KINDS, float("inf"))
    worker = redis.copy()
    each = max(1, times // ROUNDS)
    for turn in range(ROUNDS + 1):
        # A miss, then the same reads as hits, then changes of what they read.
        for kind, function in (("miss", None), ("hit", None), ("change", "change")):
            begun = _used(server), time.process_time()
            for number in range(turn * each, (turn + 1) * each):
                ask(handler, function, number)
            took = _used(server) - begun[0], time.process_time() - begun[1]
            if turn:  # the first connects, and lets the server learn the scripts
                redis[kind] = min(redis[kind], took[0] / each * MICRO)
                worker[kind] = min(worker[kind], took[1] / each * MICRO)
    return redis, worker


def _used(server: Any) -> float:
    """Return the seconds of processor that the server has used."""
    info = server.client.info("cpu")
    return float(info["used_cpu_user"] + info["used_cpu_sys"])
