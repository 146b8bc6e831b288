"""mizan.django.metrics: what Prometheus is told."""

from __future__ import annotations

import prometheus_client as prometheus

from mizan.django import counters


def test_each_event_is_a_sample() -> None:
    from mizan.django import metrics

    registry = prometheus.CollectorRegistry()
    metrics.register(registry)
    metrics.register(registry)
    before = counters.counts()["hit"]
    counters.count("hit")
    text = prometheus.generate_latest(registry).decode()
    assert "# TYPE mizan_cache_events_total counter" in text
    for event in counters.EVENTS:
        found = registry.get_sample_value("mizan_cache_events_total", {"event": event})
        assert found == counters.counts()[event]
    assert f'mizan_cache_events_total{{event="hit"}} {before + 1:.1f}' in text


def test_it_is_registered_when_django_starts() -> None:
    found = prometheus.REGISTRY.get_sample_value("mizan_cache_events_total", {"event": "hit"})
    assert found == counters.counts()["hit"]
