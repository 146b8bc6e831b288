"""The request as public functions see it: what they look at is noted (SPEC.md, MZ-POL-007).

Invariant: nothing of a request that may differ between two requests reaches a public function
unnoticed: attributes, the active language and the active time zone. (What a middleware hid in a
thread-local of its own cannot be seen; docs say so.)
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils import timezone
from django.utils.translation import trans_real

# attribute of the request -> the facet that covers it in MIZAN_VARY; others cover themselves
_FACETS = {
    "get_host": "host",
    "get_port": "host",
    "_get_raw_host": "host",
    "LANGUAGE_CODE": "language",
    "COOKIES": "cookies",
    "headers": "headers",
    "META": "headers",
    "auser": "user",
}
# The same for every request that reaches a function of a context.
_CONSTANT = frozenset({"method"})


class LeakError(Exception):
    """Under DEBUG: a public function looked at something that differs between requests."""

    def __init__(self, facet: str) -> None:
        super().__init__(
            f"a function of a public context read {facet!r} of the request, which may differ "
            "between requests that share a cached reply. Make it a parameter, bind it "
            f"(FromRequest), declare the context with user_scoped = True, or add {facet!r} to "
            "MIZAN_VARY."
        )


class Witness:
    """Notes what a public function saw. `seen`: facets that leak; `varied`: declared ones."""

    def __init__(self, declared: frozenset[str], *, strict: bool) -> None:
        self.seen: set[str] = set()
        self.varied: set[str] = set()
        self._declared = declared
        self._strict = strict

    def see(self, facet: str) -> None:
        """Note a facet. Raises LeakError under DEBUG where it is not declared."""
        if facet in self._declared:
            self.varied.add(facet)
            return
        self.seen.add(facet)
        if self._strict:
            raise LeakError(facet)


class PublicRequest:
    """A request that tells the witness which of its attributes are read."""

    def __init__(self, request: Any, witness: Witness) -> None:
        self.__dict__["_request"] = request
        self.__dict__["_witness"] = witness

    @property
    def __class__(self) -> type:  # type: ignore[override] # passes for the request's class
        return type(self.__dict__["_request"])

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the request, and note it."""
        if name not in _CONSTANT:
            self.__dict__["_witness"].see(_FACETS.get(name, name))
        return getattr(self.__dict__["_request"], name)


class _WatchedTranslation:
    """The active translation, which notes that the language was looked at."""

    def __init__(self, translation: Any, witness: Witness) -> None:
        self.__dict__.update(_translation=translation, _witness=witness)

    def __getattr__(self, name: str) -> Any:
        self.__dict__["_witness"].see("language")
        return getattr(self.__dict__["_translation"], name)


class _WatchedZone(datetime.tzinfo):
    """The active time zone, which notes that it was looked at."""

    def __init__(self, zone: datetime.tzinfo, witness: Witness) -> None:
        self._zone = zone
        self._witness = witness

    def __getattr__(self, name: str) -> Any:
        self._witness.see("time_zone")
        return getattr(self._zone, name)

    def __str__(self) -> str:
        self._witness.see("time_zone")
        return str(self._zone)

    def utcoffset(self, when: datetime.datetime | None) -> datetime.timedelta | None:
        self._witness.see("time_zone")
        return self._zone.utcoffset(when)

    def dst(self, when: datetime.datetime | None) -> datetime.timedelta | None:
        self._witness.see("time_zone")
        return self._zone.dst(when)

    def tzname(self, when: datetime.datetime | None) -> str | None:
        self._witness.see("time_zone")
        return self._zone.tzname(when)

    def fromutc(self, when: datetime.datetime) -> datetime.datetime:
        self._witness.see("time_zone")
        return self._zone.fromutc(when.replace(tzinfo=self._zone))


@contextmanager
def watched(witness: Witness) -> Iterator[Witness]:
    """Watch the active language and time zone while public functions run."""
    watchers = (
        (trans_real._active, _WatchedTranslation),
        (timezone._active, _WatchedZone),  # type: ignore[attr-defined] # Django's own
    )
    before = [(local, local.value) for local, _ in watchers if hasattr(local, "value")]
    for local, watcher in watchers:
        if hasattr(local, "value"):
            local.value = watcher(local.value, witness)
    try:
        yield witness
    finally:
        for local, value in before:
            local.value = value
