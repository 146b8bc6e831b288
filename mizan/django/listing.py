"""Everything declared, as rows: for `manage.py mizan_functions`.

Invariant: one row for each function of the catalog, sorted by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mizan.server.catalog import Catalog, Function
from mizan.server.declare import where

Row = Mapping[str, Any]

# heading -> the text of a row in that column
_COLUMNS: dict[str, Callable[[Row], str]] = {
    "name": lambda row: row["name"],
    "kind": lambda row: _words(
        row["private"] and "private", row["path"] == "view" and "view", row["kind"]
    ),
    "context / affects": lambda row: row["context"] or ", ".join(row["affects"]),
    "parameters": lambda row: ", ".join(row["parameters"]),
    "scope": lambda row: ", ".join(row["scope"]),
    "route": lambda row: row["route"] or "",
    "methods": lambda row: " ".join(row["methods"]),
    "guards": lambda row: _words(row["login_required"] and "login", row["permission"]),
    "declared at": lambda row: row["where"],
}


def rows(catalog: Catalog) -> list[dict[str, Any]]:
    """Return a JSON-shaped row for each declared function."""
    return [_row(catalog, catalog.functions[name]) for name in sorted(catalog.functions)]


def table(found: Sequence[Row]) -> str:
    """Return rows as a table of text."""
    lines = [tuple(_COLUMNS), *(tuple(text(row) for text in _COLUMNS.values()) for row in found)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, tuple("-" * width for width in widths))
    return "".join("  ".join(map(str.ljust, line, widths)).rstrip() + "\n" for line in lines)


def _row(catalog: Catalog, function: Function) -> dict[str, Any]:
    entry = catalog.protocol.functions[function.name]
    options = function.options
    return {
        "name": function.name,
        "kind": function.kind,
        "path": "view" if function.is_view else "rpc",
        "private": options.private,
        "context": function.context,
        "affects": [_affected(each) for each in function.affects],
        "parameters": [each.name for each in function.arguments.arguments],
        "scope": sorted(_scope(catalog, function)),
        "route": entry.declaration.get("route"),
        "methods": list(function.methods),
        "login_required": options.login_required,
        "permission": _permission(options.permission),
        "atomic": function.atomic,
        "rev": options.rev,
        "cache": options.cache,
        "deprecated": options.deprecated,
        "where": _near(where(function.fn)),
    }


def _affected(affected: Mapping[str, Any]) -> str:
    function = affected.get("function")
    return f"{affected['context']}/{function}" if function else str(affected["context"])


def _scope(catalog: Catalog, function: Function) -> set[str]:
    """Return what scopes a context that it reads, or a target of it."""
    if function.context:
        return set(catalog.contexts[function.context].scope_params)
    mutation = catalog.manifest["mutations"].get(function.name, {})
    scopes = mutation.get("auto_scoped_params", {}).values()
    return {name for names in scopes for name in names}


def _permission(permission: Any) -> str | None:
    return (
        permission if permission is None else getattr(permission, "__qualname__", str(permission))
    )


def _near(place: str) -> str:
    """Return `file:line` with the file below the current folder, where it is."""
    file, _, line = place.rpartition(":")
    try:
        return f"{Path(file).relative_to(Path.cwd())}:{line}"
    except ValueError:
        return place


def _words(*words: Any) -> str:
    return " ".join(str(word) for word in words if word)
