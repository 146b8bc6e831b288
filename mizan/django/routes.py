"""The routes of view functions: `path("", include("mizan.django.routes"))`.

Invariant: a route is a path of the site, as the manifest names it to edges; so this is included at
the root, wherever `mizan.django.urls` are. A system check (mizan.W004) says where it is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, overload

from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, URLResolver, get_resolver, path

from mizan.django import views
from mizan.server.declare import ClientFunction
from mizan.server.registry import registry

app_name = "mizan_routes"
_parameter = re.compile(r"(?<=/):([A-Za-z_][A-Za-z0-9_]*)")


class Patterns(Sequence[URLPattern]):
    """The URL patterns of all functions with a route, made when Django first asks for them.

    Reverse one by its function's name: `{% url "mizan_routes:profile_page" user_id=5 %}`. A route
    that Django refuses is left out here; a system check (mizan.E010) reports it.
    """

    def __init__(self) -> None:
        self._functions: list[ClientFunction[..., Any]] = []
        self._patterns: list[URLPattern] = []

    def _made(self) -> list[URLPattern]:
        if self._functions != registry.functions:
            found = [pattern_of(each) for each in registry.functions if each.options.route]
            self._functions = list(registry.functions)
            self._patterns = [each for each in found if isinstance(each, URLPattern)]
        return self._patterns

    def __len__(self) -> int:
        return len(self._made())

    def __iter__(self) -> Iterator[URLPattern]:
        return iter(self._made())

    @overload
    def __getitem__(self, index: int) -> URLPattern: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[URLPattern]: ...

    def __getitem__(self, index: int | slice) -> URLPattern | Sequence[URLPattern]:
        return self._made()[index]


urlpatterns = Patterns()


def pattern_of(function: ClientFunction[..., Any]) -> URLPattern | str:
    """Return the URL pattern of a function with a route, or what is wrong with the route."""
    route = _parameter.sub(r"<\1>", str(function.options.route)).removeprefix("/")
    try:
        return path(route, views.view_of(function), name=function.name)
    except ImproperlyConfigured as error:
        return str(error)


def namespaces(app: str, within: URLResolver | None = None) -> Iterator[str]:
    """Yield the full namespaces under which the URLs of an app are included, anywhere."""
    for name, (_, resolver) in (within or get_resolver()).namespace_dict.items():
        if resolver.app_name == app:
            yield name
        yield from (f"{name}:{inner}" for inner in namespaces(app, resolver))
