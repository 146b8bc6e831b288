"""JSON Schema 2020-12, as pydantic emits it, to types.

Invariant: a document that the schema accepts is of the type; one with another JSON type, without a
member, with an unknown member of a closed object, or with a wrong enumerator is not.

An object that says nothing of other members (pydantic ignores them) has the declared ones alone.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from mizan_codegen.client import objects, text
from mizan_codegen.client.names import Names, pascal
from mizan_codegen.client.nodes import (
    NEVER,
    UNDEFINED,
    UNKNOWN,
    Atom,
    Both,
    Fixed,
    Many,
    Map,
    Node,
    declare,
    flat,
    union,
)
from mizan_codegen.client.objects import Schema
from mizan_codegen.schemas import CodegenError

_KEYWORDS = {"boolean": "boolean", "integer": "number", "number": "number", "null": "null"}
_OBJECT = ("properties", "additionalProperties", "patternProperties", "propertyNames", "required")
_ARRAY = ("items", "prefixItems")
_ABSENT = """
/** None of these members. */
export type Absent<Name extends string> = { [Key in Name]?: never };
"""


class Types:
    """The declarations of `types.ts`, in the order in which they are made.

    `definitions` are the client schema's, `files` the names of those whose binary strings are
    files of an upload.
    """

    def __init__(
        self, definitions: Mapping[str, Any], names: Names, files: Iterable[str] = ()
    ) -> None:
        self._definitions = definitions
        self._names = names
        self._files = frozenset(files)
        self._binary = "string"
        self._declared: list[str] = []
        self._references = {
            f"{objects.DEFINITIONS}{name}": names.take(pascal(name)) for name in sorted(definitions)
        }

    def text(self) -> str:
        """Return all declarations, an empty line before each."""
        return "".join(f"\n{each}" for each in self._declared)

    def define(self) -> None:
        """Declare the definitions, by name."""
        for name in sorted(self._definitions):
            self._binary = "Blob" if name in self._files else "string"
            reference = f"{objects.DEFINITIONS}{name}"
            self._declare(self._references[reference], self._definitions[name], f"/$defs/{name}")
        self._binary = "string"

    def declare(self, wanted: str, schema: Schema, at: str, *, files: bool = False) -> str:
        """Declare a type of its own for a schema, or return the name of the one it refers to."""
        reference = self._references.get(str(schema.get("$ref")))
        if reference == wanted:
            return reference
        name = self._names.take(wanted)
        self._binary = "Blob" if files else "string"
        self._declare(name, schema, at)
        self._binary = "string"
        return name

    def declare_members(self, wanted: str, members: Iterable[str], said: str = "") -> str:
        """Declare an interface of these lines of members."""
        name = wanted if wanted == "AppErrors" else self._names.take(wanted)
        body = "".join(members)
        text_ = f"export interface {name} {{\n{body}}}\n"
        empty = f"export type {name} = {{ [key: string]: never }};\n"
        self._declared.append(text.comment(said) + (text_ if body else empty))
        return name

    def declare_node(self, wanted: str, node: Node) -> str:
        """Declare a name for a type."""
        name = self._names.take(wanted)
        place = len(self._declared)
        self._declared.insert(place, declare(name, node, self.shorten))
        return name

    def shorten(self, node: Node, room: int, wanted: str) -> str:
        """Return a type on one line of so many columns, by a name of its own if it needs one."""
        line = flat(node)
        if text.width(line) <= room or isinstance(node, Atom):
            return line
        return self.declare_node(pascal(wanted), node)

    def _declare(self, name: str, schema: Schema, at: str) -> None:
        place = len(self._declared)
        if objects.is_plain(schema):
            made = f"export interface {name} {{\n{self._members(schema, name, at)}}}\n"
        else:
            made = declare(name, self.of(schema, name, at), self.shorten)
        said = text.comment(*objects.remarks(schema))
        self._declared.insert(place, said + made)

    def of(self, schema: Any, name: str, at: str) -> Node:
        """Return the type of a schema; `name` is for parts that need one, `at` its pointer.

        Raises CodegenError for a schema that is none, or that refers to what is not there.
        """
        if isinstance(schema, bool):
            return UNKNOWN if schema else NEVER
        if not isinstance(schema, Mapping):
            raise CodegenError(f"{at}: {schema!r} is no JSON Schema: an object, true or false.")
        if "const" in schema:
            return self._literal(schema["const"], name, at)
        if "enum" in schema:
            return union([self._literal(each, name, f"{at}/enum") for each in schema["enum"]])
        return self._all_of(self._parts(schema, name, at), name)

    def _parts(self, schema: Schema, name: str, at: str) -> list[Node]:
        """Return what a value must be, all of it."""
        parts: list[Node] = []
        if "$ref" in schema:
            parts.append(self._reference(schema["$ref"], at))
        parts += [
            self._one_of(schema[keyword], name, f"{at}/{keyword}")
            for keyword in ("anyOf", "oneOf")
            if keyword in schema
        ]
        for place, each in enumerate(schema.get("allOf", ())):
            parts.append(self.of(each, f"{name}Part", f"{at}/allOf/{place}"))
        kinds = schema.get("type", objects.implied(schema, _OBJECT, _ARRAY))
        if kinds is not None:
            kinds = kinds if isinstance(kinds, list) else [kinds]
            parts.append(union([self._kind(kind, schema, name, at) for kind in kinds]))
        return parts

    def _all_of(self, parts: list[Node], name: str) -> Node:
        once = [part for part in dict.fromkeys(parts) if part != UNKNOWN]
        if len(once) <= 1:
            return once[0] if once else UNKNOWN
        named = [
            part if isinstance(part, Atom) else Atom(self.declare_node(f"{name}Part", part), True)
            for part in once
        ]
        return Both(tuple(named))

    def _reference(self, reference: Any, at: str) -> Node:
        if reference not in self._references:
            known = "refer to a member of $defs as #/$defs/NAME"
            raise CodegenError(f"{at}/$ref: {reference!r} is not there: {known}.")
        return Atom(self._references[reference], hugs=True)

    def _one_of(self, branches: list[Any], name: str, at: str) -> Node:
        items: list[Node] = []
        absent = objects.absent(branches, self._definitions)
        for place, branch in enumerate(branches):
            node = self.of(branch, f"{name}Option", f"{at}/{place}")
            if absent[place] and isinstance(node, Atom):
                keys = union([Atom(text.string(each)) for each in absent[place]])
                self._need_absent()
                others = self.shorten(keys, 40, f"{node.text}Absent")
                node = Both((node, Atom(f"Absent<{others}>", hugs=True)))
            items.append(node)
        return union(items)

    def _need_absent(self) -> None:
        if _ABSENT[1:] not in self._declared:
            self._declared.append(_ABSENT[1:])

    def _literal(self, value: Any, name: str, at: str) -> Node:
        if isinstance(value, Mapping | list):
            return self.of(objects.exactly(value), name, at)
        return Atom(text.scalar(value))

    def _kind(self, kind: Any, schema: Schema, name: str, at: str) -> Node:
        if kind == "string":
            return Atom(self._binary if schema.get("format") == "binary" else "string")
        if kind == "array":
            return self._array(schema, name, at)
        if kind == "object":
            return self._object(schema, name, at)
        if kind not in _KEYWORDS:
            raise CodegenError(f"{at}/type: {kind!r} is no type of JSON Schema.")
        return Atom(_KEYWORDS[kind])

    def _array(self, schema: Schema, name: str, at: str) -> Node:
        items = schema.get("items", True)
        if "prefixItems" not in schema:
            return Many(self.of(items, f"{name}Item", f"{at}/items"))
        first = tuple(
            self.of(each, f"{name}Item", f"{at}/prefixItems/{place}")
            for place, each in enumerate(schema["prefixItems"])
        )
        ends = items is False or schema.get("maxItems", len(first) + 1) <= len(first)
        rest = None if ends else self.of(items, f"{name}Item", f"{at}/items")
        return Fixed(first, min(schema.get("minItems", 0), len(first)), rest)

    def _object(self, schema: Schema, name: str, at: str) -> Node:
        if schema.get("properties") or schema.get("required"):
            own = self._names.take(pascal(name))
            place = len(self._declared)
            made = f"export interface {own} {{\n{self._members(schema, own, at)}}}\n"
            self._declared.insert(place, text.comment(*objects.remarks(schema)) + made)
            return Atom(own, hugs=True)
        value = union(self._others(schema, name, at) or [NEVER])
        keys = objects.keys(schema.get("propertyNames"), self._definitions)
        if keys is None:
            return Map(value)
        return Map(value, self.of(keys, f"{name}Key", f"{at}/propertyNames"))

    def _others(self, schema: Schema, name: str, at: str) -> list[Node]:
        """Return the types of members that are not declared by name."""
        patterns = [
            self.of(each, f"{name}Value", f"{at}/patternProperties")
            for each in schema.get("patternProperties", {}).values()
        ]
        silent = not patterns and not schema.get("properties")
        more = schema.get("additionalProperties", silent)
        if more is False:
            return patterns
        return [*patterns, self.of(more, f"{name}Value", f"{at}/additionalProperties")]

    def _members(self, schema: Schema, name: str, at: str) -> str:
        properties = dict(schema.get("properties", {}))
        required = schema.get("required", ())
        others = self._others(schema, name, at)
        for each in required:
            properties.setdefault(each, schema.get("additionalProperties", True))
        lines, nodes = [], []
        for key, each in properties.items():
            node = self.of(each, name + pascal(key), f"{at}/properties/{key}")
            nodes += [node, *([] if key in required else [UNDEFINED])]
            lines.append(self.member(key, node, each, name, optional=key not in required))
        if others:
            line = self.shorten(union([*others, *nodes]), text.WIDTH - 18, f"{name}Value")
            lines.append(f"  [key: string]: {line};\n")
        return "".join(lines)

    def member(
        self, key: str, node: Node, schema: Any, name: str, *, optional: bool = False
    ) -> str:
        """Return the lines of a member of the interface `name`."""
        head = f"  {text.member(key)}{'?' * optional}: "
        line = self.shorten(node, text.WIDTH - 1 - text.width(head), name + pascal(key))
        said = objects.remarks(schema) if isinstance(schema, Mapping) else ("", [])
        return text.comment(*said, indent=2) + f"{head}{line};\n"
