"""The names that developers write, on the one registry: `client`, `affects`, `affecting` and
`invalidate`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, overload

from mizan.server import direct, existing
from mizan.server.context import Context
from mizan.server.declare import Affected, ClientFunction, P, Permission, R
from mizan.server.registry import registry

if TYPE_CHECKING:
    from mizan.server.app_errors import AppError


@overload
def client(fn: Callable[P, R], /) -> ClientFunction[P, R]: ...


@overload
def client(
    *,
    name: str | None = ...,
    context: type[Context] | str | None = ...,
    affects: Affected | Sequence[Affected] = ...,
    private: bool = ...,
    route: str | None = ...,
    methods: str | Sequence[str] | None = ...,
    rev: int = ...,
    cache: bool | int = ...,
    user_scoped: bool | None = ...,
    atomic: bool | None = ...,
    login_required: bool = ...,
    permission: Permission | None = ...,
    errors: type[AppError] | Sequence[type[AppError]] = ...,
    deprecated: str | None = ...,
) -> Callable[[Callable[P, R]], ClientFunction[P, R]]: ...


def client(fn: Callable[..., Any] | None = None, /, **options: Any) -> Any:
    """Declare a server function, whose first argument is the request.

    `context` (a Context or its name): it reads, as part of that context. `affects` (contexts,
    functions, names, `Context.by(…)`, or a list): it changes what those show. `name`: on the wire,
    else the function's. `private`: only the server's own routes run it. `route` and `methods`: of a
    function that returns an HTTP response. `rev`: raise it to drop what caches hold. `cache`: True,
    False or seconds. `user_scoped`: whether the context differs between users. `atomic`: run in a
    transaction (default: for what affects). `login_required`, `permission` ("app.perm", or a
    callable of the request): who may run it. `errors`: the AppErrors it raises. `deprecated`: why.

    Raises TypeError for another option; what is wrong otherwise is found when the server starts.
    """
    return registry.client(fn, **options)


def affects(
    *affected: Affected | Sequence[Affected], atomic: bool = True
) -> Callable[[existing.F], existing.F]:
    """Say of a function that is not Mizan's what it makes stale: a view, a task, a command, any.

    `affected` is what `affects=` of `client` takes. An argument with the name of a scope parameter
    scopes the context; `UserContext.by("user_id")` says which, `.by(user_id="order.customer_id")`
    where else its value is: a path that is followed before the function runs and after it. What is
    missing makes the whole context stale. The function runs in a transaction unless not `atomic`,
    and what it raises rolls that back. Its reply, if it is in a request, has X-Mizan-Invalidate.

    Raises TypeError for a class and for a generator; a wrong name is found when the server starts.
    """
    return existing.decorator(registry, affected, atomic=atomic)


def affecting(
    affected: Affected, /, *, atomic: bool | None = None, **params: Any
) -> existing.Affecting:
    """Say of a block what it makes stale: `with affecting(UserContext, user_id=5):`.

    The arguments are those of `invalidate`. The block is a transaction unless `atomic` is False;
    under `async with` it is none, and what it makes stale is stale also where it raises. Beginning
    it raises what `invalidate` raises.
    """
    return existing.Affecting(registry, affected, params, atomic)


def invalidate(affected: Affected, /, **params: Any) -> None:
    """Say while a function runs that something else is stale: `invalidate(UserContext, user_id=7)`.

    `affected` is a context, a function, or a name of one; `"*"` is everything. Outside of a running
    function it is purged after the commit. Raises DeclarationError for what is not declared, and
    CoerceError for a value that is not of its parameter's type.
    """
    direct.invalidate(registry.catalog, affected, params)
