"""Targets that the arguments of a command name, in the notation of X-Mizan-Invalidate.

Invariant: a target has the values that its context declares, or the command ends with a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.core.management.base import CommandError

from mizan.errors import MizanError
from mizan.protocol.header import parse
from mizan.protocol.targets import EVERYTHING, Target
from mizan.server.catalog import Catalog

WRONG_CALL = 2
"""The exit code of a call that makes no sense."""

HELP = "As in X-Mizan-Invalidate: 'user', 'user;user_id=5', or '*' for everything."


def targets(catalog: Catalog, texts: Iterable[str]) -> list[Target]:
    """Return the targets that texts name. Raises CommandError for one that there is not."""
    return [each for text in texts for each in _targets(catalog, text)]


def _targets(catalog: Catalog, text: str) -> list[Target]:
    try:
        return [_declared(catalog, each) for each in parse(text)]
    except MizanError as error:
        raise CommandError(f"{text}: {error.message}", returncode=WRONG_CALL) from error


def _declared(catalog: Catalog, target: Target) -> Target:
    """Return a target with the values that its context declares."""
    context, params, function = target
    if target == EVERYTHING or function is None:
        return catalog.context_target(context, dict(params))
    found = catalog.function_target(function, dict(params))
    if found.context != context:
        text = f"{function} is a function of {found.context}, not of {context}."
        raise CommandError(text, returncode=WRONG_CALL)
    return found
