"""Real Redis servers for the tests of the cache; each fixture gives them empty and running."""

from collections.abc import Iterator

import pytest
from servers import Cluster, SentinelSet, Server


@pytest.fixture(scope="session")
def _server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def redis_server(_server: Server) -> Server:
    """One redis-server. A test may stop, kill, freeze or flush it."""
    if not _server.running:
        _server.start()
    _server.thaw()
    _server.flush()
    return _server


@pytest.fixture
def redis_sentinel() -> Iterator[SentinelSet]:
    """A primary, its replica and three sentinels."""
    with SentinelSet() as servers:
        yield servers


@pytest.fixture(scope="session")
def _cluster() -> Iterator[Cluster]:
    with Cluster() as cluster:
        yield cluster


@pytest.fixture
def redis_cluster(_cluster: Cluster) -> Cluster:
    """Three nodes. A test that moves slots moves them back."""
    for node in _cluster.nodes:
        if not node.running:
            node.start()
    _cluster.wait()
    _cluster.flush()
    return _cluster
