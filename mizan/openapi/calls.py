"""The operation `POST call/`: one URL for all functions, told apart by `function` (SPEC.md, 16).

OpenAPI has one operation for a path and a method. So each function is a named schema of the body,
`call.NAME`, chosen by a discriminator, with one of its reply, `result.NAME`.

Invariant: each public function is there once, as JSON or, where it takes files, as a form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mizan.openapi.components import Components
from mizan.openapi.replies import JSON, ok, problems

Schema = dict[str, Any]
_FORM: Final = "multipart/form-data"
_STATUSES: Final = (400, 401, 403, 404, 405, 413, 415, 422, 500, 503)
_HEADERS: Final = ("Cache-Group-Invalidation", "X-Mizan-Invalidate")
_INTRODUCTION: Final = (
    "The body names the function and gives its arguments; the reply has its result, and what the "
    "call made stale."
)


def call_path(document: Mapping[str, Any], components: Components) -> Schema:
    """Return the path item of `call/` for the functions of a client schema, at least one."""
    functions = dict(sorted(document["functions"].items()))
    calls = [_Call(document, components, name, each) for name, each in functions.items()]
    declared = [pair for each in functions.values() for pair in each.get("errors", {}).items()]
    reply = ok("What the function returned.", _any_of([each.result() for each in calls]), _HEADERS)
    operation = {
        "operationId": "call",
        "summary": "Call a function",
        "description": "\n\n".join([_INTRODUCTION, "\n".join(map(_line, functions.items()))]),
        "parameters": _parameters(components),
        "requestBody": {"required": True, "content": _bodies(calls)},
        "responses": {"200": reply, **problems(components, _STATUSES, declared)},
    }
    return {"post": operation}


class _Call:
    """One function."""

    def __init__(
        self,
        document: Mapping[str, Any],
        components: Components,
        name: str,
        function: Mapping[str, Any],
    ) -> None:
        self.name = name
        self.takes_files = bool(function.get("upload"))
        self._components = components
        self._function = function
        self._input = components.own(function["input"])
        found = function["input"]
        if "$ref" in found:
            found = document["$defs"][found["$ref"].removeprefix("#/$defs/")]
        self._arguments = components.own(found)

    def json(self) -> Schema:
        """Return a reference to the body of the call. Members that are not known are ignored."""
        required = bool(self._arguments.get("required"))
        return self._components.add(f"call.{self.name}", self._body(self._input, required))

    def form(self) -> Schema:
        """Return a reference to the form of the call: the files, and the rest as JSON."""
        given = self._arguments.get("properties", {})
        files = {name: each for name, each in given.items() if _is_file(each)}
        must = self._arguments.get("required", [])
        rest = [name for name in must if name not in files]
        arguments = {
            **self._arguments,
            "properties": {name: each for name, each in given.items() if name not in files},
        }
        arguments.pop("required", None)
        arguments |= {"required": rest} if rest else {}
        schema = {
            "title": self.name,
            "type": "object",
            "properties": {"call": self._body(arguments, bool(rest)), **files},
            "required": ["call", *(name for name in must if name in files)],
        }
        return self._components.add(f"call.{self.name}", schema)

    def result(self) -> Schema:
        """Return a reference to the body of the reply."""
        stale = {"type": "array", "items": self._components.protocol("common", "Target")}
        fresh = {"type": "array", "items": self._components.protocol("result", "Fresh")}
        members = {
            "result": self._components.own(self._function["output"]),
            "invalidate": {**stale, "minItems": 1},
            "fresh": {**fresh, "minItems": 1},
        }
        schema = {
            "title": self.name,
            "type": "object",
            "properties": members,
            "required": ["result"],
            "additionalProperties": False,
        }
        return self._components.add(f"result.{self.name}", schema)

    def _body(self, arguments: Schema, required: bool) -> Schema:
        members = {"function": {"type": "string", "const": self.name}, "args": arguments}
        schema: Schema = {
            "title": self.name,
            "type": "object",
            "properties": members,
            "required": ["function", "args"] if required else ["function"],
        }
        description = _described(self._function)
        schema |= {"description": description} if description else {}
        return schema | ({"deprecated": True} if "deprecated" in self._function else {})


def _bodies(calls: list[_Call]) -> Schema:
    """Return the bodies by media type: one of several, told apart by `function` where JSON says."""
    bodies: Schema = {}
    plain = {each.name: each.json() for each in calls if not each.takes_files}
    forms = [each.form() for each in calls if each.takes_files]
    if plain:
        mapping = {name: each["$ref"] for name, each in plain.items()}
        chosen = {"propertyName": "function", "mapping": mapping}
        bodies[JSON] = {"schema": {"oneOf": list(plain.values()), "discriminator": chosen}}
    if forms:
        encoding = {"call": {"contentType": JSON}}
        bodies[_FORM] = {"schema": _any_of(forms), "encoding": encoding}
    return bodies


def _parameters(components: Components) -> list[Schema]:
    held = {
        "name": "X-Mizan-Held",
        "in": "header",
        "description": "Instances that the client shows; those that become stale come in `fresh`.",
        "schema": components.protocol("headers", "HeldField"),
    }
    nonce = {
        "name": "X-Mizan-Call",
        "in": "header",
        "description": "A random name of the call, by which its own event is known.",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{8,32}$"},
    }
    return [nonce, held]


def _is_file(schema: Mapping[str, Any]) -> bool:
    items = schema.get("items", schema)
    return isinstance(items, Mapping) and items.get("format") == "binary"


def _any_of(schemas: list[Schema]) -> Schema:
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _line(item: tuple[str, Mapping[str, Any]]) -> str:
    """Return what the description says of a function."""
    name, function = item
    stale = ", ".join(f"`{text}`" for text in map(_target, function.get("affects", ())))
    said = [_described(function), f"Makes stale: {stale}." if stale else ""]
    text = " ".join(filter(None, said))
    return f"- `{name}` ({function['kind']}){': ' if text else ''}{text}"


def _described(function: Mapping[str, Any]) -> str:
    """Return the first paragraph of a description, in one line, and why not to use the function."""
    first = " ".join(function.get("description", "").partition("\n\n")[0].split())
    deprecated = function.get("deprecated")
    return " ".join(filter(None, [first, f"Deprecated: {deprecated}" if deprecated else ""]))


def _target(affects: Mapping[str, Any]) -> str:
    name = "/".join(filter(None, [affects["context"], affects.get("function")]))
    return ";".join([name, *affects.get("by", ())])
