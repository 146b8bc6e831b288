"""A progress bar for long work: on a terminal, and nowhere else.

Invariant: a stream that is no terminal gets nothing, so that logs and pipes stay clean.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

Progress = Callable[[int, int], None]

_WIDTH = 30
_EVERY = 0.1  # seconds between two pictures


def silent(_done: int, _total: int) -> None:
    """Show nothing."""


def progress_bar(label: str, stream: TextIO | None = None) -> Progress:
    """Return a function that is told how much is done of how much, and draws it on a terminal."""
    sink = sys.stderr if stream is None else stream
    if not sink.isatty():
        return silent
    drawn = 0.0

    def draw(done: int, total: int) -> None:
        nonlocal drawn
        now = time.monotonic()
        if done < total and now - drawn < _EVERY:
            return
        drawn = now
        filled = _WIDTH * done // max(total, 1)
        bar = "#" * filled + "-" * (_WIDTH - filled)
        sink.write(f"\r{label} [{bar}] {done}/{total}" + ("\n" if done >= total else ""))
        sink.flush()

    return draw
