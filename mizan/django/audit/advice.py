"""The line of code to add.

Invariant: it is as narrow as what was seen makes certain, and names what the project names so.
"""

from __future__ import annotations

from mizan.django.audit import schema
from mizan.django.audit.declarations import ContextInfo, Project, model_of
from mizan.django.audit.record import Fact, Query


def of(kind: str, fact: Fact, query: Query, context: ContextInfo, project: Project) -> str:
    """Return the line for a write that is not said, or is said for other instances."""
    writer = fact.by[-1]
    whole = f"{context.symbol}.by()" if context.bound else context.symbol
    paths = _paths(fact, query, context)
    if writer.kind == "client" and writer.context is None:
        function = project.functions.get(writer.name)
        known = function.arguments if function else frozenset()
        affects = list(function.affects) if function else []
        is_scoped = bool(paths) and not context.bound and {*context.scope} <= known
        if kind == "scope":
            affects = [each for each in affects if each.partition(".")[0] != context.symbol]
            is_scoped = False
        if is_scoped or not paths:
            return _affects([*affects, context.symbol if is_scoped else whole])
        values = ", ".join(f"{name}=…" for name in paths)
        return f"invalidate({context.symbol}, {values})  # of each row that it writes"
    if writer.kind == "affects":
        scoped = ", ".join(f'{name}="…"' for name in paths)
        return f"@affects({context.symbol}.by({scoped}))" if paths else f"@affects({whole})"
    # Who declares nothing yet: a watch hears of the rows, whoever writes them through the ORM.
    if schema.table(fact.table) is None:
        return f"invalidate({context.symbol})  # beside the statement"
    values = "".join(f', {name}="{path}"' for name, path in paths.items())
    return f"watch({model_of(fact.table)}, {context.symbol}{values})"


def narrow(context: ContextInfo) -> str:
    """Return the line for a context that is always stale as a whole."""
    values = ", ".join(f"{name}=…" for name in context.scope)
    return f"invalidate({context.symbol}, {values})  # in place of all of {context.symbol}"


def symbol(project: Project, context: str, function: str) -> str:
    """Return how code names what is declared stale."""
    if function:
        return function
    return project.contexts[context].symbol if context in project.contexts else f'"{context}"'


def _affects(symbols: list[str]) -> str:
    unique = list(dict.fromkeys(symbols))
    return f"affects={unique[0]}" if len(unique) == 1 else f"affects=[{', '.join(unique)}]"


def _paths(fact: Fact, query: Query, context: ContextInfo) -> dict[str, str]:
    """Return for parameters of the context the field of the written rows that has their value."""
    table = schema.table(fact.table)
    if table is None or query.is_shared:
        return {}
    names = {str(each.column).lower(): each.attname for each in table.model._meta.concrete_fields}
    found = {}
    for name in context.scope:
        known = sorted(names[column] for column in query.scope.get(name, ()) if column in names)
        if known:
            found[name] = name if name in known else known[0]
    return found
