"""The circuit breaker: a dead server costs the first callers a time-out, not everyone after them
(SPEC.md, section 15).

Invariant: while it is open, one caller in each waiting time reaches the server, and nobody else.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from mizan.cache.base import CacheUnavailable

FAILURES = 3
"""After how many failures in a row it opens."""
WAITS = (1.0, 8.0)
"""The first and the longest waiting time, in seconds; each failed probe doubles it."""


class Breaker:
    """Guards one server. May be shared by threads and by event loops; never waits.

    `name` is the server's, for messages. `on_recovered` are called, in the thread of the caller
    that succeeded, after the first success that follows a failure; what they raise is logged.
    `clock` returns seconds. `what` names the logger `mizan.WHAT`, and begins its messages.
    """

    def __init__(
        self,
        name: str,
        on_recovered: list[Callable[[], object]],
        clock: Callable[[], float] = time.monotonic,
        what: str = "cache",
    ) -> None:
        self.name = name
        self.failures = 0
        self._on_recovered = on_recovered
        self._clock = clock
        self._what = what
        self._logger = logging.getLogger(f"mizan.{what}")
        self._lock = threading.Lock()
        self._wait = 0.0  # seconds; 0 while closed
        self._retry_at = 0.0

    @property
    def is_open(self) -> bool:
        """Whether callers are turned away."""
        return self._wait > 0

    def enter(self) -> bool:
        """Return whether the caller is a probe; raise CacheUnavailable if it may not call."""
        if not self._wait:
            return False
        with self._lock:
            left = self._retry_at - self._clock()
            if self._wait and left > 0:
                raise CacheUnavailable(
                    f"{self.name} failed {self.failures} times in a row; it is asked again in "
                    f"{left:.1f} s."
                )
            # Others wait as long again, also if the probe never tells how it went.
            self._retry_at = self._clock() + self._wait
            return self._wait > 0

    def failed(self, probe: bool, why: str) -> None:
        """Count a call that failed. Those begun before it opened change nothing any more."""
        with self._lock:
            self.failures += 1
            first, longest = WAITS
            opens = not self._wait and self.failures >= FAILURES
            if opens:
                self._wait = first
            elif probe and self._wait:
                self._wait = min(self._wait * 2, longest)
            else:
                return
            self._retry_at = self._clock() + self._wait
        if opens:
            self._logger.warning("%s.unavailable: %s: %s", self._what, self.name, why)

    def succeeded(self) -> None:
        """Count a call that the server answered: closes at once. To call it is only needed while
        `failures` is not 0."""
        with self._lock:
            failures, was_open = self.failures, self.is_open
            self.failures, self._wait = 0, 0.0
        if not failures:
            return
        if was_open:
            self._logger.warning("%s.recovered: %s", self._what, self.name)
        for call in tuple(self._on_recovered):
            try:
                call()
            except Exception:
                self._logger.exception("%s.recovered: a callback failed", self._what)
