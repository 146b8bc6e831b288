"""`types.ts`: a type for every input and output, context and error.

Invariant: every public function and context of the client schema has its types, by its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mizan_codegen.client import text
from mizan_codegen.client.names import Names, pascal
from mizan_codegen.client.nodes import UNDEFINED, Atom, Many, Node, union
from mizan_codegen.client.objects import DEFINITIONS
from mizan_codegen.client.schema import Types
from mizan_codegen.schemas import objects

Document = Mapping[str, Any]
_PARAMETERS = {"boolean": "boolean", "integer": "number", "number": "number"}


@dataclass(slots=True)
class Typed:
    """The text, and the names in it: by function (input, output, errors) or context."""

    text: str = ""
    inputs: dict[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)


def types(document: Document) -> Typed:
    """Return the types of a client schema. Raises CodegenError as `Types.of`."""
    made = Types(
        document.get("$defs", {}), Names(["Absent", "AppErrors", "Blob"]), _files(document)
    )
    made.define()
    typed = Typed()
    for name, function in sorted(document["functions"].items()):
        _function(made, typed, name, function)
    for name, context in sorted(document["contexts"].items()):
        typed.params[name] = _params(made, name, context)
        members = [
            made.member(each, Atom(typed.outputs[each], hugs=True), {}, "")
            for each in context["functions"]
        ]
        said = context.get("description", "")
        typed.data[name] = made.declare_members(pascal(name, "Data"), members, said)
    _errors(made, typed, document)
    typed.text = made.text()
    return typed


def _function(made: Types, typed: Typed, name: str, function: Document) -> None:
    at = f"/functions/{name}"
    upload = bool(function.get("upload"))
    typed.inputs[name] = made.declare(
        pascal(name, "Input"), function["input"], f"{at}/input", files=upload
    )
    typed.outputs[name] = made.declare(pascal(name, "Output"), function["output"], f"{at}/output")


def _errors(made: Types, typed: Typed, document: Document) -> None:
    """Declare the errors of each function, and those of all."""
    found: dict[str, list[Node]] = {}
    every: dict[str, Any] = {}
    for name, function in sorted(document["functions"].items()):
        errors, nodes = function.get("errors", {}), {}
        for code, error in errors.items():
            nodes[code] = _data(made, name, code, error)
            found.setdefault(code, []).append(nodes[code])
        every = {**errors, **every}
        if errors:
            said = f"The errors that `{name}` declares, by code, with their data."
            wanted = pascal(name, "Errors")
            typed.errors[name] = _by_code(made, wanted, nodes, errors, said)
    if every:
        said = "Every error that a function declares, by code, with its data."
        nodes = {code: union(parts) for code, parts in found.items()}
        _by_code(made, "AppErrors", nodes, every, said)


def _data(made: Types, name: str, code: str, error: Document) -> Node:
    if "schema" not in error:
        return UNDEFINED
    hint = pascal(name, code.rpartition(".")[2], "Data")
    return made.of(error["schema"], hint, f"/functions/{name}/errors/{code}/schema")


def _by_code(
    made: Types, wanted: str, nodes: Mapping[str, Node], errors: Document, said: str
) -> str:
    lines = []
    for code, node in sorted(nodes.items()):
        remarks = {"description": errors[code].get("description", "")}
        lines.append(made.member(code, node, remarks, wanted))
    return made.declare_members(wanted, lines, said)


def _params(made: Types, name: str, context: Document) -> str:
    wanted = pascal(name, "Params")
    lines = []
    for each in context["parameters"]:
        node = parameter(each["type"])
        if each.get("nullable"):
            node = union([node, Atom("null")])
        remarks = {"default": each["default"]} if each.get("default") is not None else {}
        required = each["required"]
        lines.append(made.member(each["name"], node, remarks, wanted, optional=not required))
    return made.declare_members(wanted, lines, f"What tells instances of `{name}` apart.")


def parameter(kind: Document) -> Node:
    """Return the type of a context parameter's values."""
    if kind["type"] == "choice":
        return union([Atom(text.scalar(each)) for each in kind["choices"]])
    if kind["type"] == "list":
        return Many(parameter(kind["items"]))
    return Atom(_PARAMETERS.get(kind["type"], "string"))


def _files(document: Document) -> set[str]:
    """Return the definitions that inputs with files refer to, directly or through others."""
    definitions = document.get("$defs", {})
    found: set[str] = set()
    open_: list[Any] = [
        each["input"] for each in document["functions"].values() if each.get("upload")
    ]
    while open_:
        for node in objects(open_.pop()):
            name = str(node.get("$ref", "")).removeprefix(DEFINITIONS)
            if name in definitions and name not in found:
                found.add(name)
                open_.append(definitions[name])
    return found
