"""Runs a piece of work anew whenever the project's code changes, with Django's autoreloader.

Invariant: code that cannot be imported ends nothing: the next change starts the work again.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.utils import autoreload

_INTERVAL = 0.5  # seconds between two looks at the files after a start that failed
_RELOAD = 3  # the exit status by which a child of the autoreloader asks to be started again


def run(work: Callable[[], None]) -> None:
    """Run the work now, and in a new process after each change; return when interrupted.

    This process only starts others. One that ends by itself could not import the project's code.
    """
    if os.environ.get(autoreload.DJANGO_AUTORELOAD_ENV) == "true":
        autoreload.run_with_reloader(work)  # exits
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        before = _files()
        while autoreload.restart_with_reloader() not in (0, -signal.SIGTERM):
            before = _until_changed(before)
    except KeyboardInterrupt:
        return


def _until_changed(before: dict[Path, float]) -> dict[Path, float]:
    """Wait for a file that is not as it was before the start that failed; return what is there."""
    while (found := _files()) == before:
        time.sleep(_INTERVAL)
    return found


def _files() -> dict[Path, float]:
    """Return the modules of this process, and when each was changed."""
    return dict(autoreload.StatReloader().snapshot_files())
