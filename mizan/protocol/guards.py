"""Guards, which instances stand under and purges name, and their tags (SPEC.md, section 9).

Invariant: an instance that a target matches and that has its scope parameters stands under the
guard of the target; nothing has more than eight guards.
"""

from base64 import b32encode
from collections.abc import Iterable
from hashlib import sha256
from itertools import combinations
from typing import NamedTuple

from mizan.errors import DeclarationError, DocumentError
from mizan.protocol.canonical import canonical_json, canonical_string
from mizan.protocol.targets import Instance, Target
from mizan.protocol.values import JsonValue

MAX_SCOPE_PARAMS = 3  # MZ-SCO-001
_LONGEST_TAG = 32  # characters; MZ-TAG-001
_DIGEST_LENGTH = 26  # characters of base32; MZ-TAG-002


class Guard(NamedTuple):
    """A context with some of its scope parameters: (name, canonical string), sorted by name."""

    context: str
    params: tuple[tuple[str, str], ...] = ()


def instance_guards(instance: Instance, scope_params: Iterable[str]) -> tuple[Guard, ...]:
    """Return the guards that an instance stands under, coarsest first (MZ-GRD-001).

    `scope_params` are those of its context; over three raise DeclarationError
    (``declaration.scope``). A value that has no canonical string raises JsonError.
    """
    names = set(scope_params)
    if len(names) > MAX_SCOPE_PARAMS:
        message = f"A context has at most {MAX_SCOPE_PARAMS} scope parameters, not {len(names)}."
        raise DeclarationError("declaration.scope", message)
    pairs = _scoped(instance.params, names)
    return tuple(
        Guard(instance.context, some)
        for size in range(len(pairs) + 1)
        for some in combinations(pairs, size)
    )


def target_guard(target: Target, scope_params: Iterable[str]) -> Guard:
    """Return the guard that a purge of the target names (MZ-GRD-002).

    `*` has no guard of its own: it raises DocumentError (``document.invalid``). A value that has
    no canonical string raises JsonError.
    """
    if target.context == "*":
        message = "'*' has no guard: it names the guard of every context."
        raise DocumentError("document.invalid", message)
    return Guard(target.context, _scoped(target.params, set(scope_params)))


def tag(guard: Guard) -> str:
    """Return the name of a guard in HTTP (MZ-TAG-001 and 002): at most 32 of ``[a-z0-9._-]``."""
    if not guard.params and len(guard.context) <= _LONGEST_TAG:
        return guard.context
    text = canonical_json({"context": guard.context, "params": dict(guard.params)})
    digest = b32encode(sha256(text.encode()).digest()).decode("ascii")
    return f"h-{digest[:_DIGEST_LENGTH].lower()}"


def _scoped(
    params: Iterable[tuple[str, JsonValue]], names: set[str]
) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, canonical_string(value)) for name, value in params if name in names))
