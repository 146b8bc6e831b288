"""Who reads what, for tests of code that does not know of Mizan: contexts, caches, a site."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from django.http import HttpRequest
from django.urls import clear_url_caches, include, path

from mizan.django import Context, client
from mizan.django.signals import invalidated
from mizan.protocol.header import format as header_of
from project.http import Web


class OrdersContext(Context):
    """The orders of one user."""


class TotalContext(Context):
    """One order."""


def declare() -> None:
    """Declare the contexts; a test forgets them."""

    @client(context=OrdersContext)
    def orders(request: HttpRequest, owner_id: int) -> int:
        return 1

    @client(context=TotalContext)
    def total(request: HttpRequest, order_id: int) -> int:
        return 1


class Reads:
    """Reads of orders of users, and of single orders, that are all in the origin's cache."""

    def __init__(
        self, web: Web, users: Iterable[int] = (1, 2, 3), orders: Iterable[int] = ()
    ) -> None:
        self._web = web
        self._reads = {f"user {each}": ("orders", f"owner_id={each}") for each in users}
        self._reads |= {f"order {each}": ("total", f"order_id={each}") for each in orders}
        self()
        assert self() == []

    def __call__(self) -> list[str]:
        """Return what became stale since the last call, and have it in the cache again."""
        found = {name: self._web.read(*each)["Cache-Status"] for name, each in self._reads.items()}
        assert set(found.values()) <= {"mizan; hit", "mizan; fwd=miss; stored"}, found
        return [name for name, status in found.items() if status != "mizan; hit"]


@contextmanager
def heard() -> Iterator[list[str]]:
    """Collect what is told by signal, as header values."""
    found: list[str] = []

    def receive(targets: Any, **_: Any) -> None:
        found.append(header_of(targets))

    invalidated.connect(receive)
    try:
        yield found
    finally:
        invalidated.disconnect(receive)


@contextmanager
def site(settings: Any, patterns: Iterable[Any]) -> Iterator[None]:
    """Serve URL patterns beside Mizan's."""
    name = "project.made_urls"
    module: Any = ModuleType(name)
    module.urlpatterns = [path("api/mizan/", include("mizan.django.urls")), *patterns]
    sys.modules[name] = module
    settings.ROOT_URLCONF = name
    clear_url_caches()
    try:
        yield
    finally:
        del sys.modules[name]
        clear_url_caches()
