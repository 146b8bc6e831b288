"""From declared functions to the catalog: hints read, names resolved, everything checked.

Invariant: a fault in one function hides none in another.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

from pydantic.errors import PydanticUserError

from mizan.errors import DeclarationError
from mizan.protocol.declarations import read_declarations
from mizan.server.arguments import Argument, Arguments, arguments_of, wire_value
from mizan.server.catalog import Catalog, Function
from mizan.server.context import By, Context
from mizan.server.declare import ClientFunction
from mizan.server.hints import HintError, parameter_type
from mizan.server.host import Host
from mizan.server.results import Result

_converter = re.compile(r"<(?:[^:<>]+:)?([^:<>]+)>")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of the declarations: its code, a sentence, and `file:line`."""

    code: str
    message: str
    where: str

    def __str__(self) -> str:
        """Return the line that people read."""
        return f"{self.where}: {self.message} [{self.code}]"


class _Draft:
    """A function whose hints have been read: its document, and what validates and shapes."""

    def __init__(self, declared: ClientFunction, host: Host, faults: list[Fault]) -> None:
        self.declared = declared
        self._host = host
        self._faults = faults
        self.ok = False
        self.document: dict[str, Any] = {"name": declared.name}
        try:
            arguments, returned = arguments_of(declared.fn)
            self.is_view = _is_view(returned, host.response_types)
            self.arguments = Arguments(declared.name, arguments, host.upload_types)
            self.result = Result(Any if self.is_view else returned, host.plain)
            self._describe(arguments)
            self.ok = True
        except (NameError, TypeError, PydanticUserError) as error:
            self.fault("hint", f"{declared.name}: {error}")

    def fault(self, code: str, message: str) -> None:
        """Note a fault of this function."""
        self._faults.append(Fault(f"declaration.{code}", message, self.declared.where))

    def _describe(self, arguments: Sequence[Argument]) -> None:
        options = self.declared.options
        reads = options.context is not None
        default = ["GET"] if reads else ["POST"]
        self.document |= {
            "path": "view" if self.is_view else "rpc",
            "private": options.private,
            "rev": options.rev,
            "cache": options.cache,
            "guarded": options.guarded,
            "methods": sorted(options.methods or default),
        }
        if reads:
            self.document["context"] = _context_name(options.context)
            self.document["parameters"] = [self._parameter(each) for each in arguments]
        else:
            self.document["arguments"] = [each.name for each in arguments]
        if options.route is not None:
            self.document["route"] = _wire_route(options.route)

    def _parameter(self, argument: Argument) -> dict[str, Any]:
        try:
            kind, nullable = parameter_type(argument.hint)
        except HintError as error:
            raise HintError(f"parameter {argument.name}: {error}") from error
        parameter = {"name": argument.name, "type": kind, "required": argument.required}
        if nullable:
            parameter["nullable"] = True
        if not argument.required:
            parameter["default"] = wire_value(argument.default)
        return parameter

    def resolve(self, contexts: Mapping[str, Any], drafts: Mapping[str, _Draft]) -> None:
        """Name what the function affects, now that all contexts and functions are known."""
        affects = self.declared.options.affects
        if affects:
            self.document["affects"] = [_affects(each, contexts, drafts) for each in affects]


def _affects(
    affected: Any, contexts: Mapping[str, Any], drafts: Mapping[str, _Draft]
) -> dict[str, Any]:
    """Return one item of `affects`: of a context, a function, `Context.by(…)`, or a name of one."""
    if isinstance(affected, By):
        return {"context": affected.context, "by": list(affected.names)}
    if isinstance(affected, ClientFunction):
        affected = affected.name
    name = _context_name(affected)
    if name not in contexts and name in drafts:
        context = drafts[name].document.get("context", name)
        return {"context": context, "function": name}
    return {"context": name}


def freeze(functions: Sequence[ClientFunction], host: Host) -> tuple[Catalog | None, list[Fault]]:
    """Return (catalog, []) of what was declared, or (None, all its faults)."""
    faults: list[Fault] = []
    drafts = [_Draft(each, host, faults) for each in functions]
    good = [each for each in drafts if each.ok]
    contexts = _contexts(good)
    for each in good:
        each.resolve(contexts, {draft.declared.name: draft for draft in drafts})
    document = {
        "mizan": "1.0",
        "base_url": host.base_url,
        "identity_params": sorted(host.identity_params),
        "contexts": [_context(each, good, host, faults) for each in contexts.values()],
        "functions": [each.document for each in good],
    }
    places = [each.declared.where for each in good], [_place(each) for each in contexts.values()]
    faults += _faults_of(document, *places)
    if faults:
        return None, sorted(set(faults), key=lambda fault: (fault.where, fault.message))
    protocol = read_declarations(document)
    compiled = {
        each.declared.name: Function(
            each.declared, protocol.functions[each.declared.name], each.arguments, each.result
        )
        for each in good
    }
    return Catalog(host, protocol, compiled, contexts), []


def _faults_of(
    document: dict[str, Any], functions: list[str], contexts: list[str]
) -> Iterator[Fault]:
    """Yield every fault of a document: each is noted, what has it is taken out, and the rest is
    looked at again. What leans on something taken out is taken out with it, silently."""
    document = {
        **document,
        "functions": document["functions"][:],
        "contexts": document["contexts"][:],
    }
    places = {"functions": functions[:], "contexts": contexts[:]}
    while True:
        try:
            read_declarations(document)
        except DeclarationError as error:
            _, section, number = (error.pointer or "").split("/")[:3]
            yield Fault(error.code, error.message, places[section].pop(int(number)))
            gone = document[section].pop(int(number))
            if section == "contexts" and all(
                c["name"] != gone["name"] for c in document["contexts"]
            ):
                _drop_readers(document, places["functions"], gone["name"])
        else:
            return


def _drop_readers(document: dict[str, Any], places: list[str], context: str) -> None:
    """Take out what reads or affects a context that was taken out."""
    kept = []
    for number, each in reversed(list(enumerate(document["functions"]))):
        affects = [a for a in each.get("affects", ()) if a["context"] != context]
        if each.get("context") == context or ("affects" in each and not affects):
            del places[number]
        else:
            kept.append({**each, "affects": affects} if "affects" in each else each)
    document["functions"] = kept[::-1]


def _contexts(drafts: Iterable[_Draft]) -> dict[str, type[Context]]:
    """Return the contexts that functions read, by name; one that is only named gets a class."""
    found: dict[str, type[Context]] = {}
    for draft in drafts:
        context = draft.declared.options.context
        if isinstance(context, str):
            if context not in found:
                found[context] = type(f"{context}_", (Context,), {"name": context})
        elif context is not None:
            found[context.name] = context
    return found


def _context(
    declared: type[Context], drafts: Sequence[_Draft], host: Host, faults: list[Fault]
) -> dict[str, Any]:
    document: dict[str, Any] = {"name": declared.name}
    readers = [each for each in drafts if each.document.get("context") == declared.name]
    said = {each.declared.options.user_scoped for each in readers} | {declared.user_scoped}
    if said - {None}:
        document["user_scoped"] = True in said
    if declared.scope_by is not None:
        document["scope_by"] = list(declared.scope_by)
    if declared.bound:
        document["bind"] = [
            {"name": name, "type": _bound_type(declared, name, readers, faults)}
            for name in declared.bound
        ]
    routes = host.view_urls.get(declared.name, ())
    if routes:
        document["page_routes"] = [_wire_route(route) for route in routes]
    return document


def _bound_type(
    declared: type[Context], name: str, readers: Sequence[_Draft], faults: list[Fault]
) -> dict[str, Any]:
    """Return the type of a bound parameter: its annotation's, else that of a function, else str."""
    hints = get_type_hints(declared)
    if name in hints:
        try:
            return parameter_type(hints[name])[0]
        except HintError as error:
            faults.append(Fault("declaration.hint", f"{name}: {error}", _place(declared)))
    for each in readers:
        for parameter in each.document["parameters"]:
            if parameter["name"] == name:
                return dict(parameter["type"])
    return {"type": "string"}


def _is_view(returned: Any, response_types: tuple[type, ...]) -> bool:
    return isinstance(returned, type) and issubclass(returned, response_types)


def _context_name(context: Any) -> str:
    return context if isinstance(context, str) else str(context.name)


def _wire_route(route: str) -> str:
    """Return a route with `<int:name>` as `:name`, beginning with a slash."""
    return "/" + _converter.sub(r":\1", route).lstrip("/")


def _place(context: type[Context]) -> str:
    """Return where a context class is, for messages."""
    try:
        file = inspect.getsourcefile(context)
        return f"{file}:{inspect.getsourcelines(context)[1]}"
    except (OSError, TypeError):
        return f"context {context.name}"
