"""The manifest, what an edge needs to know of a server (SPEC.md, section 12.1 and annex C.5).

Invariant: a pure function of the declarations, in one order whatever theirs is.
"""

from collections.abc import Iterable
from typing import Any

from mizan.protocol.declarations import (
    Catalog,
    ContextEntry,
    Document,
    FunctionEntry,
    read_declarations,
)
from mizan.protocol.policy import effective


def build_manifest(declarations: Document | Catalog) -> dict[str, Any]:
    """Return the manifest as JSON values; its text is their canonical text (MZ-MAN-001).

    `declarations` may be a catalog, which was checked before. Raises DeclarationError.
    """
    catalog = declarations if isinstance(declarations, Catalog) else read_declarations(declarations)
    base_url = catalog.base_url
    return {
        "mizan": "1.0",
        "base_url": base_url,
        "contexts": {
            name: {"endpoint": f"{base_url}ctx/{name}/", **_context(context)}
            for name, context in sorted(catalog.contexts.items())
        },
        "mutations": {
            name: _mutation(function)
            for name, function in sorted(catalog.functions.items())
            if function.effects
        },
    }


def _context(context: ContextEntry) -> dict[str, Any]:
    rev, cache = effective(context.functions)
    functions = [
        {"name": each["name"], "path": each.get("path", "rpc"), "rev": each.get("rev", 0)}
        for each in context.functions
    ]
    return {
        "functions": sorted(functions, key=lambda each: each["name"]),
        "parameters": [dict(each) for each in context.parameters],
        "bound_params": [{"name": name, "type": kind} for name, kind in context.bound.items()],
        "scope_params": list(context.scope),
        "views": _distinct(each["route"] for each in context.functions if "route" in each),
        "page_routes": _distinct(context.declaration.get("page_routes", ())),
        "render_strategy": "dynamic_cached" if context.user_scoped else "psr",
        "user_scoped": context.user_scoped,
        "rev": rev,
        "cache": cache,
    }


def _mutation(function: FunctionEntry) -> dict[str, Any]:
    declaration = function.declaration
    scoped: dict[str, set[str]] = {}
    for effect in function.effects:
        # A context that is affected twice is scoped by what both have: the broadest.
        scoped.setdefault(effect.declaration["context"], set(effect.scope)).intersection_update(
            effect.scope
        )
    affects = [dict(effect.declaration) for effect in function.effects]
    manifest = {
        "affects": sorted(affects, key=lambda each: (each["context"], each.get("function", ""))),
        "auto_scoped_params": {
            context: sorted(names) for context, names in sorted(scoped.items()) if names
        },
        "private": declaration.get("private", False),
        "methods": _distinct(declaration.get("methods", ("POST",))),
    }
    if "route" in declaration:
        manifest["route"] = declaration["route"]
    return manifest


def _distinct(items: Iterable[str]) -> list[str]:
    return sorted(set(items))
