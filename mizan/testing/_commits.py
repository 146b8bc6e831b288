"""What runs after the commit, where a test never commits.

Django's `TestCase` (and pytest-django's `db`) wraps each test in a transaction that is rolled back,
so callbacks of `transaction.on_commit` would never run.

Invariant: a callback runs once, after the request that registered it, as it would on a server; one
whose savepoint was rolled back does not run.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections

logger = logging.getLogger("django.db.backends.base")  # where Django logs these itself


def pending() -> dict[str, int]:
    """Return how many callbacks wait, by alias, in each database with an open transaction."""
    return {
        each.alias: len(each.run_on_commit)
        for each in connections.all(initialized_only=True)
        if each.in_atomic_block
    }


def run_since(before: dict[str, int]) -> None:
    """Run and forget the callbacks that were added since `before`, and those that they add.

    A database without a transaction at that time is left alone: it commits by itself. Raises what a
    callback raises, unless it was registered as robust.
    """
    for alias, count in before.items():
        waiting: list[Any] = connections[alias].run_on_commit
        while len(waiting) > count:
            _, callback, *robust = waiting.pop(count)
            if any(robust):
                _run_robustly(callback, alias)
            else:
                callback()


def _run_robustly(callback: Any, alias: str) -> None:
    try:
        callback()
    except Exception:
        logger.exception("Error calling %r in on_commit() for database %r.", callback, alias)


@contextmanager
def commits() -> Iterator[None]:
    """Run what the block registers with `transaction.on_commit` when the block ends."""
    before = pending()
    yield
    run_since(before)
