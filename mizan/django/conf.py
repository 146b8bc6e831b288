"""The settings of Mizan, read in one place, typed, each with a check (docs/reference/settings.md).

Invariant: nothing else reads `MIZAN_…` from Django's settings; a wrong setting is a system check
with its own id, found at start-up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings as django_settings
from django.utils.module_loading import import_string

from mizan.errors import MizanError
from mizan.protocol.token import Key

MINUTES = 60


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting: its default, what `problem(value)` finds wrong with a value, and the check's id."""

    name: str
    default: Any
    problem: Callable[[Any], str | None]
    check: str
    help: str


def _is(kind: type, what: str) -> Callable[[Any], str | None]:
    def problem(value: Any) -> str | None:
        return None if type(value) is kind else f"expected {what}, got {value!r}."

    return problem


def _count(least: int, most: int, unit: str) -> Callable[[Any], str | None]:
    def problem(value: Any) -> str | None:
        if type(value) is int and least <= value <= most:
            return None
        return f"expected a whole number of {unit} from {least} to {most}, got {value!r}."

    return problem


def _names(value: Any) -> str | None:
    if isinstance(value, (list, tuple, set, frozenset)) and all(isinstance(n, str) for n in value):
        return None
    return f"expected a list of names, got {value!r}."


def _routes(value: Any) -> str | None:
    if isinstance(value, Mapping) and all(_names(routes) is None for routes in value.values()):
        return None
    return "expected {context: [routes]}."


def _keys(value: Any) -> str | None:
    """Never shows the value: it is a secret."""
    if value is None:
        return None
    if not isinstance(value, (list, tuple)) or not value:
        return "expected a list of keys (JWK), the first of which signs."
    for number, each in enumerate(value):
        try:
            Key.from_jwk(each)
        except MizanError as error:
            return f"key {number}: {error.message}"
    return None


def _secret(value: Any) -> str | None:
    """Never shows the value."""
    if value is None:
        return None
    size = (
        len(value.encode() if isinstance(value, str) else value)
        if isinstance(value, (str, bytes))
        else 0
    )
    return None if size >= 32 else "expected at least 32 bytes."


def _callables(value: Any) -> str | None:
    if not isinstance(value, Mapping):
        return "expected {facet: callable or dotted path}."
    for name, each in value.items():
        try:
            found = import_string(each) if isinstance(each, str) else each
        except ImportError as error:
            return f"{name}: {error}."
        if not callable(found):
            return f"{name}: {each!r} is not callable."
    return None


SETTINGS = (
    Setting(
        "MIZAN_MODULE",
        "mizan",
        _is(str, "a module name"),
        "mizan.E101",
        "The module of each app that declares functions; it is imported at start-up.",
    ),
    Setting(
        "MIZAN_IDENTITY_PARAMS",
        ("user_id",),
        _names,
        "mizan.E102",
        "Parameter names that identify a user: a context with one is user-scoped.",
    ),
    Setting(
        "MIZAN_EDGE",
        False,
        _is(bool, "True or False"),
        "mizan.E103",
        "Whether an edge that purges stands in front: public contexts may then be kept for a year.",
    ),
    Setting(
        "MIZAN_VIEW_URLS",
        {},
        _routes,
        "mizan.E104",
        "Routes of pages that Mizan does not serve, by context: {'user': ['/profile/:user_id/']}.",
    ),
    Setting(
        "MIZAN_BODY_LIMIT",
        1024 * 1024,
        _count(1024, 16 * 1024 * 1024, "bytes"),
        "mizan.E105",
        "The largest JSON body of a request, in bytes.",
    ),
    Setting(
        "MIZAN_VARY",
        {},
        _callables,
        "mizan.E106",
        "What public functions may see of a request beyond their parameters: {facet: callable(request) -> str}.",
    ),
    Setting(
        "MIZAN_MWT_KEYS",
        None,
        _keys,
        "mizan.E107",
        "The keys of identity tokens (JWK). The first signs, all verify. None: no tokens.",
    ),
    Setting(
        "MIZAN_MWT_AUDIENCE",
        "mizan",
        _is(str, "a string"),
        "mizan.E108",
        "The audience that tokens name.",
    ),
    Setting(
        "MIZAN_MWT_TTL",
        5 * MINUTES,
        _count(1, 60 * MINUTES, "seconds"),
        "mizan.E109",
        "The life of a token in seconds: the longest that a revoked permission lives.",
    ),
    Setting(
        "MIZAN_PKEY_SECRET",
        None,
        _secret,
        "mizan.E110",
        "The secret of permission keys, at least 32 bytes. Needed where there are MIZAN_MWT_KEYS.",
    ),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


def get(name: str) -> Any:
    """Return the value of a setting, or its default."""
    return getattr(django_settings, name, _BY_NAME[name].default)


def problems() -> Iterator[tuple[Setting, str]]:
    """Yield (setting, sentence) for each setting with a wrong value."""
    for setting in SETTINGS:
        found = setting.problem(get(setting.name))
        if found:
            yield setting, found
    if get("MIZAN_MWT_KEYS") and not get("MIZAN_PKEY_SECRET"):
        yield _BY_NAME["MIZAN_PKEY_SECRET"], "it is missing, and MIZAN_MWT_KEYS needs it."


def keys() -> tuple[Key, ...]:
    """Return the token keys, the signing one first; none where tokens are off."""
    return tuple(Key.from_jwk(each) for each in get("MIZAN_MWT_KEYS") or ())


def pkey_secret() -> bytes:
    """Return the pkey secret as bytes."""
    secret = get("MIZAN_PKEY_SECRET")
    return secret.encode() if isinstance(secret, str) else bytes(secret)


def vary() -> dict[str, Callable[[Any], str]]:
    """Return the facets of a request that public functions may see."""
    found = get("MIZAN_VARY")
    return {
        name: import_string(each) if isinstance(each, str) else each for name, each in found.items()
    }


def unknown(names: Sequence[str]) -> list[str]:
    """Return those of the names that begin with MIZAN_ and are no setting: probably misspelt."""
    return sorted(name for name in names if name.startswith("MIZAN_") and name not in _BY_NAME)
