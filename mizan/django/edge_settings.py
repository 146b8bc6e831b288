"""The setting MIZAN_EDGE: True, False or one dictionary: typed, each key with a check.

Invariant: what is said of PURGE shows names of purgers and never what they are made with, for some
of that is secret.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache as once
from functools import partial
from typing import Any

from django.utils.module_loading import import_string

from mizan.django import conf, values
from mizan.django.conf import MINUTES, Setting

BACKENDS = {
    "akamai": "mizan.edge.akamai.AkamaiPurger",
    "cloudflare": "mizan.edge.cloudflare.CloudflarePurger",
    "cloudfront": "mizan.edge.cloudfront.CloudFrontPurger",
    "fastly": "mizan.edge.fastly.FastlyPurger",
    "varnish": "mizan.edge.varnish.VarnishPurger",
}
"""The purgers of known networks, by the word that PURGE names them by."""
_NEEDS = {
    "urllib3": "the package urllib3 is not installed: pip install 'mizan-protocol[edge]'.",
    "botocore": "the package botocore is not installed: pip install 'mizan-protocol[cloudfront]'.",
}

_is_name = re.compile(r"[a-z][a-z0-9_-]{0,9}").fullmatch


def _tags(value: Any) -> str | None:
    """Check a list of networks."""
    if values.names(value) is None and set(value) <= BACKENDS.keys():
        return None
    return f"expected a list of {', '.join(map(repr, BACKENDS))}, got {value!r}."


def _purge(value: Any) -> str | None:
    """Check purgers by name. Never shows what they are made with."""
    if not isinstance(value, Mapping):
        return "expected {name: {'BACKEND': …, …}}."
    for name, given in value.items():
        if not isinstance(name, str) or not _is_name(name):
            return f"expected names such as 'cdn' (a-z, 0-9, - and _, at most 10), got {name!r}."
        if not isinstance(given, Mapping) or not all(isinstance(each, str) for each in given):
            return f"{name}: expected a dictionary with BACKEND and the arguments of its class."
        wrong = _backend(given.get("BACKEND"))
        if wrong:
            return f"{name}: {wrong}"
    return None


def _backend(value: Any) -> str | None:
    """Check what BACKEND names: a word, or the dotted path of a class."""
    expected = f"BACKEND is one of {', '.join(map(repr, BACKENDS))}, or the dotted path of a class."
    is_url = isinstance(value, str) and "://" in value  # of which nothing may be shown
    if not isinstance(value, str) or is_url or (value not in BACKENDS and "." not in value):
        return expected
    if value in BACKENDS:
        needed = ("urllib3", "botocore") if value == "cloudfront" else ("urllib3",)
        missing = [each for each in needed if importlib.util.find_spec(each) is None]
        return _NEEDS[missing[0]] if missing else None
    try:
        found = import_string(value)
    except ImportError as error:
        return f"{error}."
    return None if callable(found) else expected


_setting = partial(conf.key, "MIZAN_EDGE")

KEYS: dict[str, Setting] = dict(
    [
        _setting(
            "TAGS",
            (),
            _tags,
            401,
            "The networks whose header of tags replies carry besides Cache-Groups: `akamai`, "
            "`cloudflare`, `cloudfront`, `fastly`, `varnish`.",
        ),
        _setting(
            "PURGE",
            {},
            _purge,
            402,
            "Who is told of what becomes stale, by a name of yours: {'cdn': {'BACKEND': 'fastly', "
            "…}}, with the arguments of its class by keyword.",
        ),
        _setting(
            "IN_FLIGHT",
            30,
            values.number(0, 60 * MINUTES, "seconds"),
            403,
            "The longest that a fetch of the edge takes, in seconds: a second purge follows each "
            "so much later, for what was in flight. 0: none follows.",
        ),
        _setting(
            "TIMEOUT",
            5,
            values.number(0.1, 5 * MINUTES, "seconds"),
            404,
            "The longest that one request to a network may take, in seconds.",
        ),
        _setting(
            "KEYED",
            (),
            values.names,
            405,
            "The facets of VARY that the edge's key covers, for they follow from the host alone: "
            "an edge keeps what varies by these, and nothing that varies by others.",
        ),
    ]
)


@dataclass(frozen=True, slots=True)
class EdgeSettings:
    """MIZAN_EDGE as it is used: wrong values are their defaults. Times are seconds."""

    tags: tuple[str, ...]
    purge: Mapping[str, Mapping[str, Any]] = field(repr=False)
    in_flight: float
    timeout: float
    keyed: tuple[str, ...]


_usable = partial(conf.member, "MIZAN_EDGE", KEYS)


@once
def current() -> EdgeSettings | None:
    """Return the settings; None where no edge that purges stands in front."""
    if conf.usable("MIZAN_EDGE") is False:
        return None
    return EdgeSettings(
        tags=tuple(_usable("TAGS")),
        purge=_usable("PURGE"),
        in_flight=float(_usable("IN_FLIGHT")),
        timeout=float(_usable("TIMEOUT")),
        keyed=tuple(_usable("KEYED")),
    )


problems = partial(conf.member_problems, "MIZAN_EDGE", KEYS)


def forget() -> None:
    """Forget what was read of the setting; it changed."""
    current.cache_clear()
