"""From declared functions to the catalog: names resolved, everything checked, then compiled.

Invariant: a fault in one function hides none in another.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, get_type_hints

from mizan.errors import DeclarationError
from mizan.protocol import declarations
from mizan.server.catalog import Catalog, Function
from mizan.server.context import By, Context
from mizan.server.declare import ClientFunction, near
from mizan.server.draft import Draft, context_name, wire_route
from mizan.server.faults import Fault, faults_of
from mizan.server.hints import HintError, parameter_type
from mizan.server.host import Host
from mizan.server.pieces import Pieces
from mizan.server.writers import Writer


def freeze(
    functions: Sequence[ClientFunction[..., Any]], host: Host, writers: Iterable[Writer] = ()
) -> tuple[Catalog | None, list[Fault]]:
    """Return (catalog, []) of what was declared, by the host too, or (None, all its faults).

    `writers` are existing code; by what they scope is looked at once the rest has no fault.
    """
    declared, writers = (*functions, *host.functions), [*writers]
    try:  # mostly nothing has a fault: then all functions are described at once, which is quick
        catalog, _ = _frozen(declared, host, writers, described=False)
    except Exception:  # noqa: BLE001 (hints are code: they raise anything)
        catalog = None
    return (catalog, []) if catalog else _frozen(declared, host, writers, described=True)


def _frozen(
    functions: Iterable[ClientFunction[..., Any]],
    host: Host,
    writers: Sequence[Writer],
    *,
    described: bool,
) -> tuple[Catalog | None, list[Fault]]:
    """Do so. With `described` each function is described by itself, so that it is known which has a
    fault; else this raises, whatever pydantic does, where one cannot be described."""
    pieces = Pieces()
    drafts = [Draft(each, host, pieces, described=described) for each in functions]
    contexts = _Contexts(drafts, host)
    for draft in drafts:
        _resolve_affects(draft, contexts, drafts)
    readable = [each for each in drafts if each.readable]
    document = {
        "mizan": "1.0",
        "base_url": host.base_url,
        "identity_params": sorted(host.identity_params),
        "contexts": [contexts.document(name) for name in contexts.classes],
        "functions": [each.document for each in readable],
    }
    faults = [fault for draft in drafts for fault in draft.faults] + contexts.faults
    protocol = None if faults else _read(document)
    if protocol is None:
        faults += faults_of(
            document,
            [partial(str, each.declared.where) for each in readable],
            [partial(contexts.where, name) for name in contexts.classes],
            {each.context for each in drafts if each.context and not each.readable},
        )
    faults += _unknown_targets(writers, contexts, drafts)
    if not faults and protocol is not None:
        faults += [fault for each in writers for fault in each.scope_faults(protocol)]
    if faults or protocol is None:
        return None, sorted(set(faults), key=lambda fault: (fault.where, fault.message))
    compiled = {
        each.name: Function(
            each.declared,
            protocol.functions[each.name],
            each.arguments,
            each.result,
            all_atomic=host.all_atomic,
        )
        for each in drafts
    }
    catalog = Catalog(host, protocol, compiled, contexts.classes, strict=not described)
    if not described:
        _describe_rest(catalog)
    return catalog, []


def _read(document: Mapping[str, Any]) -> declarations.Catalog | None:
    """Return what follows from declarations, None if they have a fault."""
    try:
        return declarations.read_declarations(document)
    except DeclarationError:
        return None


def _describe_rest(catalog: Catalog) -> None:
    """Describe what the client schema leaves out: what only the server's code runs, views, and
    arguments that the server fills in."""
    for each in catalog.functions.values():
        if not each.is_public or (each.context and catalog.contexts[each.context].bound):
            each.arguments.described()
            each.result.described()


class _Contexts:
    """The contexts that functions read: `classes` by name, in the order of declaration."""

    def __init__(self, drafts: Sequence[Draft], host: Host) -> None:
        self.classes: dict[str, type[Context]] = {}
        self.faults: list[Fault] = []
        self._host = host
        self._readers: dict[str, list[Draft]] = {}
        for draft in drafts:
            if draft.context is not None:
                self._readers.setdefault(draft.context, []).append(draft)
                self._add(draft.context, draft.options.context)

    def _add(self, name: str, given: type[Context] | str | None) -> None:
        """Note a context; one that is only named gets a class of its own."""
        known = self.classes.get(name)
        if not isinstance(given, type):
            self.classes.setdefault(name, type("NamedContext", (_Named,), {"name": name}))
        elif known is None or issubclass(known, _Named):
            self.classes[name] = given
        elif known is not given:
            message = f"The context {name} is declared twice. The other is at {_place(known)}."
            self.faults.append(Fault("declaration.duplicate", message, _place(given)))

    def where(self, name: str) -> str:
        """Return where a context is declared, or else first read."""
        declared = self.classes[name]
        if issubclass(declared, _Named):
            return self._readers[name][0].declared.where
        return _place(declared)

    def document(self, name: str) -> dict[str, Any]:
        """Return a context's item of `declarations`."""
        declared = self.classes[name]
        document: dict[str, Any] = {"name": name}
        wrong = _wrong_attributes(declared)
        for message in wrong.values():
            self._fault(declared, "option", message)
        own = None if "user_scoped" in wrong else declared.user_scoped
        said = {each.options.user_scoped for each in self._readers[name]} | {own}
        if said != {None}:
            document["user_scoped"] = True in said
        if declared.scope_by is not None:
            document["scope_by"] = [] if "scope_by" in wrong else list(declared.scope_by)
        if declared.bound:
            document["bind"] = self._bind(declared)
        routes = self._host.view_urls.get(name, ())
        if routes:
            document["page_routes"] = [wire_route(route) for route in routes]
        return document

    def _bind(self, declared: type[Context]) -> list[dict[str, Any]]:
        """Return the bound parameters: each of its annotation's type, else that of a function's
        parameter, else a string."""
        types: dict[str, Any] = {
            parameter["name"]: parameter["type"]
            for reader in reversed(self._readers[declared.name])
            for parameter in reader.parameters
        }
        try:
            hints = get_type_hints(declared, include_extras=True)
        except Exception as error:  # noqa: BLE001 (hints are code: they raise anything)
            hints = {}
            self._fault(declared, "hint", str(error))
        for name in declared.bound.keys() & hints.keys():
            try:
                types[name], _ = parameter_type(hints[name])
            except HintError as error:
                self._fault(declared, error.code, f"{name}: {error}")
        return [
            {"name": name, "type": types.get(name, {"type": "string"})} for name in declared.bound
        ]

    def _fault(self, declared: type[Context], code: str, message: str) -> None:
        what = f"{declared.__name__}: {message.rstrip('.')}."
        self.faults.append(Fault(f"declaration.{code}", what, _place(declared)))


def _wrong_attributes(declared: type[Context]) -> dict[str, str]:
    """Return what is wrong with a context's attributes, by name."""
    scope_by: Any = declared.scope_by
    found = {
        "user_scoped": declared.user_scoped in (None, True, False),
        "scope_by": scope_by is None
        or (isinstance(scope_by, (list, tuple)) and all(isinstance(n, str) for n in scope_by)),
    } | {name: callable(bound.get) for name, bound in declared.bound.items()}
    should = {"user_scoped": "True, False or None", "scope_by": 'names such as ("user_id",)'}
    return {
        name: f"{name} is {getattr(declared, name)!r}; it should be "
        f"{should.get(name, 'FromRequest of a callable, lambda request: …')}."
        for name, is_right in found.items()
        if not is_right
    }


class _Named(Context):
    """The base of contexts that are only named."""


def _resolve_affects(draft: Draft, contexts: _Contexts, drafts: Sequence[Draft]) -> None:
    """Name what a function affects, now that all contexts and functions are known."""
    if not draft.options.affects:
        return
    functions = {each.name: each for each in drafts}
    named = []
    for each in draft.options.affects:
        item = _affected(each, contexts, functions)
        if isinstance(each, By) and each.paths:
            draft.fault("by", "by() takes paths for @affects and watch; here give names alone.")
        elif isinstance(item, str):
            draft.fault("unknown_target", item)
        else:
            named.append(item)
    draft.document["affects"] = named


def _unknown_targets(
    writers: Iterable[Writer], contexts: _Contexts, drafts: Sequence[Draft]
) -> Iterable[Fault]:
    """Yield a fault for each thing that existing code affects and that is not declared."""
    functions = {each.name: each for each in drafts}
    for writer in writers:
        for each in writer.affected:
            item = _affected(each, contexts, functions)
            if isinstance(item, str):
                yield writer.fault("unknown_target", item)


def _affected(
    affected: Any, contexts: _Contexts, functions: dict[str, Draft]
) -> dict[str, Any] | str:
    """Return an item of `affects`, or what is wrong with it."""
    by = {"by": list(affected.names)} if isinstance(affected, By) else {}
    name = affected.context if isinstance(affected, By) else context_name(affected)
    if name in contexts.classes:
        return {"context": name, **by}
    if isinstance(affected, ClientFunction):
        name = affected.name
    if name is None:
        return f"affects names {affected!r}; it should be contexts, functions or their names."
    function = functions.get(name)
    if function is not None and not by and not isinstance(affected, type):
        if function.context is None:
            return f"affects names the function {name}, which reads no context."
        return {"context": function.context, "function": name}
    if isinstance(affected, type):
        return f"affects names {affected.__name__}, which no function reads."
    return f"affects names {name!r}, which is neither{near(name, [*contexts.classes, *functions])}."


def _place(context: type[Context]) -> str:
    """Return where a context class is, for messages."""
    try:
        return f"{inspect.getsourcefile(context)}:{inspect.getsourcelines(context)[1]}"
    except (OSError, TypeError):  # made at run time
        return f"{context.__module__}.{context.__qualname__}"
