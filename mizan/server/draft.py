"""One declared function, read: its hints, options and errors, as a function of `declarations`.

Invariant: every fault of the function that can be seen without the others is noted, not the first
alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, get_origin

from pydantic import PydanticSchemaGenerationError
from pydantic.errors import PydanticInvalidForJsonSchema, PydanticUserError

from mizan.server.app_errors import AppError, shape_of
from mizan.server.arguments import Argument, Arguments, arguments_of, wire_value
from mizan.server.context import is_context
from mizan.server.declare import ClientFunction, Options
from mizan.server.faults import Fault
from mizan.server.hints import HintError, alternatives, parameter_type
from mizan.server.host import Host
from mizan.server.pieces import Pieces
from mizan.server.results import Result

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_converter = re.compile(r"<(?:[^:<>]+:)?([^:<>]+)>")
_is_route = re.compile(r"/|(/[A-Za-z0-9._~!$&'()+,;=:@%-]+)+/?").fullmatch
_is_app_code = re.compile(r"app(\.[a-z][a-z0-9_]*)+").fullmatch


class Draft:
    """A function whose hints have been read.

    `document` is its item of `declarations`, `faults` what is wrong with it. `readable` says
    whether its hints make sense; only then are there `arguments` and `result`. `pieces` are what is
    known of hints. Not `described`, hints without a JSON Schema are no fault yet.
    """

    arguments: Arguments
    result: Result

    def __init__(
        self,
        declared: ClientFunction[..., Any],
        host: Host,
        pieces: Pieces | None = None,
        *,
        described: bool = True,
    ) -> None:
        self.declared = declared
        self._pieces = pieces or Pieces()
        self._described = described
        self.options, senseless = _usable(declared.options)
        self.name = self.options.name or declared.fn.__name__
        self.faults: list[Fault] = []
        self.is_view = False
        self._found: tuple[Argument, ...] = ()
        self._returned: Any = Any
        self.parameters: list[dict[str, Any]] = []
        self._read_hints(host)
        self.readable = not self.faults
        for message in senseless:
            self.fault("option", message)
        for code, message in (*_options_faults(self), *_errors_faults(self.options.errors)):
            self.fault(code, message)
        self.document = self._document()

    @property
    def context(self) -> str | None:
        """The name of the context that it reads."""
        return context_name(self.options.context)

    def fault(self, code: str, message: str) -> None:
        """Note a fault of this function."""
        where = self.declared.where
        self.faults.append(Fault(f"declaration.{code}", f"{self.name}: {message}", where))

    def _read_hints(self, host: Host) -> None:
        for step in (self._read_signature, self._read_arguments, self._read_result):
            try:
                step(host)
            except Exception as error:  # noqa: BLE001 (hints are code: they raise anything)
                self.fault("hint", _sentence(error))
        for each in self._found if self.options.context is not None else ():
            try:
                self.parameters.append(_parameter(each))
            except HintError as error:
                self.fault(error.code, f"parameter {each.name}: {error}")

    def _read_signature(self, host: Host) -> None:
        self._found, returned = arguments_of(self.declared.fn)
        kinds = [_is_response(each, host.response_types) for each in alternatives(returned)]
        if any(kinds) and not all(kinds):
            raise TypeError("it returns either data or an HTTP response, not one or the other")
        self.is_view = all(kinds)
        self._returned = returned

    def _read_arguments(self, host: Host) -> None:
        try:
            self.arguments = self._made(self._found, host)
        except PydanticUserError:
            for each in self._found:  # to say which it is
                with _naming(f"the argument {each.name}", each.hint):
                    self._made((each,), host)
            raise

    def _made(self, found: Sequence[Argument], host: Host) -> Arguments:
        made = Arguments(self.name, found, host.upload_types, self._pieces)
        if self._described:
            made.described()  # what has none cannot be sent
        return made

    def _read_result(self, host: Host) -> None:
        with _naming("the result", self._returned):
            hint = Any if self.is_view else self._returned
            self.result = Result(self.name, hint, host.plain, self._pieces)
            if self._described:
                self.result.described()

    def _document(self) -> dict[str, Any]:
        options = self.options
        document: dict[str, Any] = {
            "name": self.name,
            "path": "view" if self.is_view else "rpc",
            "private": options.private,
            "guarded": options.guarded,
            "methods": self._methods(),
            "rev": options.rev,
            "cache": options.cache,
        }
        if options.route is not None:
            document["route"] = wire_route(options.route)
        if self.context is None:
            return document | {"arguments": [each.name for each in self._found]}
        return document | {"context": self.context, "parameters": self.parameters}

    def _methods(self) -> list[str]:
        default = "POST" if self.context is None else "GET"
        return sorted(set(self.options.methods or (default,)))


@contextmanager
def _naming(what: str, hint: Any) -> Iterator[None]:
    """Say of a hint that pydantic can make nothing of what it is of, and what would be right."""
    try:
        yield
    except (PydanticSchemaGenerationError, PydanticInvalidForJsonSchema) as error:
        shown = hint.__name__ if isinstance(hint, type) else str(hint)
        message = f"{what} is {shown}, which is no JSON; {_JSON}."
        raise TypeError(message.replace("typing.", "")) from error


_JSON = (
    "use pydantic models, dataclasses, TypedDict, Literal, Enum, dates, UUID, Decimal, numbers, "
    "str, bool, or lists and dicts of these (a row is turned into the model that is declared)"
)


def context_name(context: Any) -> str | None:
    """Return the wire name of a context class, or the name that was given; None for neither."""
    if is_context(context):
        return str(context.name)
    return context if isinstance(context, str) else None


def wire_route(route: str) -> str:
    """Return a route with `<int:name>` as `:name`, beginning with a slash."""
    return "/" + _converter.sub(r":\1", route).lstrip("/")


def _is_response(hint: Any, response_types: tuple[type, ...]) -> bool:
    kind = get_origin(hint) or hint
    return isinstance(kind, type) and issubclass(kind, response_types)


def _parameter(argument: Argument) -> dict[str, Any]:
    kind, nullable = parameter_type(argument.hint)
    parameter = {"name": argument.name, "type": kind, "required": argument.required}
    if nullable:
        parameter["nullable"] = True
    if not argument.required:
        parameter["default"] = wire_value(argument.default)
    return parameter


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.strip() != ""


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _are_methods(value: Sequence[Any]) -> bool:
    return bool(value) and all(each in METHODS for each in value)


# option -> (whether a value that differs from its default makes sense, what it should be)
_OPTIONS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "name": (_is_text, "a name"),
    "context": (lambda value: is_context(value) or _is_text(value), "a Context or its name"),
    "private": (_is_flag, "True or False"),
    "route": (_is_text, "a path such as /orders/<int:order_id>/"),
    "methods": (_are_methods, f"some of {', '.join(METHODS)}"),
    "rev": (_is_count, "a whole number from 0"),
    "cache": (
        lambda value: _is_flag(value) or _is_count(value),
        "True, False or a whole number of seconds",
    ),
    "user_scoped": (_is_flag, "True or False"),
    "atomic": (_is_flag, "True or False"),
    "login_required": (_is_flag, "True or False"),
    "permission": (
        lambda value: callable(value) or _is_text(value),
        "a permission's name, or a callable of the request",
    ),
    "deprecated": (_is_text, "a sentence that says why"),
}
_DEFAULTS = Options()


def _usable(given: Options) -> tuple[Options, list[str]]:
    """Return options with the default in the place of each that makes no sense, and messages."""
    wrong = {
        name: f"{name} is {getattr(given, name)!r}; it should be {expected}."
        for name, (makes_sense, expected) in _OPTIONS.items()
        if getattr(given, name) is not getattr(_DEFAULTS, name)
        and not makes_sense(getattr(given, name))
    }
    if not wrong:
        return given, []
    return replace(given, **{name: getattr(_DEFAULTS, name) for name in wrong}), [*wrong.values()]


def _options_faults(draft: Draft) -> Iterator[tuple[str, str]]:
    """Yield (code, message) for options that do not go together, and for a route that is none."""
    options = draft.options
    if options.atomic and options.context is not None:
        yield "option", "atomic is for functions that change something; this reads."
    if options.methods is not None and not draft.is_view:
        yield "route", "methods is for functions that return an HTTP response; this returns data."
    if options.route is not None and not _is_route(wire_route(options.route)):
        yield "route", f"the route {options.route!r} is no path such as /orders/<int:order_id>/."


def _errors_faults(errors: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """Yield (code, message) for each declared error that makes no sense."""
    codes: set[str] = set()
    for each in errors:
        if not isinstance(each, type) or not issubclass(each, AppError):
            yield "errors", f"errors names {each!r}; it should be subclasses of AppError."
            continue
        name, status = each.__name__, _number(each.status)
        if not _is_app_code(each.code):
            yield "errors", f"{name} has the code {each.code!r}; it should be such as app.sold_out."
        elif each.code in codes:
            yield "errors", f"{name} has the code {each.code}, which another of its errors has."
        if not 400 <= status <= 599:
            yield "errors", f"{name} has the status {each.status!r}; it should be 400 to 599."
        codes.add(each.code)
        try:
            shape = shape_of(each)
            if shape is not None:
                shape.described()
        except Exception as error:  # noqa: BLE001 (hints are code: they raise anything)
            yield "errors", f"{name}: {_sentence(error)}"


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _sentence(error: Exception) -> str:
    """Return the first line of what an exception says, else its name."""
    return f"{(str(error).strip() or type(error).__name__).splitlines()[0].rstrip('.')}."
