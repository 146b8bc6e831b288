"""The request as public functions see it: what they look at is noted (SPEC.md, MZ-POL-007).

Invariant: nothing of a request that may differ between two requests reaches a public function
unnoticed: attributes, the active language, the active time zone, and the URLconf that a middleware
chose. (What a middleware hid in a thread-local of its own cannot be seen; docs say so.)
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.urls import base as urls
from django.urls import get_resolver
from django.utils import timezone, translation
from django.utils.translation import trans_real

# attribute of the request -> the facet of VARY that covers it; others cover themselves
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
# The same for every request that reaches a function of a context: HEAD is answered as GET is.
_CONSTANT = {"method": "GET"}
# Django shows nowhere in public what is active in a thread or task.
_languages: Any = trans_real
_SAVING = translation.override.__enter__.__code__


class LeakError(Exception):
    """Under DEBUG: a public function looked at something that differs between requests."""

    def __init__(self, facet: str) -> None:
        super().__init__(
            f"A function of a public context read {facet!r} of the request, which may differ "
            "between requests that share a cached reply. Make it a parameter, bind it "
            f"(FromRequest), declare the context with user_scoped = True, or add {facet!r} to "
            'MIZAN_CACHE["VARY"].'
        )


class Witness:
    """Notes what a function of a context saw. `seen`: facets that leak; `varied`: declared ones;
    `lags`: it read a replica of the database. `own` are facets that are no news."""

    def __init__(
        self, declared: frozenset[str], *, strict: bool, own: frozenset[str] = frozenset()
    ) -> None:
        self.seen: set[str] = set()
        self.varied: set[str] = set()
        self.lags = False
        self.declared = declared
        self._strict = strict
        self._own = own

    def see(self, facet: str) -> None:
        """Note a facet. Raises LeakError under DEBUG where it is not declared."""
        if facet in self._own:
            return
        if facet in self.declared:
            self.varied.add(facet)
            return
        self.seen.add(facet)
        if self._strict:
            raise LeakError(facet)


class PublicRequest:
    """A request that tells the witness which of its attributes are read.

    Its own are mangled by Python: helpers that unwrap a request look for `_request` or the like.
    """

    def __init__(self, request: Any, witness: Witness) -> None:
        self.__dict__.update(_PublicRequest__request=request, _PublicRequest__witness=witness)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:  # passes for the request's class
        return type(self.__request)

    def __getattr__(self, name: str) -> Any:
        """Return an attribute of the request, and note it."""
        if name in _CONSTANT:
            return _CONSTANT[name]
        self.__witness.see(_FACETS.get(name, name))
        return getattr(self.__request, name)

    def __copy__(self) -> PublicRequest:
        """Return another one that tells the same witness."""
        twin = PublicRequest(self.__request, self.__witness)
        twin.__dict__.update(self.__dict__)
        return twin

    def __deepcopy__(self, _: Any) -> PublicRequest:
        """Return the same: a witness of its own would tell nobody."""
        return self.__copy__()

    def __repr__(self) -> str:
        """Return the same text for every request."""
        return "<PublicRequest>"


class _WatchedLanguage:
    """The active translation, which notes that the language was looked at.

    `translation.override` alone may save and restore it unnoticed: under a name of this watcher,
    so that what is restored is watched again.
    """

    def __init__(self, active: Any, witness: Witness) -> None:
        self.__dict__.update(_active=active, _witness=witness, _name=f"mizan-{id(self)}")
        _languages._translations[self._name] = self  # noqa: SLF001

    def to_language(self) -> Any:
        """Return the name of the language, as `get_language()` asks for it."""
        # Frames up: trans_real.get_language, translation.get_language, and who called that.
        if sys._getframe(3).f_code is _SAVING:  # noqa: SLF001 (inspect's own way is slow)
            return self._name
        return self.__getattr__("to_language")()

    def __getattr__(self, name: str) -> Any:
        self.__dict__["_witness"].see("language")
        return getattr(self.__dict__["_active"], name)

    def forget(self) -> None:
        """Take the watcher's name back."""
        _languages._translations.pop(self._name, None)  # noqa: SLF001


class _WatchedZone(datetime.tzinfo):
    """The active time zone, which notes that it was looked at."""

    def __init__(self, active: datetime.tzinfo, witness: Witness) -> None:
        self._active = active
        self._witness = witness

    @property
    def _zone(self) -> datetime.tzinfo:
        self._witness.see("time_zone")
        return self._active

    def __getattr__(self, name: str) -> Any:
        return getattr(self._zone, name)

    def __str__(self) -> str:
        return str(self._zone)

    def __repr__(self) -> str:
        return repr(self._zone)

    def __eq__(self, other: object) -> bool:
        return self._zone == other

    def __hash__(self) -> int:
        return hash(self._zone)

    def utcoffset(self, when: datetime.datetime | None) -> datetime.timedelta | None:
        return self._zone.utcoffset(when)

    def dst(self, when: datetime.datetime | None) -> datetime.timedelta | None:
        return self._zone.dst(when)

    def tzname(self, when: datetime.datetime | None) -> str | None:
        return self._zone.tzname(when)

    def fromutc(self, when: datetime.datetime) -> datetime.datetime:
        zone = self._zone
        return zone.fromutc(when.replace(tzinfo=zone))

    def forget(self) -> None:
        """Nothing is kept of this watcher."""


class _WatchedURLconf(str):
    """The name of the URLconf that a middleware chose, which notes that URLs were made by it."""

    __slots__ = ("_witness",)
    _witness: Witness

    def __new__(cls, active: Any, witness: Witness) -> Any:
        """Return the URLconf itself where it is the site's own, or cannot be watched."""
        if active == settings.ROOT_URLCONF:
            return active
        if not isinstance(active, str):  # modules and lists look like themselves alone
            (witness.varied if "urlconf" in witness.declared else witness.seen).add("urlconf")
            return active
        get_resolver(active)  # so that Django's own cache keeps the name, and no watcher
        self = super().__new__(cls, active)
        self._witness = witness
        return self

    def __hash__(self) -> int:
        """Return the name's hash, with which Django looks up its patterns."""
        self._witness.see("urlconf")
        return super().__hash__()

    def forget(self) -> None:
        """Nothing is kept of this watcher."""


# (where Django keeps what is active, under which name, what watches it); Django's tests put others
# in their places, so each is looked up anew
_WATCHED: tuple[tuple[Any, str, Any], ...] = (
    (trans_real, "_active", _WatchedLanguage),
    (timezone, "_active", _WatchedZone),
    (urls, "_urlconfs", _WatchedURLconf),
)


_NOTHING = object()


@contextmanager
def watched(witness: Witness) -> Iterator[Witness]:
    """Watch the active language, time zone and URLconf while public functions run."""
    kept = [(getattr(module, name), watch) for module, name, watch in _WATCHED]
    before = [
        (local, watch, active)
        for local, watch in kept
        if (active := getattr(local, "value", _NOTHING)) is not _NOTHING
    ]
    watchers: list[Any] = []
    try:
        for local, watch, active in before:
            watcher = watch(active, witness)
            if watcher is not active:
                watchers.append(watcher)
                local.value = watcher
        yield witness
    finally:
        for local, _, active in before:
            local.value = active
        for watcher in watchers:
            watcher.forget()
