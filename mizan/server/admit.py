"""Who may run a function: authentication, CSRF, permissions (SPEC.md, MZ-POL-008 and section 13).

Invariant: this runs on every request, before any cache and any 304; the database is asked only
where a function, a context or two proofs of identity need it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from mizan.server.effects import Block, Steps
from mizan.server.host import ANONYMOUS, Host, Identity
from mizan.server.problems import Problem

if TYPE_CHECKING:
    from mizan.server.catalog import Function


def admit(
    host: Host, request: Any, functions: Sequence[Function], *, unsafe: bool, identify: bool = False
) -> Steps[Identity]:
    """Return who asks, if they may run all the functions. Raises Problem (401, 403).

    `unsafe` demands protection against forgery where no token proves the identity; `identify` asks
    for the identity even if no function is guarded.
    """
    identity = host.token_identity(request)
    if identity is None and unsafe:
        if host.csrf_blocks:
            yield Block(lambda: host.check_csrf(request))
        else:
            host.check_csrf(request)
    guarded = [each for each in functions if each.is_guarded]
    if not guarded and not identify and not (identity and host.has_session(request)):
        return identity or ANONYMOUS
    known: Identity = yield Block(lambda: _identify(host, request, identity, guarded))
    return known


def check_all(
    host: Host, request: Any, functions: Sequence[Function], identity: Identity
) -> Steps[None]:
    """Check that who is known already may run all the functions. Raises Problem (401, 403)."""
    guarded = [each for each in functions if each.is_guarded]
    if guarded:
        yield Block(partial(_check_all, host, request, identity, guarded))


def _identify(
    host: Host, request: Any, identity: Identity | None, guarded: Sequence[Function]
) -> Identity:
    known = host.session_identity(request, identity)
    _check_all(host, request, known, guarded)
    return known


def _check_all(host: Host, request: Any, identity: Identity, guarded: Sequence[Function]) -> None:
    for function in guarded:
        _check(host, request, identity, function)


def _check(host: Host, request: Any, identity: Identity, function: Function) -> None:
    options = function.options
    if options.login_required and identity.sub is None:
        raise _unauthenticated(function)
    if options.permission is None or host.permitted(request, options.permission):
        return
    if identity.sub is None:
        raise _unauthenticated(function)
    raise Problem("forbidden", f"You may not run {function.name}.")


def _unauthenticated(function: Function) -> Problem:
    challenge = {"WWW-Authenticate": 'Bearer realm="mizan"'}
    return Problem("unauthenticated", f"{function.name} needs a login.", headers=challenge)
