"""Both clients, driven alike; a book; and what spoils replies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from project import breaking
from project.library.models import Book

from mizan.testing.django import AsyncMizanClient, MizanClient, isolated


class Driven:
    """An AsyncMizanClient, driven from sync tests."""

    def __init__(self) -> None:
        self.__dict__["client"] = AsyncMizanClient()

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.client, name, value)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.client, name)
        return async_to_sync(found) if callable(found) else found


@pytest.fixture(params=[MizanClient, Driven])
def web(request: pytest.FixtureRequest) -> Any:
    """Each of the clients."""
    return request.param()


@pytest.fixture(autouse=True)
def _declarations() -> Iterator[None]:
    """Forget what a test declares."""
    with isolated():
        yield


@pytest.fixture
def emma(db: None) -> Book:  # noqa: ARG001 (the fixture makes the tables)
    """A book."""
    return Book.objects.create(title="Emma", pages=400)


@pytest.fixture
def spoil(settings: Any) -> Iterator[Callable[[Any], None]]:
    """What adds to the faults of each response."""
    settings.MIDDLEWARE = [breaking.PATH, *settings.MIDDLEWARE]
    yield breaking.spoil.append
    breaking.spoil.clear()
