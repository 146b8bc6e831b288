"""What of a server an edge may be asked for: the contexts and pages of its manifest (SPEC.md,
section 12.1).

Invariant: nothing here has an effect at the server when it is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from mizan.protocol.policy import Cache
from mizan.protocol.targets import Target
from mizan.protocol.url import canonical_url, effective_params, parse_query

_each_param = re.compile(r"(?<=/):([a-z][a-z0-9_]*)(?=/|\Z)")


@dataclass(frozen=True, slots=True)
class Resource:
    """A URL, from its path on, and what the manifest says of it.

    `target` names what a purge of it purges, None where no context of the manifest has it. A
    `page` is drawn by a view; `params` are those of a context that is read as data.
    """

    path: str
    target: Target | None = None
    page: bool = True
    user_scoped: bool = False
    cache: Cache = True
    params: Mapping[str, Any] | None = None

    @property
    def endpoint(self) -> str:
        """Its path without the query."""
        return self.path.partition("?")[0]


def defaults(manifest: Mapping[str, Any]) -> list[Resource]:
    """Return one resource of each public context and page that needs no parameter, and one of a
    user's own, if there is one."""
    found = [each for name in sorted(manifest["contexts"]) for each in _plain(manifest, name)]
    private = [each for each in found if each.user_scoped]
    return [each for each in found if not each.user_scoped] + private[:1]


def find(manifest: Mapping[str, Any], path: str) -> Resource:
    """Return the resource of a URL, from its path on; one that no context has has no target.

    Raises ParamError, CoerceError, UrlError for a query that its context does not take.
    """
    begin, _, query = path.partition("?")
    name = _context_of(manifest, begin)
    if name is not None:
        context = manifest["contexts"][name]
        params = parse_query(manifest["base_url"], name, context["parameters"], query).params
        return _resource(context, path, _target(name, context, params), params=params)
    for name in sorted(manifest["contexts"]):
        context = manifest["contexts"][name]
        for route in (*context["views"], *context["page_routes"]):
            values = _route(route).fullmatch(begin)
            if values:
                given = {key: unquote(value) for key, value in values.groupdict().items()}
                return _resource(context, path, _target(name, context, given), page=True)
    return Resource(path)


def _plain(manifest: Mapping[str, Any], name: str) -> Iterator[Resource]:
    context = manifest["contexts"][name]
    target = Target(name)
    is_read = any(each["path"] == "rpc" for each in context["functions"])
    if is_read and not any(each["required"] for each in context["parameters"]):
        params = effective_params(context["parameters"], {})
        path = canonical_url(manifest["base_url"], name, params)
        yield _resource(context, path, target, params=params)
    for route in (*context["views"], *context["page_routes"]):
        if not _each_param.search(route):
            yield _resource(context, route, target, page=True)


def _resource(
    context: Mapping[str, Any],
    path: str,
    target: Target,
    *,
    page: bool = False,
    params: Mapping[str, Any] | None = None,
) -> Resource:
    return Resource(path, target, page, context["user_scoped"], context["cache"], params)


def _context_of(manifest: Mapping[str, Any], path: str) -> str | None:
    base = f"{manifest['base_url']}ctx/"
    name = path.removeprefix(base).removesuffix("/")
    return name if path == f"{base}{name}/" and name in manifest["contexts"] else None


def _target(name: str, context: Mapping[str, Any], values: Mapping[str, Any]) -> Target:
    """Return the smallest target that has the values: those of all scope parameters, or none."""
    scope = context["scope_params"]
    known = all(each in values for each in scope)
    return Target(name, tuple((each, values[each]) for each in sorted(scope)) if known else ())


def _route(route: str) -> re.Pattern[str]:
    """Return what matches the paths of a route such as `/p/:product_id/`."""
    parts = _each_param.split(route)
    texts = [f"(?P<{each}>[^/]+)" if i % 2 else re.escape(each) for i, each in enumerate(parts)]
    return re.compile("".join(texts))
