"""Strategies for declarations and manifests (SPEC.md, section 12 and annex C.5).

Invariant: every document drawn follows `declarations.schema.json` and is without fault; what one
could get wrong is right by construction, never filtered.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any, Final

from hypothesis import strategies as st

from ._names import names, parameter_names
from ._values import accepted_values, parameter_types

Document = dict[str, Any]

_MOST_SCOPES: Final = 3
_METHODS: Final = ("DELETE", "GET", "PATCH", "POST", "PUT")
# Made once: making a strategy costs more than drawing from it.
_names, _parameter_names, _types = names(), parameter_names(), parameter_types()


@st.composite
def parameters(draw: st.DrawFn, name: str | None = None) -> Document:
    """One parameter of a context: required, optional with a default of its type, or nullable."""
    document: Document = {
        "name": draw(_parameter_names) if name is None else name,
        "type": draw(_types),
    }
    how = draw(st.sampled_from(["required", "required", "optional", "nullable"]))
    if how == "required":
        return {**document, "required": True}
    if how == "nullable":
        return {**document, "required": False, "nullable": True, "default": None}
    return {**document, "required": False, "default": draw(accepted_values(document["type"]))}


_parameters = parameters()


@st.composite
def declarations(draw: st.DrawFn, max_contexts: int = 3) -> Document:
    """What a server declares: contexts with reading functions, mutations, and plain functions."""
    context_names = draw(st.lists(_names, max_size=max_contexts, unique=True))
    prefix = draw(st.sampled_from(["f", "shop.read_", "x" * 60 + ".f"]))
    unused = map(f"{prefix}{{}}".format, count())
    drawn = [_context(draw, name, unused) for name in context_names]
    functions = [function for _, found in drawn for function in found]
    mutations = [_mutation(draw, next(unused), drawn) for _ in range(draw(st.integers(0, 3)))]
    plain = [{"name": next(unused)} for _ in range(draw(st.integers(0, 1)))]
    return {
        "mizan": "1.0",
        "base_url": draw(st.sampled_from(["/", "/api/mizan/", "https://example.org/m/"])),
        "identity_params": draw(st.lists(_parameter_names, max_size=2, unique=True)),
        "contexts": [context for context, _ in drawn],
        "functions": draw(st.permutations([*functions, *mutations, *plain])),
    }


def manifests() -> st.SearchStrategy[Document]:
    """The manifest of some declarations."""
    # Imported here, since the strategies for headers do without the rest of the core.
    from mizan.protocol.manifest import build_manifest

    return declarations().map(build_manifest)


def scope_params(context: Document, functions: list[Document]) -> list[str]:
    """Return the scope parameters of a drawn context and its reading functions, sorted."""
    if "scope_by" in context:
        return sorted(context["scope_by"])
    return _eligible(context, functions)


def _context(draw: st.DrawFn, name: str, unused: Iterator[str]) -> tuple[Document, list[Document]]:
    pool = draw(st.lists(_parameters, max_size=5, unique_by=lambda found: found["name"]))
    bound_names = draw(st.lists(_parameter_names, max_size=2, unique=True))
    bind: list[Document] = [{"name": bound, "type": draw(_types)} for bound in bound_names]
    types = {found["name"]: found["type"] for found in bind}
    # A function may have a parameter of a bound one's name, if it is of the same type.
    pool = [_like_bound(found["name"], types) or found for found in pool]
    functions = [_reading(draw, next(unused), name, pool) for _ in range(draw(st.integers(1, 3)))]
    document: Document = {"name": name}
    if bind:
        document["bind"] = bind
    eligible = _eligible(document, functions)
    if len(eligible) > _MOST_SCOPES or (eligible and draw(st.booleans())):
        document["scope_by"] = draw(
            st.lists(st.sampled_from(eligible), max_size=_MOST_SCOPES, unique=True)
        )
    if not bind and not any(function.get("guarded") for function in functions):
        document |= draw(st.sampled_from([{}, {"user_scoped": False}, {"user_scoped": True}]))
    document |= draw(st.sampled_from([{}, {"page_routes": ["/", "/u/:user_id/"]}]))
    return document, functions


def _like_bound(name: str, types: dict[str, Document]) -> Document:
    return {"name": name, "type": types[name], "required": True} if name in types else {}


def _reading(draw: st.DrawFn, name: str, context: str, pool: list[Document]) -> Document:
    chosen = [found for found in pool if draw(st.integers(0, 3))]
    document: Document = {"name": name, "context": context, "parameters": chosen}
    document |= draw(st.sampled_from([{}, {}, {"path": "view", "route": "/v/:user_id/:b/"}]))
    document |= draw(st.sampled_from([{}, {}, {"guarded": True}]))
    document |= draw(st.sampled_from([{}, {"rev": 2}, {"cache": 60}, {"cache": False}]))
    return document


def _mutation(draw: st.DrawFn, name: str, drawn: list[tuple[Document, list[Document]]]) -> Document:
    arguments = draw(st.lists(_parameter_names, max_size=4, unique=True))
    document: Document = {"name": name, "arguments": arguments}
    if drawn:
        chosen = draw(st.lists(st.sampled_from(drawn), min_size=1, max_size=3))
        document["affects"] = [_affects(draw, *found, arguments) for found in chosen]
    document |= draw(
        st.sampled_from([{}, {}, {"private": True}, {"path": "view", "route": "/do/"}])
    )
    methods = st.lists(st.sampled_from(_METHODS), min_size=1, max_size=2, unique=True)
    return document | ({"methods": draw(methods)} if draw(st.booleans()) else {})


def _affects(
    draw: st.DrawFn, context: Document, functions: list[Document], arguments: list[str]
) -> Document:
    document: Document = {"context": context["name"]}
    if draw(st.booleans()):
        document["function"] = draw(st.sampled_from(functions))["name"]
    bound = {found["name"] for found in context.get("bind", ())}
    usable = [
        name for name in scope_params(context, functions) if name in bound or name in arguments
    ]
    if draw(st.booleans()):
        document["by"] = draw(st.lists(st.sampled_from(usable), unique=True)) if usable else []
    return document


def _eligible(context: Document, functions: list[Document]) -> list[str]:
    """Return what may scope: what every function requires, and what is bound (MZ-SCO-001)."""
    required = [
        {found["name"] for found in function["parameters"] if found["required"]}
        for function in functions
    ]
    bound = {found["name"] for found in context.get("bind", ())}
    return sorted(set.intersection(*required) | bound)
