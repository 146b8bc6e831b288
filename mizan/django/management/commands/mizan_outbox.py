"""`manage.py mizan_outbox`: deliver what the cache, the broker of events or networks in front have
yet to be told."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError
from django.db import close_old_connections
from django.utils.timezone import now

from mizan.django import edge_outbox, edge_worker, outbox
from mizan.django.management.reach import all_purgers, shared_stores
from mizan.edge.base import CODES
from mizan.server.registry import registry

_WHAT = {outbox.UNAVAILABLE: "cache", outbox.UNPUBLISHED: "broker of events"}
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Command(BaseCommand):
    """Delivers the outbox."""

    help = (
        "Deliver what the cache, the broker of events or networks in front have yet to be told. "
        "Exits with 1 if one cannot be; with --watch it goes on until SIGTERM or Ctrl-C, and "
        "exits with 0."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --watch and --interval."""
        parser.add_argument("--watch", action="store_true", help="Go on until told to stop.")
        parser.add_argument(
            "--interval",
            type=float,
            default=1.0,
            metavar="SECONDS",
            help="With --watch: how long to wait between two looks (1).",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Deliver once or go on. Raises CommandError."""
        self._purgers = all_purgers()
        self._stores = shared_stores(needed=not self._purgers)
        for name in edge_outbox.orphans():
            count = edge_outbox.waiting(name).count()
            text = (
                f'{_purges(count)} for {name!r}, whom MIZAN_EDGE["PURGE"] does not name: they stay.'
            )
            self.stderr.write(self.style.WARNING(text))
        if not options["watch"]:
            self._once()
            return
        if not options["interval"] > 0:
            raise CommandError("--interval takes a number of seconds above 0.")
        with stopped() as stop:
            edge_worker.start()  # a thread for each network: one that is down holds up no other
            try:
                self._watch(options["interval"], stop)
            finally:
                edge_worker.stop()

    def _once(self) -> None:
        told, failed = self._tell_stores()
        for name, purger in self._purgers.items():
            edge_outbox.coarsen(name, purger.max_tags)
            count = 0
            while (done := edge_outbox.deliver(name, purger)).count:
                count += done.count
            left = edge_outbox.waiting(name).filter(again=False).count()
            if done.error:
                failed.append(f"{name}: {CODES[done.error]}; {_purges(left)} wait")
            elif left:
                told.append(f"{name}: {_purges(count)}; {left} wait for later")
            else:
                told.append(f"{name}: {_purges(count)}")
        if told:
            self.stdout.write(f"Delivered {', '.join(told)}.")
        if failed:
            raise CommandError(f"{'. '.join(failed)}.")

    def _tell_stores(self) -> tuple[list[str], list[str]]:
        """Return (what was delivered to cache and broker, what could not be)."""
        if not any(self._stores):
            return [], []
        total = 0
        while (done := outbox.deliver(registry.catalog, *self._stores)).count:
            total += done.count
            if not done.left:
                break
        if done.error:
            what = f"The {_WHAT[done.error]} cannot be reached"
            return [_purges(total)] if total else [], [f"{what}; {_purges(done.left)} wait"]
        left = f"; {_purges(done.left)} left to others" if done.left else ""
        return [f"{_purges(total)}{left}"], []

    def _watch(self, interval: float, stop: threading.Event) -> None:
        self.stdout.write(f"Watching the outbox, every {interval:g} s.")
        said = ""
        while not stop.is_set():
            text, more = self._round()
            if text and text != said:
                self.stdout.write(f"{now():%Y-%m-%d %H:%M:%S} {text}")
                self.stdout.flush()
            said = text if text and not more else ""
            if not more:
                stop.wait(interval)
        self.stdout.write("Stopped.")

    def _round(self) -> tuple[str, bool]:
        """Deliver what is due. Returns (what to say, whether something was delivered)."""
        if not any(self._stores):
            return "", False
        close_old_connections()
        try:
            done = outbox.deliver(registry.catalog, *self._stores)
        except DatabaseError as error:
            return f"the database failed: {str(error).partition(chr(10))[0]}", False
        if done.error:
            return f"the {_WHAT[done.error]} cannot be reached, {_purges(done.left)} wait", False
        if done.count:
            return f"delivered {_purges(done.count)}, {done.left} left", True
        return "", False


@contextmanager
def stopped() -> Iterator[threading.Event]:
    """Yield an event that SIGTERM and SIGINT set, in place of what they do else."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {each: signal.signal(each, lambda *_: stop.set()) for each in _SIGNALS}
    try:
        yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _purges(count: int) -> str:
    return f"{count} purge" if count == 1 else f"{count} purges"
