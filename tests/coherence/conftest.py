"""The stores that the interleavings are played on: one of memory, and one on a real Redis."""

from collections.abc import Iterator

import pytest
from interleavings.play import stepping
from interleavings.stores import Memory, Redis, Store
from servers import Server


@pytest.fixture
def _stepping() -> Iterator[None]:
    with stepping():
        yield


@pytest.fixture
def memory(_stepping: None) -> Memory:
    return Memory()


@pytest.fixture(scope="module")
def _redis() -> Iterator[Redis]:
    """One server for the schedules of a module: each of them begins with it empty."""
    with Server() as server:
        found = Redis(server)
        yield found
        found.close()


@pytest.fixture
def redis(_redis: Redis, _stepping: None) -> Redis:
    return _redis


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.server)])
def store(request: pytest.FixtureRequest) -> Store:
    """Each of them."""
    found: Store = request.getfixturevalue(request.param)
    return found
