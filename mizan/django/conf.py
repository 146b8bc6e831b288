"""The settings of Mizan, read in one place, typed, each with a check.

Invariant: nothing else reads `MIZAN_…` from Django's settings; a wrong setting is a system check
with its own id, found at start-up.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings as django_settings
from django.utils.module_loading import import_string

from mizan.django import values
from mizan.protocol.token import MAX_LIFETIME, Key
from mizan.server.declare import near

MINUTES = 60
KIB = 1024


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting: its default, what `problem(value)` finds wrong, and the check's id."""

    name: str
    default: Any
    problem: values.Check
    check: str
    help: str


SETTINGS = (
    Setting(
        "MIZAN_MODULE",
        "mizan",
        values.text("a module name"),
        "mizan.E101",
        "The module of each app that declares functions; it is imported at start-up.",
    ),
    Setting(
        "MIZAN_IDENTITY_PARAMS",
        ("user_id",),
        values.names,
        "mizan.E102",
        "Parameter names that identify a user: a context with one is user-scoped.",
    ),
    Setting(
        "MIZAN_EDGE",
        False,
        values.unless_bool(values.dictionary),
        "mizan.E103",
        "Whether an edge that purges stands in front: public contexts may then be kept for a year. "
        "A dictionary says more of it.",
    ),
    Setting(
        "MIZAN_VIEW_URLS",
        {},
        values.routes,
        "mizan.E104",
        "Routes of pages that Mizan does not serve, by context: {'user': ['/profile/:user_id/']}.",
    ),
    Setting(
        "MIZAN_BODY_LIMIT",
        KIB * KIB,
        values.count(KIB, 16 * KIB * KIB, "bytes"),
        "mizan.E105",
        "The largest JSON body of a request, in bytes.",
    ),
    Setting(
        "MIZAN_CACHE",
        {},
        values.dictionary,
        "mizan.E106",
        "The origin cache, and what replies may vary by: a dictionary.",
    ),
    Setting(
        "MIZAN_MWT_KEYS",
        None,
        values.keys,
        "mizan.E107",
        "The keys of identity tokens (JWK). The first signs, all verify. None: no tokens.",
    ),
    Setting(
        "MIZAN_MWT_AUDIENCE",
        "mizan",
        values.text("a string that is not empty"),
        "mizan.E108",
        "The audience that tokens name.",
    ),
    Setting(
        "MIZAN_MWT_TTL",
        5 * MINUTES,
        values.count(1, MAX_LIFETIME, "seconds"),
        "mizan.E109",
        "The life of a token in seconds; what it may ends at most 30 seconds later.",
    ),
    Setting(
        "MIZAN_PKEY_SECRET",
        None,
        values.secret,
        "mizan.E110",
        "The secret of permission keys: at least 32 bytes, independent of MIZAN_MWT_KEYS.",
    ),
    Setting(
        "MIZAN_EVENTS",
        None,
        values.unless_none(values.dictionary),
        "mizan.E111",
        "Events for open pages: a dictionary. None: no events.",
    ),
    Setting(
        "MIZAN_AUDIT_REQUESTS",
        None,
        values.unless_none(values.text("a file's path")),
        "mizan.E112",
        "The file to which RequestRecorder writes a sample of requests, for mizan_audit.",
    ),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


@cache
def get(name: str) -> Any:
    """Return the value of a setting, or its default."""
    return getattr(django_settings, name, _BY_NAME[name].default)


def usable(name: str) -> Any:
    """Return the value of a setting; its default where a check refuses the value.

    So one wrong setting hides no other fault from `manage.py check`.
    """
    value = get(name)
    return value if _BY_NAME[name].problem(value) is None else _BY_NAME[name].default


def problems() -> Iterator[tuple[Setting, str]]:
    """Yield (setting, sentence) for each setting with a wrong value."""
    for setting in SETTINGS:
        found = setting.problem(get(setting.name))
        if found:
            yield setting, found
    secret = get("MIZAN_PKEY_SECRET")
    if usable("MIZAN_MWT_KEYS") and secret is None:
        yield _BY_NAME["MIZAN_PKEY_SECRET"], "it is missing, and MIZAN_MWT_KEYS needs it."
    if secret is not None and values.secret(secret) is None and pkey_secret() in token_secrets():
        yield _BY_NAME["MIZAN_PKEY_SECRET"], "it is also a key of MIZAN_MWT_KEYS; make another."


def key(
    of: str, name: str, default: Any, problem: values.Check, number: int, text: str
) -> tuple[str, Setting]:
    """Return (name, setting) of a key of a setting that is a dictionary; `number`: of its check."""
    return name, Setting(f'{of}["{name}"]', default, problem, f"mizan.E{number}", text)


def member(name: str, keys: Mapping[str, Setting], key: str) -> Any:
    """Return the value of a key of a setting that is a dictionary; its default where there is
    none, or one that a check refuses."""
    value = _members(name).get(key, keys[key].default)
    return value if keys[key].problem(value) is None else keys[key].default


def unknown_members(name: str, keys: Mapping[str, Setting]) -> Iterator[tuple[Setting, str]]:
    """Yield (setting, sentence) for each key of a dictionary that there is not."""
    for key in _members(name).keys() - keys.keys():
        yield _BY_NAME[name], f"there is no key {key!r}{near(key, keys)}."


def wrong_members(name: str, keys: Mapping[str, Setting]) -> dict[str, str]:
    """Return what is wrong with values of a dictionary, by key."""
    given = _members(name)
    found = {key: keys[key].problem(given[key]) for key in keys if key in given}
    return {key: sentence for key, sentence in found.items() if sentence}


def member_problems(name: str, keys: Mapping[str, Setting]) -> Iterator[tuple[Setting, str]]:
    """Yield (setting, sentence) for each key with a wrong value, or that there is not."""
    yield from unknown_members(name, keys)
    for key, sentence in wrong_members(name, keys).items():
        yield keys[key], sentence


def _members(name: str) -> Mapping[str, Any]:
    """Return a setting that is a dictionary; an empty one where it is None, True or False."""
    found = usable(name)
    return found if isinstance(found, Mapping) else {}


def token_secrets() -> list[bytes]:
    """Return the secrets of the token keys that are symmetric."""
    found = [each["k"] for each in usable("MIZAN_MWT_KEYS") or () if "k" in each]
    return [urlsafe_b64decode(each + "=" * (-len(each) % 4)) for each in found]


@cache
def mwt_keys() -> tuple[Key, ...]:
    """Return the token keys, the signing one first; none where tokens are off."""
    return tuple(Key.from_jwk(each) for each in get("MIZAN_MWT_KEYS") or ())


def pkey_secret() -> bytes:
    """Return the pkey secret as bytes."""
    secret = get("MIZAN_PKEY_SECRET")
    return secret.encode() if isinstance(secret, str) else bytes(secret)


@cache
def vary() -> Mapping[str, Callable[[Any], str]]:
    """Return the facets of a request that public functions may see: MIZAN_CACHE["VARY"]."""
    found = usable("MIZAN_CACHE").get("VARY", {})
    if values.callables(found) is not None:
        return {}
    return {
        name: import_string(each) if isinstance(each, str) else each for name, each in found.items()
    }


def unknown() -> list[str]:
    """Return the settings that begin with MIZAN_ and are none: probably misspelt."""
    names: Iterable[str] = dir(django_settings)
    return sorted(name for name in names if name.startswith("MIZAN_") and name not in _BY_NAME)


def forget() -> None:
    """Forget what was read of the settings; they changed."""
    get.cache_clear()
    mwt_keys.cache_clear()
    vary.cache_clear()
