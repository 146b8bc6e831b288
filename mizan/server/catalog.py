"""The catalog: everything declared, checked and compiled (docs/architecture.md).

Invariant: immutable; the manifest, the client schema and the dispatcher are made from it alone, so
they cannot disagree.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from mizan.errors import CoerceError, DeclarationError, JsonError, show
from mizan.protocol import declarations, policy
from mizan.protocol.coerce import coerce
from mizan.protocol.manifest import build_manifest
from mizan.protocol.scope import effect_target
from mizan.protocol.targets import EVERYTHING, Target, canonical_set
from mizan.server.app_errors import AppError
from mizan.server.arguments import Arguments, wire_value
from mizan.server.client_schema import client_schema, context_digest, digest
from mizan.server.context import Bound, Context
from mizan.server.declare import ClientFunction, Options, near
from mizan.server.host import Host
from mizan.server.incoming import Queries
from mizan.server.problems import Problem
from mizan.server.results import Result, ResultInvalid
from mizan.server.slots import Slots

BoundValues = Mapping[str, Mapping[str, Any]]
"""Values of bound parameters, by context and name."""


class Function:
    """A function as the dispatcher needs it."""

    def __init__(
        self,
        declared: ClientFunction[..., Any],
        entry: declarations.FunctionEntry,
        arguments: Arguments,
        result: Result,
        *,
        all_atomic: bool = False,
    ) -> None:
        document = entry.declaration
        self.name = declared.name
        self.fn = declared.fn
        self.is_async = declared.is_async
        self.options: Options = declared.options
        self.is_guarded = declared.options.guarded
        self.arguments = arguments
        self.result = result
        self.context: str | None = document.get("context")
        self.affects: list[Any] = list(document.get("affects", ()))
        self.effects = entry.effects
        self.is_view = document["path"] == "view"
        self.is_public = not self.options.private and not self.is_view
        self.methods: tuple[str, ...] = tuple(document["methods"])
        atomic = self.options.atomic
        writes = bool(self.affects) or (all_atomic and self.context is None)
        self.atomic = writes if atomic is None else atomic
        scoping = {name for effect in entry.effects for name in effect.scope}
        self.scoping = scoping & entry.arguments
        # context -> names of bound parameters that scope a target
        self.bound = {
            effect.declaration["context"]: effect.scope.keys() & effect.context.bound.keys()
            for effect in entry.effects
            if effect.scope.keys() & effect.context.bound.keys()
        }

    @cached_property
    def signature(self) -> inspect.Signature:
        """Its signature, which calls from Python alone need."""
        return inspect.signature(self.fn)

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
        self.parameters = entry.parameters
        self.bound: Mapping[str, Bound] = declared.bound
        self.bound_types = entry.bound
        self.scope_params = tuple(entry.scope)
        self.user_scoped = entry.user_scoped
        self.rev, self.cache = policy.effective(entry.functions)
        self.description = inspect.cleandoc(declared.__doc__ or "")

    def coerced(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """Return values of bound parameters as canonical values. Raises ResultInvalid: what the
        server takes from the request is the server's own."""
        try:
            return {name: coerce(value, self.bound_types[name]) for name, value in found.items()}
        except (CoerceError, JsonError) as error:
            what = f"a bound parameter of {self.name}, taken from the request, does not fit"
            raise ResultInvalid(f"{what}: {error.message}") from error


class Catalog:
    """Everything declared. `schema` is the client schema, `digest` its digest. If `strict`, raises
    Undescribed as `client_schema` does."""

    def __init__(
        self,
        host: Host,
        protocol: declarations.Catalog,
        functions: Mapping[str, Function],
        contexts: Mapping[str, type[Context]],
        *,
        strict: bool = False,
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
        self.schema = client_schema(
            host.base_url, self.functions.values(), self.contexts.values(), strict=strict
        )
        self.digest = digest(self.schema)
        self.slots = Slots(self)
        self.queries = Queries(host.base_url)

    # Who answers requests needs neither, or not at once.
    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The manifest (`manifest.schema.json`)."""
        return build_manifest(self.protocol)

    @cached_property
    def digests(self) -> dict[str, str]:
        """The digests of the contexts' parts of the client schema, by name."""
        return {name: context_digest(self.schema, name) for name in self.contexts}

    def callable_function(self, name: str) -> Function:
        """Return the function that a client may call. Raises Problem (404, 403)."""
        function = self.functions.get(name)
        if function is not None and function.options.private:
            raise Problem("private", f"{name} is private: only the server's own code runs it.")
        if function is None or function.is_view:
            raise Problem("not_found", f"There is no function {show(name)}.")
        return function

    def readable_context(self, name: str) -> ReadContext:
        """Return a context with functions that return data. Raises Problem (404)."""
        context = self.contexts.get(name)
        if context is None or not context.functions:
            raise Problem("not_found", f"There is no context {show(name)}.")
        return context

    def bound_values(self, context: str, names: Iterable[str], request: Any) -> dict[str, Any]:
        """Return what a request gives for bound parameters of a context, as wire values; those it
        lacks are left out, and a call from Python with the request None lacks all."""
        if request is None:
            return {}
        sources = self.contexts[context].bound
        found = {name: wire_value(sources[name].get(request)) for name in names}
        return {name: value for name, value in found.items() if value is not None}

    def targets(
        self, function: Function, arguments: Mapping[str, Any], bound: BoundValues
    ) -> tuple[Target, ...]:
        """Return what a call of the function makes stale, by its declaration."""
        scoping = function.scoping
        given = {name: wire_value(arguments[name]) for name in scoping if name in arguments}
        found = [
            effect_target(effect, given, bound.get(effect.declaration["context"], {}))
            for effect in function.effects
        ]
        return canonical_set(found) if len(found) > 1 else tuple(found)

    def context_target(self, name: str, params: Mapping[str, Any]) -> Target:
        """Return the target of a context, a function or `*`, by name. Raises DeclarationError."""
        if name == "*" and not params:
            return EVERYTHING
        if name not in self.contexts:
            return self.function_target(name, params)
        return Target(name, self._values(self.contexts[name], params))

    def view_tags(self, context: str, arguments: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the tags of the instance of which a view of a context shows data; none where that
        depends on the request besides its arguments."""
        known = self.contexts[context]
        if known.bound:
            return ()
        scope = {name: arguments[name] for name in known.scope_params if name in arguments}
        return self.slots.tags(context, dict(self._values(known, scope)))

    def function_target(self, name: str, params: Mapping[str, Any]) -> Target:
        """Return the target of a reading function, by name. Raises DeclarationError."""
        function = self.functions.get(name)
        if function is None or function.context is None:
            readers = [each.name for each in self.functions.values() if each.context]
            known = near(name, [*self.contexts, *readers])
            message = f"{name!r} is neither a context nor a function of one{known}."
            raise DeclarationError("declaration.unknown_target", message)
        context = self.contexts[function.context]
        return Target(context.name, self._values(context, params), name)

    def _values(
        self, context: ReadContext, params: Mapping[str, Any]
    ) -> tuple[tuple[str, Any], ...]:
        """Return parameters as canonical values, sorted; null ones are none."""
        types = {each["name"]: each["type"] for each in context.parameters} | dict(
            context.bound_types
        )
        for name in params:
            if name not in types:
                message = f"{context.name} has no parameter {name!r}{near(name, types)}."
                raise DeclarationError("declaration.unknown_target", message)
        found = []
        for name in sorted(name for name, value in params.items() if value is not None):
            try:
                found.append((name, coerce(wire_value(params[name]), types[name])))
            except CoerceError as error:
                what = f"The parameter {name!r} of {context.name}: {error.message}"
                raise CoerceError(error.code, what) from error
        return tuple(found)

    def declares(self, function: str | None, error: AppError) -> bool:
        """Whether a function declares errors of just this class, so that clients know its code."""
        known = self.functions.get(function or "")
        return known is not None and type(error) in known.options.errors
