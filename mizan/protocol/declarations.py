"""Declarations, what a server knows when it starts (SPEC.md, sections 6.1, 7.2 and annex C.5).

Invariant: a catalog is made only of declarations without a fault; of several faults the first in
the order of annex C.5 is reported.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeAlias

from mizan.errors import DeclarationError, MizanError, show
from mizan.protocol.canonical import canonical_json
from mizan.protocol.coerce import check_type, coerce
from mizan.protocol.guards import MAX_SCOPE_PARAMS
from mizan.protocol.targets import is_name, is_parameter_name

_WORD = "small letters, digits and _, a letter first, at most 64"
_NAMES: dict[Callable[[str], object], str] = {
    is_name: f"words of {_WORD}, joined by dots",
    is_parameter_name: _WORD,
}

Document: TypeAlias = Mapping[str, Any]
"""A JSON object of ``declarations.schema.json``."""
Types: TypeAlias = Mapping[str, Document]
"""Types of parameters by their names."""


@dataclass(frozen=True, slots=True)
class ContextEntry:
    """A context with what follows from its functions; what is sorted is sorted by name."""

    declaration: Document
    functions: tuple[Document, ...]  # in the order of declaration
    parameters: tuple[dict[str, Any], ...]  # sorted; name, type, required, nullable, default?
    bound: Types  # sorted
    scope: Types  # sorted
    user_scoped: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """One item of a mutation's `affects`, its context, and what scopes its target, sorted."""

    declaration: Document
    context: ContextEntry
    scope: Types


@dataclass(frozen=True, slots=True)
class FunctionEntry:
    """A function with the names of its arguments and what it makes stale."""

    declaration: Document
    arguments: frozenset[str]
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Catalog:
    """Declarations that were checked: contexts and functions by name, in their order."""

    base_url: str
    contexts: Mapping[str, ContextEntry]
    functions: Mapping[str, FunctionEntry]


def read_declarations(declarations: Document) -> Catalog:
    """Check declarations (MZ-MAN-002) and return what follows from them.

    Raises DeclarationError, ``declaration.*``, whose pointer is the context's or function's.
    """
    contexts, functions = declarations["contexts"], declarations["functions"]
    _check_names(contexts, "context", is_name, _check_bound, "/contexts")
    known = {context["name"] for context in contexts}
    _check_names(
        functions, "function", is_name, lambda each: _check_function(each, known), "/functions"
    )
    identities = frozenset(declarations.get("identity_params", ()))
    readers: dict[str, list[Document]] = {name: [] for name in known}
    for function in functions:
        if "context" in function:
            readers[function["context"]].append(function)
    entries: dict[str, ContextEntry] = {}
    for number, each in enumerate(contexts):
        with _located(f"/contexts/{number}"):
            entries[each["name"]] = _context_entry(each, readers[each["name"]], identities)
    compiled: dict[str, FunctionEntry] = {}
    for number, each in enumerate(functions):
        with _located(f"/functions/{number}"):
            compiled[each["name"]] = _function_entry(each, entries)
    return Catalog(declarations["base_url"], entries, compiled)


def _check_names(
    items: Iterable[Document],
    what: str,
    is_valid: Callable[[str], object],
    check_item: Callable[[Document], None],
    pointer: str = "",
    owner: str = "",
) -> None:
    """For each item in order: its name, a repeated name, then what `check_item` finds."""
    seen: set[str] = set()
    for number, item in enumerate(items):
        with _located(f"{pointer}/{number}") if pointer else nullcontext():
            name = item["name"]
            if not isinstance(name, str) or not is_valid(name):
                wrong = f"The {what} name {show(name)}{owner} is not valid"
                raise _fault("name", f"{wrong}; it should be {_NAMES[is_valid]}")
            if name in seen:
                raise _fault("duplicate", f"The {what} {name}{owner} is declared twice")
            seen.add(name)
            check_item(item)


@contextmanager
def _located(pointer: str) -> Iterator[None]:
    """Give a fault that is found inside the JSON Pointer of the context or function it is in."""
    try:
        yield
    except DeclarationError as error:
        error.pointer = pointer
        raise


def _check_bound(context: Document) -> None:
    bound = context.get("bind", ())
    owner = f" of {context['name']}"
    _check_names(
        bound, "parameter", is_parameter_name, lambda each: check_type(each["type"]), owner=owner
    )


def _check_function(function: Document, contexts: set[str]) -> None:
    name, context = function["name"], function.get("context")
    is_private = function.get("private", False)
    if context is not None and ("affects" in function or is_private):
        what = "so it can have neither affects nor private; make two functions of it"
        raise _fault("both", f"{name} reads a context, {what}")
    is_view, has_route = function.get("path", "rpc") == "view", "route" in function
    if (has_route and not is_view) or (is_view and not has_route and not is_private):
        what = "returns data, so it has no route" if has_route else "is a page, so it needs a route"
        raise _fault("route", f"{name} {what}")
    if context is None:
        arguments = [{"name": argument} for argument in function.get("arguments", ())]
        _check_names(arguments, "argument", is_parameter_name, lambda _: None, owner=f" of {name}")
        return
    if context not in contexts:
        raise _fault("unknown_target", f"{name} reads {show(context)}, which is no context")
    _check_names(
        function.get("parameters", ()),
        "parameter",
        is_parameter_name,
        lambda each: _check_parameter(each, name),
        owner=f" of {name}",
    )


def _check_parameter(parameter: Document, owner: str) -> None:
    name, kind = parameter["name"], parameter["type"]
    check_type(kind)
    if parameter.get("nullable", False):
        fits = not parameter["required"] and parameter.get("default") is None
    elif "default" in parameter:
        fits = _is_of_type(parameter["default"], kind)
    else:
        fits = parameter["required"]
    if not fits:
        given = show(parameter["default"]) if "default" in parameter else "none"
        right = "null" if parameter.get("nullable", False) else "of its type"
        wrong = f"The default of the parameter {name} of {owner} is {given}"
        raise _fault("default", f"{wrong}; it should be {right}")


def _is_of_type(value: Any, kind: Document) -> bool:
    try:
        coerce(value, kind)
    except MizanError:
        return False
    return True


def _context_entry(
    context: Document, functions: Sequence[Document], identities: frozenset[str]
) -> ContextEntry:
    bound = {each["name"]: each["type"] for each in context.get("bind", ())}
    union = _union(context["name"], functions, bound)
    return ContextEntry(
        context,
        tuple(functions),
        tuple(union[name] for name in sorted(union)),
        dict(sorted(bound.items())),
        _scope(context, functions, union, bound),
        _is_user_scoped(context, functions, identities & union.keys()),
    )


def _union(context: str, functions: Sequence[Document], bound: Types) -> dict[str, dict[str, Any]]:
    """Return the union of the functions' parameters by name (MZ-PAR-001), bound ones left out."""
    union: dict[str, dict[str, Any]] = {}
    defaults: dict[str, str] = {}
    for each in (each for function in functions for each in function.get("parameters", ())):
        name, nullable = each["name"], each.get("nullable", False)
        known = union.get(name, {"type": bound.get(name, each["type"]), "nullable": nullable})
        if known["nullable"] != nullable or not _same_type(known["type"], each["type"]):
            wrong = f"{context} has the parameter {name} with two types"
            raise _fault("parameter_type", f"{wrong}; its functions must agree")
        if name in bound:
            continue
        entry = {"required": False, **known, "name": name}
        if each["required"]:
            entry["required"] = True
        else:
            entry["default"] = coerce(each.get("default"), each["type"], nullable=nullable)
            text = canonical_json(entry["default"])
            if defaults.setdefault(name, text) != text:
                what = f"two defaults, {defaults[name]} and {text}; its functions must agree"
                raise _fault("default", f"{context} has the parameter {name} with {what}")
        if entry["required"]:
            entry.pop("default", None)
        union[name] = entry
    return union


def _same_type(a: Document, b: Document) -> bool:
    return canonical_json(a) == canonical_json(b)


def _scope(
    context: Document, functions: Sequence[Document], union: Types, bound: Types
) -> dict[str, Document]:
    """Return the scope parameters (MZ-SCO-001), sorted."""
    required = [
        {each["name"] for each in function.get("parameters", ()) if each["required"]}
        for function in functions
    ]
    eligible = dict(bound)
    for name, parameter in union.items():
        if all(name in names for names in required):
            eligible[name] = parameter["type"]
    names = sorted(set(context.get("scope_by", eligible)))
    stray = [name for name in names if name not in eligible]
    if len(names) > MAX_SCOPE_PARAMS:
        what = f"{context['name']} has {len(names)} scope parameters"
        raise _fault("scope", f"{what}; choose at most {MAX_SCOPE_PARAMS} with scope_by")
    if stray:
        what = "neither bound nor required by every function"
        raise _fault("scope", f"{context['name']} cannot be scoped by {stray[0]}, which is {what}")
    return {name: eligible[name] for name in names}


def _is_user_scoped(
    context: Document, functions: Sequence[Document], identities: Iterable[str]
) -> bool:
    """Tell whether the results differ between users (MZ-MAN-003)."""
    is_forced = bool(context.get("bind")) or any(each.get("guarded") for each in functions)
    said = context.get("user_scoped")
    if said is False and is_forced:
        what = "binds a parameter or has a guarded function, so it is user-scoped"
        raise _fault("user_scoped", f"{context['name']} {what}")
    return said if isinstance(said, bool) else is_forced or bool(identities)


def _function_entry(function: Document, contexts: Mapping[str, ContextEntry]) -> FunctionEntry:
    arguments = frozenset(function.get("arguments", ()))
    effects = tuple(
        _effect(function["name"], arguments, affects, contexts)
        for affects in function.get("affects", ())
    )
    return FunctionEntry(function, arguments, effects)


def _effect(
    mutation: str,
    arguments: frozenset[str],
    affects: Document,
    contexts: Mapping[str, ContextEntry],
) -> Effect:
    context, function = contexts.get(affects["context"]), affects.get("function")
    if context is None:
        what = f"{show(affects['context'])}, which is no context"
        raise _fault("unknown_target", f"{mutation} affects {what}")
    if function is not None and all(each["name"] != function for each in context.functions):
        what = f"{show(function)}, which is no function of {affects['context']}"
        raise _fault("unknown_target", f"{mutation} affects {what}")
    given = {
        name: kind
        for name, kind in context.scope.items()
        if name in arguments or name in context.bound
    }
    by = affects.get("by", given)
    for name in by:
        if name not in given:
            what = "no scope parameter that it takes or that is bound"
            raise _fault("by", f"{mutation} cannot scope by {show(name)}, which is {what}")
    return Effect(affects, context, {name: given[name] for name in given if name in by})


def _fault(code: str, message: str) -> DeclarationError:
    return DeclarationError(f"declaration.{code}", f"{message}.")
