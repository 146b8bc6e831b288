"""Counters of the origin cache for Prometheus, where `prometheus_client` is installed.

Invariant: a scrape asks neither the cache nor the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from weakref import WeakSet

from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from mizan.django import counters

NAME = "mizan_cache_events"
_registered: WeakSet[CollectorRegistry] = WeakSet()


class CacheCollector(Collector):
    """Yields `mizan_cache_events_total{event="hit"}` and so on: what this process counted."""

    def describe(self) -> Iterable[CounterMetricFamily]:
        """Return the metric without values: registering it counts nothing."""
        return [self._family()]

    def collect(self) -> Iterable[CounterMetricFamily]:
        """Return the metric."""
        family = self._family()
        for event, number in counters.counts().items():
            family.add_metric([event], number)
        return [family]

    def _family(self) -> CounterMetricFamily:
        text = "What happened in the origin cache, in this process."
        return CounterMetricFamily(NAME, text, labels=["event"])


def register(registry: CollectorRegistry = REGISTRY) -> None:
    """Register the collector; twice is once. `mizan.django` does so when Django starts."""
    if registry not in _registered:
        registry.register(CacheCollector())
        _registered.add(registry)
