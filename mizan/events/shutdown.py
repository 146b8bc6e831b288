"""Hearing that the process is about to end, before its server waits for its replies to end.

Servers wait for what is being answered when they are told to stop, and a stream never ends by
itself. They tell an application only afterwards, if at all.

Invariant: whoever handled a signal before handles it as if nobody had listened.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)
_listeners: list[Callable[[], None]] = []


def listen(do: Callable[[], None]) -> None:
    """Have `do` called on a signal to end, in the main thread at any point: it may only schedule.

    Does nothing outside the main thread, where no server handles signals.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    _listeners.append(do)
    for each in SIGNALS:
        before = signal.getsignal(each)
        # Where nobody handles it, the process ends at once.
        if callable(before) and not isinstance(before, _Handler):
            signal.signal(each, _Handler(before))


def forget(do: Callable[[], None]) -> None:
    """Call it no more."""
    with suppress(ValueError):
        _listeners.remove(do)


class _Handler:
    """Tells all listeners, and then who handled the signal before."""

    def __init__(self, before: Callable[[int, FrameType | None], object]) -> None:
        self._before = before

    def __call__(self, number: int, frame: FrameType | None) -> None:
        for do in tuple(_listeners):
            do()
        self._before(number, frame)
