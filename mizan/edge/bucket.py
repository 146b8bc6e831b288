"""A token bucket: how fast a network wants to be asked, kept by who asks.

Invariant: over any time there are at most `burst` takes more than `rate` allows.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from mizan.edge.base import PurgeFailed


class Bucket:
    """Full of `burst` requests at first, refilled by `rate` of them per second. Thread-safe.

    Of one process: others share the network's limit, which is why its 429 is believed, too.
    """

    def __init__(
        self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._left = float(burst)
        self._at = clock()
        self._lock = threading.Lock()

    def take(self, count: int = 1) -> None:
        """Take requests, at most `burst`. Raises PurgeFailed with the seconds until there are so
        many."""
        with self._lock:
            now = self._clock()
            self._left = min(self._burst, self._left + (now - self._at) * self._rate)
            self._at = now
            if self._left < count:
                raise PurgeFailed("rate_limited", (count - self._left) / self._rate)
            self._left -= count
