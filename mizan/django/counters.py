"""How often what happened in this process: reads by what the cache said, errors, waits, events.

Invariant: counting never fails and never waits for anything but another count.
"""

from __future__ import annotations

from threading import Lock

EVENTS = {
    "hit": "Reads answered from the origin cache.",
    "miss": "Reads computed, as the cache had no good entry.",
    "stored": "Computed reads that were stored.",
    "bypass": "Reads computed while a mutation held them, or while the cache was unavailable.",
    "wait": "Reads that waited for another worker, or for a mutation to finish.",
    "hold": "Mutations that held what they made stale.",
    "error": "Calls of the cache that failed.",
    "published": "Mutations whose targets were published.",
    "publish_error": "Mutations whose targets could not be published, and went to the outbox.",
    "edge_purged": "Purges that a network in front took.",
    "edge_error": "Purges that a network in front did not take; they are tried again.",
}

_lock = Lock()
_counts = dict.fromkeys(EVENTS, 0)


def count(event: str) -> None:
    """Count one of EVENTS."""
    with _lock:
        _counts[event] += 1


def counts() -> dict[str, int]:
    """Return the counts since the process began, by event."""
    with _lock:
        return dict(_counts)


def reset() -> None:
    """Begin anew (for tests)."""
    with _lock:
        _counts.update(dict.fromkeys(EVENTS, 0))
