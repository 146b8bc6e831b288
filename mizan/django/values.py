"""What the values of settings must be: each check returns what is wrong, or None.

Invariant: what is said of a secret never shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.module_loading import import_string

from mizan.errors import MizanError
from mizan.protocol.token import Key

Check = Callable[[Any], str | None]
SECRET_BYTES = 32  # SPEC.md, annex A


def text(what: str) -> Check:
    """Return the check for a string that is not empty."""

    def check(value: Any) -> str | None:
        return None if isinstance(value, str) and value else f"expected {what}, got {value!r}."

    return check


def count(least: int, most: int, unit: str) -> Check:
    """Return the check for a whole number of units within bounds."""

    def check(value: Any) -> str | None:
        if type(value) is int and least <= value <= most:
            return None
        return f"expected a whole number of {unit} from {least} to {most}, got {value!r}."

    return check


def number(least: float, most: float, unit: str) -> Check:
    """Return the check for a number of units within bounds, whole or not."""

    def check(value: Any) -> str | None:
        if type(value) in (int, float) and least <= value <= most:
            return None
        return f"expected a number of {unit} from {least:.10g} to {most:.10g}, got {value!r}."

    return check


def choice(*words: str) -> Check:
    """Return the check for one of some words."""

    def check(value: Any) -> str | None:
        expected = " or ".join(map(repr, words))
        return None if value in words else f"expected {expected}, got {value!r}."

    return check


def dictionary(value: Any) -> str | None:
    """Check a dictionary whose keys are names."""
    if isinstance(value, Mapping) and all(isinstance(each, str) for each in value):
        return None
    return f"expected a dictionary by names, got {type(value).__name__}."


def unless_none(check: Check) -> Check:
    """Return the check for a value that may also be None."""
    return lambda value: None if value is None else _or_else("None", check(value))


def unless_bool(check: Check) -> Check:
    """Return the check for a value that may also be True or False."""
    return lambda value: None if isinstance(value, bool) else _or_else("a bool", check(value))


def expected(check: Check) -> str:
    """Return in words what a check takes: what it says of a value that nobody gives."""
    said = check(object()) or ""
    return said.removeprefix("expected ").partition(", got ")[0].removesuffix(".")


def _or_else(what: str, problem: str | None) -> str | None:
    return problem and problem.replace("expected ", f"expected {what} or ", 1)


def names(value: Any) -> str | None:
    """Check a list of names; a string is none, for it is a list of letters."""
    if isinstance(value, (list, tuple, set, frozenset)) and all(isinstance(n, str) for n in value):
        return None
    return f"expected a list of names, got {value!r}."


def routes(value: Any) -> str | None:
    """Check routes by context."""
    if isinstance(value, Mapping) and all(names(each) is None for each in value.values()):
        return None
    return f"expected {{context: [routes]}}, got {value!r}."


def callables(value: Any) -> str | None:
    """Check callables, or dotted paths of them, by facet."""
    if not isinstance(value, Mapping):
        return f"expected {{facet: callable or dotted path}}, got {value!r}."
    for name, each in value.items():
        try:
            found = import_string(each) if isinstance(each, str) else each
        except ImportError as error:
            return f"{name}: {error}."
        if not callable(found):
            return f"{name}: {each!r} is not callable."
    return None


def keys(value: Any) -> str | None:
    """Check token keys: a list of JWK, or None. The first signs, so it has its private part."""
    if value is None:
        return None
    if not isinstance(value, (list, tuple)) or not value:
        return "expected a list of keys (JWK), the first of which signs; None for no tokens."
    found: list[Key] = []
    for number, each in enumerate(value):
        if not isinstance(each, Mapping):
            return f"key {number}: expected a JWK, a dict with kty, alg, kid and k."
        try:
            found.append(Key.from_jwk(each))
        except (MizanError, ImportError) as error:
            return f"key {number}: {error}"
    if not found[0].signs:
        return "key 0: it signs, so it needs its private part, d."
    return None if len({key.kid for key in found}) == len(found) else "two keys have one kid."


def secret(value: Any) -> str | None:
    """Check a secret: at least 32 bytes, or text of as many; None for none."""
    if value is None:
        return None
    if not isinstance(value, (str, bytes)):
        expected = f"{SECRET_BYTES} bytes or more, as bytes or text"
        return f"expected {expected}, got {type(value).__name__}."
    size = len(value.encode() if isinstance(value, str) else value)
    return None if size >= SECRET_BYTES else f"expected at least {SECRET_BYTES} bytes, got {size}."
