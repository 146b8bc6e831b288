"""What each process has one of, made when it is first asked for: its cache, its broker.

Invariant: threads get the same one, and a child gets one of its own after a fork: the connections
and locks of its parent are not its own.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar

from django.core.exceptions import ImproperlyConfigured

from mizan.django.conf import Setting


class Closable(Protocol):
    """Something with connections."""

    def close(self) -> None:
        """Close them."""


T = TypeVar("T", bound=Closable)


class PerProcess(Generic[T]):
    """Makes something once. `make` may return None, for nothing, which is kept as well; `problems`
    says what is wrong with its settings."""

    def __init__(
        self,
        make: Callable[[], T | None],
        problems: Callable[[], Iterable[tuple[Setting, str]]],
    ) -> None:
        self._make = make
        self._problems = problems
        self._lock = threading.Lock()
        # () until it is asked for
        self._made: tuple[T | None] | tuple[()] = ()
        os.register_at_fork(after_in_child=self._forked)

    def get(self) -> T | None:
        """Return it. Raises ImproperlyConfigured for what `manage.py check` reports."""
        found = self._made
        return found[0] if found else self._first()

    def forget(self) -> None:
        """Close it: it is made anew when it is next asked for."""
        with self._lock:
            found, self._made = self._made, ()
        if found and found[0] is not None:
            found[0].close()

    def _first(self) -> T | None:
        with self._lock:
            if not self._made:
                wrong = [f"{setting.name}: {text}" for setting, text in self._problems()]
                if wrong:
                    raise ImproperlyConfigured("\n".join(wrong))
                self._made = (self._make(),)
            return self._made[0]

    def _forked(self) -> None:
        self._lock, self._made = threading.Lock(), ()
