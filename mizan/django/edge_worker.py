"""Threads of this process that deliver purges to networks: one for each purger, begun when first
needed (SPEC.md, section 12).

Invariant: a purger that is down holds up no other; nothing here is raised into a request, and no
thread survives its process or is taken into a child.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading
import time
from typing import Any

from django.core.signals import request_finished
from django.db import connections
from django.utils.timezone import now

from mizan.django import edge_outbox, edge_settings, purgers
from mizan.django.signals import purger_recovered
from mizan.edge.base import Purger

logger = logging.getLogger("mizan.edge")

PACE = 5.0
"""Seconds between two looks of a thread into the outbox, where nobody wakes it."""
_SHORTEST = 0.05  # seconds between two looks, as clocks differ


class Worker:
    """Delivers to one purger until it is stopped."""

    def __init__(self, name: str, purger: Purger) -> None:
        self._name = name
        self._purger = purger
        self._over = threading.Event()
        self._woken = threading.Event()
        # By the monotonic clock: the network is not asked before.
        self._resume = 0.0
        self._has_failed = False
        self._thread = threading.Thread(target=self._run, name=f"mizan-edge-{name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Look at once."""
        self._woken.set()

    def stop(self) -> None:
        """Look once more, and end."""
        self._over.set()
        self._woken.set()

    def join(self, timeout: float) -> None:
        """Wait for the end."""
        self._thread.join(timeout)

    def _run(self) -> None:
        while True:
            self._woken.clear()
            is_last = self._over.is_set()
            pause = self._look()
            if is_last:
                return
            self._woken.wait(pause)

    def _look(self) -> float:
        """Deliver all that is due. Returns the seconds until the next look."""
        try:
            edge_outbox.coarsen(self._name, self._purger.max_tags)
            left = self._resume - time.monotonic()
            return min(left, PACE) if left > 0 else self._deliver()
        except Exception as error:  # noqa: BLE001 (the database, which may be there again)
            logger.warning("edge.outbox_failed: %s: %s", self._name, type(error).__name__)
            return PACE
        finally:
            connections.close_all()  # it waits for long, and a server has few connections

    def _deliver(self) -> float:
        while (done := edge_outbox.deliver(self._name, self._purger)).count:
            if self._has_failed:
                self._has_failed = False
                purger_recovered.send_robust(None, name=self._name)
        self._has_failed = done.error is not None
        if done.error:
            self._resume = time.monotonic() + done.wait
            return min(done.wait, PACE)
        due = edge_outbox.next_due(self._name)
        left = PACE if due is None else (due - now()).total_seconds()
        return min(max(left, _SHORTEST), PACE)


_workers: dict[str, Worker] = {}
_lock = threading.Lock()


def wake() -> None:
    """Have what is due delivered now. Never raises."""
    try:
        start()
        for each in [*_workers.values()]:
            each.wake()
    except Exception as error:  # noqa: BLE001 (what is committed is committed)
        _say(error)


def start(**_: Any) -> None:
    """Begin a thread for each purger, if that was not done."""
    settings = edge_settings.current()
    if settings is None or len(_workers) == len(settings.purge):
        return
    with _lock:
        for name, purger in purgers.purgers().items():
            if name not in _workers:
                _workers[name] = worker = Worker(name, purger)
                worker.start()


def stop() -> None:
    """End all threads, each of which looks once more; wait for a request's time at most."""
    settings = edge_settings.current()
    with _lock:
        ending = [*_workers.values()]
        _workers.clear()
    for each in ending:
        each.stop()
    end = time.monotonic() + (settings.timeout if settings else 1.0)
    for each in ending:
        each.join(max(end - time.monotonic(), 0.0))


def connect() -> None:
    """Begin after the first request; end with the process."""
    request_finished.connect(_begin, dispatch_uid="mizan.edge")
    atexit.register(stop)
    os.register_at_fork(after_in_child=_forked)


def _begin(**_: Any) -> None:
    """Begin, unless that was done. Never raises."""
    try:
        start()
    except Exception as error:  # noqa: BLE001 (the request it follows has been answered)
        _say(error)


def _say(error: Exception) -> None:
    """Say that no thread could begin, without what a purger is made with."""
    logger.error("edge.not_begun: %s: manage.py check says more", type(error).__name__)


def _forked() -> None:
    global _lock
    _lock = threading.Lock()
    _workers.clear()
