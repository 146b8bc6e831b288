"""A progress bar for the commands that read much.

Invariant: it is drawn on a terminal alone, and only for work that takes a while.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import click

PATIENCE = 1.0  # seconds before there is a bar


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Give a function to call with how much more is done; `total` is 0 where that is not known."""
    if not sys.stderr.isatty():
        yield lambda more: None  # noqa: ARG005 (it shows nothing)
        return
    with ExitStack() as until_done:
        bar: Any = None  # click's
        start = time.monotonic()
        done = 0

        def advance(more: int) -> None:
            nonlocal bar, done
            if bar is not None:
                bar.update(more)
                return
            done += more
            if time.monotonic() - start >= PATIENCE:
                endless = iter(lambda: None, ...)
                bar = until_done.enter_context(
                    click.progressbar(endless, total or None, label, file=sys.stderr)
                )
                bar.update(done)

        yield advance
