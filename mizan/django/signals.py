"""What Django code can listen to.

Invariant: a signal is sent after the commit, and what a receiver raises is logged, never raised.
"""

from __future__ import annotations

from django.dispatch import Signal

invalidated = Signal()
"""Targets became stale and no reply carries them: a function was called, or `invalidate`, from
Python. Receivers get `targets`, a tuple of `mizan.protocol.targets.Target`."""

cache_recovered = Signal()
"""The store of the origin cache answers again after it failed. Sent in the thread that found out,
which may be that of an event loop: a receiver must not block."""

purger_recovered = Signal()
"""A network in front takes purges again after it failed. Receivers get `name`, that of its purger;
it is sent in the thread that delivers to it."""

broker_recovered = Signal()
"""The broker of events takes messages again after it failed. Sent as `cache_recovered` is."""
