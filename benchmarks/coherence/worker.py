"""Workers that read and change rows as fast as they can, and note what they did (`history.py`).

A nursery is a process with Django set up that forks workers, as that takes no time. It is told by
lines: `spawn NUMBER URL` (answers with a process id), `kill ID`, `stop`. COHERENCE_LOAD says what
workers do.

Invariant: a worker notes an operation once it was answered, and a change also before its commit.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from common import Web, set_up
from history import STATES, Kind, Log, Record

OK, CONFLICT, UNAVAILABLE = 200, 409, 503
LINGERS, LINGER = 0.1, 0.02
"""How many of the commits of watched writes linger before they go on, and for how many seconds."""


@dataclass(frozen=True)
class Load:
    """What workers do: `mix` are weights of what `Worker` has."""

    folder: str
    keys: int
    consistent: bool
    mix: dict[str, float]
    pause: float = 0.0

    def text(self) -> str:
        """Return it as COHERENCE_LOAD."""
        return json.dumps(asdict(self))


MUTATIONS = {"read": 86, "direct": 3, "bump": 9, "bump_within": 0.8, "fail": 0.8, "bump_all": 0.4}
WATCHED = {"read": 82, "direct": 3, "order": 15}
"""What is watched is written too: `orders/`."""


class Worker:
    """One worker; `run` returns when it is told to stop."""

    def __init__(self, number: int, load: Load) -> None:
        from rows import mizan, models

        from mizan.django.host import DjangoHost

        self._rows = models.Row
        self._notes = mizan.Notes
        self._log = Log(Path(load.folder) / f"{os.getpid()}.log")
        self._draw = Random(number)
        self._load = load
        self._web = Web()
        self._row = 0
        self._begin = 0
        self._stopping = False
        self._look: Callable[[], None] = lambda: None
        self._states = {text: index for index, text in enumerate(STATES)}
        mizan.Notes.on_written = self._started
        DjangoHost.remember = self._remembering(DjangoHost.remember)  # type: ignore[method-assign]
        signal.signal(signal.SIGTERM, self._stop)
        if "order" in load.mix:
            self._note_commits()

    def run(self) -> None:
        """Work until told to stop."""
        names, weights = [*self._load.mix], [*self._load.mix.values()]
        while not self._stopping:
            name = self._draw.choices(names, weights)[0]
            key = self._draw.randint(1, self._load.keys)
            if name == "read":
                self._read(key)
            elif name == "direct":
                self._direct(key)
            elif name == "order":
                self._order()
            else:
                self._change(name, key)
            if self._load.pause:
                time.sleep(self._load.pause)

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _read(self, key: int) -> None:
        begin = time.monotonic_ns()
        response = self._web.read("row", key=key)
        end = time.monotonic_ns()
        if response.status_code != OK:
            self._failed(response, key, begin, end)
            return
        state = self._states[response.headers.get("Cache-Status", "")]
        version = json.loads(response.content)["row"]
        self._log.add([Record(Kind.READ, state, key, version, begin, end, 0)])

    def _direct(self, key: int) -> None:
        begin = time.monotonic_ns()
        version = self._rows.objects.get(pk=key).version
        self._log.add([Record(Kind.DIRECT, 0, key, version, begin, time.monotonic_ns(), 0)])

    def _change(self, name: str, key: int) -> None:
        self._row, self._notes.written = 0, {}
        self._begin = begin = time.monotonic_ns()
        response = self._web.call(name, **({} if name == "bump_all" else {"key": key}))
        end, status = time.monotonic_ns(), response.status_code
        if name == "fail" and status == CONFLICT:
            self._log.add([Record(Kind.UNDONE, 0, key, 0, begin, end, 0)])
        elif status == OK:
            self._acknowledged(begin, end)
        elif status == UNAVAILABLE and self._load.consistent:
            self._log.add([Record(Kind.REFUSED, 0, key, 0, begin, end, 0)])
        else:
            self._failed(response, key, begin, end)

    def _acknowledged(self, begin: int, end: int) -> None:
        written = self._notes.written.items()
        kinds = (Kind.WRITE, *[Kind.PART] * (len(written) - 1))
        self._log.add(
            Record(kind, 0, each, version, begin, end, self._row)
            for kind, (each, version) in zip(kinds, written, strict=False)
        )

    def _order(self) -> None:
        """Write orders, as code does that knows nothing of Mizan."""
        from django.db import OperationalError
        from orders import writers
        from rows.mizan import Refused

        from mizan.server.problems import Problem

        self._row, self._notes.written = 0, {}
        self._begin = begin = time.monotonic_ns()
        kind = None
        try:
            writers.write(self._draw, self._load.keys)
        except (Refused, OperationalError):  # the latter in a ring of locks
            kind = Kind.UNDONE
        except Problem as problem:
            kind = Kind.REFUSED if problem.status == UNAVAILABLE else Kind.FAILED
        end = time.monotonic_ns()
        if kind is None:
            self._acknowledged(begin, end)
        else:
            self._log.add([Record(kind, 0, 1, 0, begin, end, 0)])

    def _note_commits(self) -> None:
        """Note what each transaction has written just before its commit; linger after some."""
        from django.db import connection
        from orders import triggers

        commit = connection._commit  # noqa: SLF001 (what `commit` itself calls)

        def look() -> None:
            self._notes.add(triggers.written())

        def noting() -> None:
            look()
            commit()
            if self._draw.random() < LINGERS:  # what was not held would be seen now
                time.sleep(self._draw.uniform(0, LINGER))

        self._look = look
        connection._commit = noting  # noqa: SLF001

    def _failed(self, response: Any, key: int, begin: int, end: int) -> None:
        said = response.content[:300].decode("utf-8", "replace")
        print(f"{response.status_code}: {said}", file=sys.stderr, flush=True)
        status = min(max(response.status_code - 400, 0), 255)
        self._log.add([Record(Kind.FAILED, status, key, 0, begin, end, 0)])

    def _started(self, written: dict[int, int]) -> None:
        self._log.add(
            Record(Kind.STARTED, 0, key, version, self._begin, self._begin, 0)
            for key, version in written.items()
        )

    def _remembering(self, remember: Callable[..., int]) -> Callable[..., int]:
        def noting(host: Any, targets: Any, delay: float) -> int:
            self._look()
            self._row = remember(host, targets, delay)
            now = time.monotonic_ns()
            self._log.add(
                Record(Kind.ROW, 0, key, version, now, now, self._row)
                for key, version in self._notes.written.items()
            )
            return self._row

        return noting


def _spawn(number: int, url: str, load: Load) -> int:
    """Fork a worker and return its process id."""
    if pid := os.fork():
        return pid
    code = 1
    try:
        os.close(0)
        os.dup2(2, 1)
        from django.conf import settings
        from django.core.signals import setting_changed

        settings.MIZAN_CACHE = {**settings.MIZAN_CACHE, "URL": url}
        setting_changed.send(None, setting="MIZAN_CACHE", value=settings.MIZAN_CACHE, enter=True)
        Worker(number, load).run()
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)


def _end(pid: int, how: signal.Signals) -> str:
    """End a worker; tell if it had died before, or did not end as it should."""
    os.kill(pid, how)
    _, status = os.waitpid(pid, 0)
    # One that has not begun yet, and so does not see to SIGTERM, ends by it.
    fine = status == how or (how is signal.SIGTERM and status == 0)
    return "ok" if fine else f"worker {pid} had died with status {status}"


def nursery() -> None:
    """Do what lines of stdin say, until `stop`."""
    set_up()
    logging.getLogger("mizan").setLevel(logging.CRITICAL)
    Web()
    load = Load(**json.loads(os.environ["COHERENCE_LOAD"]))
    alive: set[int] = set()
    print("ready", flush=True)
    for line in sys.stdin:
        match line.split():
            case ["spawn", number, url]:
                pid = _spawn(int(number), url, load)
                alive.add(pid)
                print(pid, flush=True)
            case ["kill", pid]:
                alive.remove(int(pid))
                print(_end(int(pid), signal.SIGKILL), flush=True)
            case _:
                break
    outcomes = [_end(pid, signal.SIGTERM) for pid in alive]
    print(next((each for each in outcomes if each != "ok"), "ok"), flush=True)


if __name__ == "__main__":
    nursery()
