"""The catalog: everything declared, checked and compiled (docs/architecture.md).

Invariant: immutable; the manifest, the client schema and the dispatcher are made from it alone, so
they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mizan.errors import DeclarationError
from mizan.protocol import declarations, policy
from mizan.protocol.coerce import coerce
from mizan.protocol.manifest import build_manifest
from mizan.protocol.scope import mutation_targets
from mizan.protocol.targets import EVERYTHING, Target
from mizan.server.arguments import Arguments, wire_value
from mizan.server.client_schema import client_schema, context_digest, digest
from mizan.server.context import Context, FromRequest
from mizan.server.declare import ClientFunction, Options
from mizan.server.host import Host
from mizan.server.problems import AppError, Problem
from mizan.server.results import Result


class Function:
    """A function as the dispatcher needs it."""

    def __init__(
        self,
        declared: ClientFunction,
        entry: declarations.FunctionEntry,
        arguments: Arguments,
        result: Result,
    ) -> None:
        document = entry.declaration
        self.name = declared.name
        self.fn = declared.fn
        self.is_async = declared.is_async
        self.options: Options = declared.options
        self.arguments = arguments
        self.result = result
        self.context: str | None = document.get("context")
        self.affects: list[Any] = list(document.get("affects", ()))
        self.is_view = document.get("path") == "view"
        self.is_public = not self.options.private and not self.is_view
        self.methods: tuple[str, ...] = tuple(document["methods"])
        self.bound = frozenset(name for each in entry.effects for name in each.context.bound)
        atomic = self.options.atomic
        self.atomic = bool(self.affects) if atomic is None else atomic

    @property
    def kind(self) -> str:
        """`read`, `mutation` or `call` (client-schema.schema.json)."""
        return "read" if self.context else "mutation" if self.affects else "call"


class ReadContext:
    """A context as the dispatcher needs it. `functions` are those that return data, by name."""

    def __init__(
        self,
        declared: type[Context],
        entry: declarations.ContextEntry,
        functions: Iterable[Function],
    ) -> None:
        self.name = declared.name
        self.functions = tuple(
            sorted((f for f in functions if not f.is_view), key=lambda f: f.name)
        )
        self.is_public = bool(self.functions)
        self.parameters = entry.parameters
        self.bound: dict[str, tuple[FromRequest, Mapping[str, Any]]] = {
            name: (declared.bound[name], kind) for name, kind in entry.bound.items()
        }
        self.scope_params = tuple(entry.scope)
        self.user_scoped = entry.user_scoped
        self.rev, self.cache = policy.effective(entry.functions)
        own = declared.__doc__ if declared.__doc__ != Context.__doc__ else None
        self.description = own and own.strip()


class Catalog:
    """Everything declared. `manifest` and `schema` are documents; `digest` is the schema's."""

    def __init__(
        self,
        host: Host,
        protocol: declarations.Catalog,
        functions: Mapping[str, Function],
        contexts: Mapping[str, type[Context]],
    ) -> None:
        self.host = host
        self.protocol = protocol
        self.functions = dict(functions)
        readers: dict[str, list[Function]] = {name: [] for name in contexts}
        for function in functions.values():
            if function.context:
                readers[function.context].append(function)
        self.contexts = {
            name: ReadContext(declared, protocol.contexts[name], readers[name])
            for name, declared in contexts.items()
        }
        self.manifest = build_manifest(protocol)
        self.schema = client_schema(host.base_url, functions.values(), self.contexts.values())
        self.digest = digest(self.schema)
        self.digests = {name: context_digest(self.schema, name) for name in self.contexts}

    def callable_function(self, name: str) -> Function:
        """Return the function that a client may call. Raises Problem (404, 403)."""
        function = self.functions.get(name)
        if function is None or function.is_view:
            raise Problem("not_found", f"There is no function {name!r}.")
        if function.options.private:
            raise Problem("private", f"{name} is private: only the server's routes run it.")
        return function

    def readable_context(self, name: str) -> ReadContext:
        """Return a context with functions that return data. Raises Problem (404)."""
        context = self.contexts.get(name)
        if context is None or not context.functions:
            raise Problem("not_found", f"There is no context {name!r}.")
        return context

    def bound_values(self, names: Iterable[str], request: Any) -> dict[str, Any]:
        """Return what the request gives for bound parameters, coerced; those it lacks left out.

        Where two contexts bind one name differently, both must agree on its value.
        """
        found: dict[str, Any] = {}
        wanted = set(names)
        for context in self.contexts.values():
            for name in context.bound.keys() & wanted:
                source, kind = context.bound[name]
                value = source.get(request)
                if value is not None:
                    found[name] = coerce(value, kind)
        return found

    def targets(
        self, function: Function, arguments: Mapping[str, Any], bound: Mapping[str, Any]
    ) -> tuple[Target, ...]:
        """Return what a call of the function makes stale, by its declaration."""
        if not function.affects:
            return ()
        return mutation_targets(self.protocol, function.name, arguments, bound)

    def target(self, name: str, params: Mapping[str, Any]) -> Target:
        """Return the target of a context or function by name, or `*`. Raises DeclarationError."""
        if name == "*":
            return EVERYTHING
        function = self.functions.get(name) if name not in self.contexts else None
        context = function.context if function else name
        if context not in self.contexts:
            raise DeclarationError("declaration.unknown_target", f"{name!r} is not declared.")
        types = {each["name"]: each["type"] for each in self.contexts[context].parameters}
        types |= {each: kind for each, (_, kind) in self.contexts[context].bound.items()}
        unknown = sorted(params.keys() - types.keys())
        if unknown:
            message = f"{context} has no parameter {unknown[0]!r}; it has: {', '.join(types)}."
            raise DeclarationError("declaration.unknown_target", message)
        values = {each: coerce(wire_value(value), types[each]) for each, value in params.items()}
        return Target(context, tuple(sorted(values.items())), function.name if function else None)

    def declares(self, function: str | None, error: AppError) -> bool:
        """Whether a function declares an error of this class."""
        known = self.functions.get(function or "")
        return known is not None and isinstance(error, known.options.errors)
