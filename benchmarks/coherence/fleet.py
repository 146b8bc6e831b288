"""Runs workers under load while a storm breaks things, and judges what they noted.

Invariant: only workers of this fleet are killed, each by its nursery, which knows that it lives.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any, Self

import common
import history
from history import Loss, Outbox, Verdict
from worker import MUTATIONS, WATCHED, Load

KEYS = 20
RECORDS = 1.35
"""How many records an operation makes, a little more than are seen."""
LOOK = 0.02
"""Seconds between two looks at the outbox."""
DELIVERY = 40.0
"""Seconds within which the outbox has to be empty once the store is there again."""


class Fleet:
    """Workers that share a store; `urls` of the store are dealt to them in turn."""

    def __init__(self, folder: Path, urls: list[str], load: Load, draw: Random) -> None:
        environ = os.environ | {"COHERENCE_LOAD": load.text()}
        command = [sys.executable, str(common.HERE / "worker.py")]
        pipe = subprocess.PIPE
        self._nursery = subprocess.Popen(command, env=environ, stdin=pipe, stdout=pipe, text=True)
        self._folder = folder
        self._urls = urls
        self._draw = draw
        self._born = 0
        self._alive: list[tuple[str, str]] = []
        self.wrong: list[str] = []
        self.killed = 0
        self._hear()

    def __enter__(self) -> Self:
        for url in self._urls:
            self._spawn(url)
        return self

    def __exit__(self, *_: object) -> None:
        if self._nursery.poll() is None:
            self._note(self._tell("stop"))
            self._nursery.wait(60)

    def kill_one(self) -> None:
        """Kill a worker on the spot, and let another begin."""
        pid, url = self._alive.pop(self._draw.randrange(len(self._alive)))
        self._note(self._tell(f"kill {pid}"))
        self.killed += 1
        self._spawn(url)

    @property
    def records(self) -> int:
        """About how much the workers have noted."""
        return history.size(self._folder)

    def _spawn(self, url: str) -> None:
        self._born += 1
        number = self._draw.randrange(1 << 30)
        self._alive.append((self._tell(f"spawn {number} {url}"), url))

    def _note(self, outcome: str) -> None:
        if outcome != "ok":
            self.wrong.append(outcome)

    def _tell(self, line: str) -> str:
        assert self._nursery.stdin  # noqa: S101 (it is a pipe)
        self._nursery.stdin.write(f"{line}\n")
        self._nursery.stdin.flush()
        return self._hear()

    def _hear(self) -> str:
        assert self._nursery.stdout  # noqa: S101 (it is a pipe)
        line = self._nursery.stdout.readline().strip()
        if not line:
            raise RuntimeError("The nursery of the workers has died.")
        return line


class Watch(threading.Thread):
    """Looks at the outbox all the time, from its own connection."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.outbox = Outbox()
        self._over = threading.Event()

    def run(self) -> None:
        from django.db import connection

        while not self._over.wait(LOOK):
            with connection.cursor() as cursor:
                cursor.execute("SELECT id FROM mizan_outbox")
                ids = [row[0] for row in cursor.fetchall()]
            self.outbox.look(time.monotonic_ns(), ids)
        connection.close()

    def stop(self) -> None:
        self._over.set()
        self.join()


class Storm:
    """What breaks things: `actions` are done in turn, in a drawn order, again and again."""

    life = 86_400.0

    def __init__(self, draw: Random) -> None:
        self.draw = draw
        self.urls: list[str] = []
        self.losses: list[Loss] = []
        self.actions: list[Callable[[], None]] = []
        self.done: dict[str, int] = {}
        self._waiting: list[Callable[[], None]] = []

    @property
    def has_done_all(self) -> bool:
        """Whether everything was done once."""
        return len(self.done) == len(self.actions)

    def next(self) -> None:
        """Do the next action."""
        if not self._waiting:
            self._waiting = self.draw.sample(self.actions, len(self.actions))
        action = self._waiting.pop()
        action()
        name = action.__name__.replace("_", " ")
        self.done[name] = self.done.get(name, 0) + 1

    @contextmanager
    def losing(self, before: float = 0.0, *, promised: bool = False) -> Iterator[None]:
        """Note that the store loses what it was told from `before` seconds ago to the end."""
        begin = time.monotonic_ns() - round(before * history.NS)
        try:
            yield
        finally:
            self.losses.append(Loss(begin, time.monotonic_ns(), promised))

    def a_while(self, least: float, most: float) -> None:
        """Let some time pass."""
        time.sleep(self.draw.uniform(least, most))


def settle(progress: common.Progress) -> list[str]:
    """Wait until the outbox is empty; return what is wrong."""
    from django.db import connection

    end = time.monotonic() + DELIVERY
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM mizan_outbox")
            (left,) = cursor.fetchone()
        if not left:
            return []
        progress(f"the outbox has {left} purges to deliver")
        time.sleep(0.1)
    return [f"the outbox still has {left} purges, {DELIVERY:.0f} s after the store was back"]


def final_reads(keys: int) -> list[str]:
    """Read every row through the cache, twice; return what is not as in the database."""
    import json

    from rows.models import Row

    web = common.Web()
    wrong = []
    for key in range(1, keys + 1):
        version = Row.objects.get(pk=key).version
        for _ in range(2):
            response = web.read("row", key=key)
            read = json.loads(response.content)["row"]
            if read != version:
                status = response.headers.get("Cache-Status")
                wrong.append(f"row {key} stays stale: {read} in place of {version} ({status})")
    return wrong


def sail(
    storm: Storm,
    *,
    operations: int,
    setting: dict[str, Any],
    pause: tuple[float, float],
    kills: int = 2,
    watched: bool = False,
) -> Verdict:
    """Run workers in a storm until they have done so many operations; judge what they saw.

    `setting`: MIZAN_CACHE without its URL; `pause`: least and most seconds between two disasters,
    each of which is followed by some kills; `watched`: most of what is written is written
    by the ORM, and told of by `watch`.
    """
    progress = common.Progress()
    apps = ["orders"] if watched else []
    common.set_up({"apps": apps, "settings": {"MIZAN_CACHE": {**setting, "URL": storm.urls[0]}}})
    common.make_tables(KEYS)
    if watched:
        from orders import triggers, writers

        triggers.make()
        writers.make()
    watch = Watch()
    watch.start()
    hold = float(setting["HOLD_TIMEOUT"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mix = WATCHED if watched else MUTATIONS
        load = Load(name, KEYS, setting.get("ON_UNAVAILABLE") == "consistent", mix)
        with Fleet(folder, storm.urls, load, storm.draw) as fleet:
            while fleet.records < operations * RECORDS or not storm.has_done_all:
                progress(f"{fleet.records:,} records, {fleet.killed} workers killed, {storm.done}")
                storm.next()
                for _ in range(kills):
                    storm.a_while(*pause)
                    fleet.kill_one()
            undelivered = settle(progress)
        common.deliver()  # what the last operations may have left
        progress(f"judging {fleet.records:,} records", now=True)
        watch.stop()
        verdict = history.judge(history.load(folder), watch.outbox, storm.losses, life=storm.life)
    time.sleep(hold + 0.5 + (storm.life if storm.life < hold * 10 else 0))
    progress.done()
    verdict.wrong += [*fleet.wrong, *undelivered, *final_reads(KEYS)]
    verdict.counts["workers killed"] += fleet.killed
    verdict.counts.update({f"store: {name}": times for name, times in storm.done.items()})
    return verdict
