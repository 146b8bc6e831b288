"""A network that a test can look into: it notes what it is told, and fails when it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.test import override_settings

from mizan.django import edge_worker, purgers
from mizan.edge.base import Purge, PurgeFailed


class Network:
    """A purger of the application."""

    max_tags = 5

    def __init__(self, *, timeout: float, token: str = "") -> None:
        if token == "hidden-wrong":
            raise ValueError(token)
        self.timeout = timeout
        self.purged: list[Purge] = []
        self.error: Exception | None = None
        self.is_closed = False

    def purge(self, purge: Purge) -> None:
        if self.error:
            raise self.error
        self.purged.append(purge)

    def close(self) -> None:
        self.is_closed = True

    def fails(self, code: str = "unreachable", retry_after: float | None = None) -> None:
        """Fail from now on."""
        self.error = PurgeFailed(code, retry_after)

    def taken(self) -> list[Purge]:
        """Return what was purged since the last call."""
        found, self.purged = self.purged, []
        return found


def given(*names: str, **more: Any) -> dict[str, Any]:
    """Return the setting MIZAN_EDGE with such purgers."""
    of = f"{Network.__module__}.{Network.__qualname__}"
    return {"PURGE": {name: {"BACKEND": of} for name in names}, **more}


@contextmanager
def networks(monkeypatch: Any, *names: str, **more: Any) -> Iterator[Any]:
    """Have purgers without threads; yield them by name."""
    monkeypatch.setattr(edge_worker, "start", lambda **_: None)
    with override_settings(MIZAN_EDGE=given(*names, **more)):
        yield purgers.purgers()
