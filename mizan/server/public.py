"""The names that developers write: `client` and `invalidate`, on the one registry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mizan.server import direct
from mizan.server.registry import registry


def client(fn: Callable[..., Any] | None = None, /, **options: Any) -> Any:
    """Declare a server function.

    `context` (a Context or its name): it reads, as part of that context. `affects` (contexts,
    functions, names, `Context.by(…)`, or a list): it changes what those show. `name`: on the wire,
    else the function's. `private`: only the server's own routes run it. `route` and `methods`: of a
    function that returns an HTTP response. `rev`: raise it to drop what caches hold. `cache`: True,
    False or seconds. `user_scoped`: whether the context differs between users. `atomic`: run in a
    transaction (default: for what affects). `login_required`, `permission` ("app.perm", or a
    callable of the request): who may run it. `errors`: the AppErrors it raises. `deprecated`: why.
    """
    return registry.client(fn, **options)


def invalidate(affected: Any, /, **params: Any) -> None:
    """Say while a function runs that something else is stale too: `invalidate(UserContext, user_id=7)`.

    `affected` is a context, a function, or a name of one; `"*"` is everything. Outside of a running
    function it is purged after the commit. Raises DeclarationError for what is not declared.
    """
    direct.invalidate(registry.catalog, affected, params)
