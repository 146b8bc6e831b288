"""System checks: every fault of declarations and settings, each with an id of its own.

Invariant: one `manage.py check` shows all faults; an id is public and never reused.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Advice
from django.urls import reverse

from mizan.django import cache_settings, conf, edge_settings, event_settings, routes, watching
from mizan.django.check_table import KNOWN, MIDDLEWARE
from mizan.django.host import DjangoHost
from mizan.server.catalog import Catalog, Function
from mizan.server.declare import where
from mizan.server.faults import Fault
from mizan.server.freeze import freeze
from mizan.server.registry import DeclarationsInvalid, registry

# code of a fault -> id
IDS = {
    "declaration.name": "mizan.E001",
    "declaration.duplicate": "mizan.E002",
    "declaration.both": "mizan.E003",
    "declaration.unknown_target": "mizan.E004",
    "declaration.parameter_type": "mizan.E005",
    "declaration.default": "mizan.E006",
    "declaration.ambiguous": "mizan.E007",
    "declaration.scope": "mizan.E008",
    "declaration.by": "mizan.E009",
    "declaration.route": "mizan.E010",
    "declaration.user_scoped": "mizan.E011",
    "declaration.hint": "mizan.E012",
    "declaration.option": "mizan.E013",
    "declaration.errors": "mizan.E014",
    "declaration.path": "mizan.E017",
}
NOT_INCLUDED = "mizan.E015"
NO_MIDDLEWARE = "mizan.E016"
SCOPED_BY_NO_IDENTIFIER = "mizan.W001"
NOT_OUTERMOST = "mizan.W003"
ROUTES_NOT_INCLUDED = "mizan.W004"
UNKNOWN_SETTING = "mizan.W005"

_IDENTIFIERS = frozenset({"id", "pk", "uuid", "slug", "code"})
_ENDINGS = ("_id", "_pk", "_uuid", "_slug")


def errors() -> list[CheckMessage]:
    """Return what must be right before a request can be answered: settings and declarations."""
    return [*check_settings(), *check_declarations()]


@register("mizan")
def check_settings(**_: Any) -> list[CheckMessage]:
    """Check every MIZAN_ setting."""
    parts = (conf, cache_settings, edge_settings, event_settings)
    found = [each for part in parts for each in part.problems()]
    return [
        Error(problem, hint=setting.help, obj=setting.name, id=setting.check)
        for setting, problem in found
    ]


@register("mizan")
def check_unknown_settings(**_: Any) -> list[CheckMessage]:
    """Warn of settings that are probably misspelt."""
    known = ", ".join(setting.name for setting in conf.SETTINGS)
    return [
        Advice("There is no such setting.", hint=f"There are: {known}.", obj=n, id=UNKNOWN_SETTING)
        for n in conf.unknown()
    ]


@register("mizan")
def check_declarations(**_: Any) -> list[CheckMessage]:
    """Report every fault of the declarations, all of them at once, and bad routes."""
    faults = [*_frozen()[1], *_route_faults(), *watching.faults()]
    return [Error(each.message, obj=each.where, id=IDS[each.code]) for each in faults]


@register("mizan")
def check_scopes(**_: Any) -> list[CheckMessage]:
    """Warn where an argument scopes a mutation and is no identifier by its name.

    What a mutation *changes* must not scope it: the list that the object leaves would stay stale.
    """
    catalog = _frozen()[0]
    return [
        Advice(
            f"{function.name} makes only the {context} of the given {name!r} stale.",
            hint=f"If {function.name} changes {name!r}, other instances are stale, too: say "
            f"affects=….by() for all of them. If {name!r} only identifies what changes, say "
            f"affects=….by({name!r}).",
            obj=_place(function),
            id=SCOPED_BY_NO_IDENTIFIER,
        )
        for function, context, name in (_inferred(catalog) if catalog else ())
        if name not in _IDENTIFIERS and not name.endswith(_ENDINGS)
    ]


@register("mizan")
def check_middleware(**_: Any) -> list[CheckMessage]:
    """Demand MizanMiddleware; warn where it is not the outermost."""
    listed = list(settings.MIDDLEWARE)
    if MIDDLEWARE not in listed:
        found = KNOWN[NO_MIDDLEWARE]
        return [Error(found.finds, hint=found.fix, obj="MIDDLEWARE", id=NO_MIDDLEWARE)]
    if listed[0] != MIDDLEWARE:
        text = f"MizanMiddleware is inside {listed[0]}, and does not see what that adds to replies."
        hint = KNOWN[NOT_OUTERMOST].fix
        return [Advice(text, hint=hint, obj="MIDDLEWARE", id=NOT_OUTERMOST)]
    return []


@register("mizan")
def check_urls(**_: Any) -> list[CheckMessage]:
    """Report URLs that are not included."""
    found: list[CheckMessage] = []
    if base_url() is None:
        said = KNOWN[NOT_INCLUDED]
        found.append(Error(said.finds, hint=said.fix, obj="ROOT_URLCONF", id=NOT_INCLUDED))
    routed = [each for each in registry.functions if each.options.route is not None]
    if not any(routes.namespaces(routes.app_name)):
        text = "No URL leads to {}: the routes of view functions are not included."
        hint = KNOWN[ROUTES_NOT_INCLUDED].fix
        found += [
            Advice(text.format(f.name), hint=hint, obj=f.where, id=ROUTES_NOT_INCLUDED)
            for f in routed
        ]
    return found


def base_url() -> str | None:
    """Return where `mizan.django.urls` are included, None where they are not."""
    namespace = next(routes.namespaces("mizan"), None)
    return None if namespace is None else reverse(f"{namespace}:call").removesuffix("call/")


def _frozen() -> tuple[Catalog | None, list[Fault]]:
    """Return (catalog, faults) of what is declared, wherever the URLs are."""
    if base_url() is None:
        return freeze(registry.functions, DjangoHost("/"), registry.writers)
    try:
        return registry.catalog, []
    except DeclarationsInvalid as error:
        return None, error.faults


def _route_faults() -> Iterator[Fault]:
    """Yield what Django does not take of a route, what the function does not, and what no request
    reaches, for Django takes the first pattern that fits, whatever the method."""
    known: dict[str, str] = {}
    for each in registry.functions:
        if each.options.route is None:
            continue
        pattern = routes.pattern_of(each)
        if isinstance(pattern, str):
            yield Fault("declaration.route", f"{each.name}: {pattern}", each.where)
            continue
        first = known.setdefault(str(pattern.pattern), each.name)
        if first != each.name:
            text = f"{each.name}: its route is that of {first}, so no request reaches it."
            yield Fault("declaration.route", text, each.where)
        arguments = [*inspect.signature(each.fn).parameters][1:]
        for name in pattern.pattern.converters.keys() - set(arguments):
            text = f"{each.name}: its route has {name!r}, which is none of its arguments."
            yield Fault("declaration.route", text, each.where)


def _inferred(catalog: Catalog) -> Iterator[tuple[Function, str, str]]:
    """Yield (function, context, argument) for each argument that scopes by its name alone."""
    for function in catalog.functions.values():
        for each in catalog.protocol.functions[function.name].effects:
            if "by" not in each.declaration:
                for name in each.scope:
                    if name not in each.context.bound:
                        yield function, each.context.declaration["name"], name


def _place(function: Function) -> str:
    return where(function.fn)
