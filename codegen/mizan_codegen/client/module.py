"""`client.ts`: a client of the server, and a descriptor of each context and function.

Invariant: what a descriptor says is stale after a lost reply covers what the server would say.
"""

import textwrap
from collections.abc import Mapping
from typing import Any

from mizan_codegen.client import text
from mizan_codegen.client.names import Names, camel
from mizan_codegen.client.objects import follow, remarks
from mizan_codegen.client.types import Typed

Document = Mapping[str, Any]
_OWN = ("AppError", "BASE_URL", "SCHEMA", "call", "createClient", "isAppError", "read", "types")
_IMPORTED = ("Client", "ClientOptions", "Feature", "MizanContext", "MizanError", "MizanFunction")
_COERCED = ("datetime", "decimal", "listOf", "uuid", "upload", "createMizanClient")
RESERVED = (*_OWN, *_IMPORTED, *_COERCED)

_START = """
/** Where the server hangs its endpoints. */
export const BASE_URL = {base_url};

/** The digest of the client schema that this was generated from. */
export const SCHEMA = "{digest}";

/** A client of this server, whose `onSkew` hears of a server that has another schema. */
export function createClient({parameters}): Client {{
  return createMizanClient({{ baseUrl: BASE_URL, schema: SCHEMA, ...options }}, ...features);
}}
"""
_PARAMETERS = "options: Partial<ClientOptions> = {}, ...features: Feature[]"
_APP_ERROR = """
/** A declared error, whose problem document has its data. */
export type AppError<Code extends keyof types.AppErrors> = MizanError<Code> & {
  readonly code: Code;
  readonly problem: { readonly data: types.AppErrors[Code] };
};

/** Whether something that was thrown is the declared error with this code. */
export function isAppError<Code extends keyof types.AppErrors>(
  error: unknown,
  code: Code,
): error is AppError<Code> {
  return error instanceof MizanError && error.code === code;
}
"""
# type of an argument in JSON -> the types of parameters that take it as it stands
_PLAIN = {
    "boolean": ("boolean", "choice"),
    "integer": ("integer", "number", "choice"),
    "number": ("number",),
    "string": ("string", "choice"),
}


def constants(document: Document) -> tuple[dict[str, str], dict[str, str]]:
    """Return the names of the descriptors: of contexts, and of functions that are called."""
    names = Names(RESERVED)
    functions = {
        name: names.take(camel(name), camel(name, "function")) for name in sorted(called(document))
    }
    contexts = {name: names.take(camel(name, "context")) for name in sorted(document["contexts"])}
    return contexts, functions


def called(document: Document) -> dict[str, Any]:
    """Return the functions that are no part of a context, by name."""
    return {name: each for name, each in document["functions"].items() if each["kind"] != "read"}


def client(document: Document, digest: str, typed: Typed) -> str:
    """Return the text of `client.ts`."""
    contexts, functions = constants(document)
    base_url = text.string(document["base_url"])
    body = _START.format(base_url=base_url, digest=digest, parameters=_PARAMETERS)
    for name, constant in contexts.items():
        body += "\n" + _context(document["contexts"][name], name, constant, typed)
    for name, constant in functions.items():
        body += "\n" + _function(document, name, constant, typed)
    body += _APP_ERROR if typed.errors else ""
    return _imports(document, typed) + body


def _imports(document: Document, typed: Typed) -> str:
    values = ["createClient as createMizanClient", *(["MizanError"] if typed.errors else [])]
    kinds = ["Client", "ClientOptions", "Feature"]
    kinds += ["MizanContext"] if document["contexts"] else []
    kinds += ["MizanFunction"] if called(document) else []
    lines = [
        f'import {{ {", ".join(values)} }} from "@mizan/runtime";',
        f'import type {{ {", ".join(kinds)} }} from "@mizan/runtime";',
    ]
    coerced = sorted(
        {
            word
            for context in document["contexts"].values()
            for parameter in context["parameters"]
            for word in _words(parameter["type"])
        }
    )
    if coerced:
        lines.append(f'import {{ {", ".join(coerced)} }} from "@mizan/runtime/coerce";')
    if any(each.get("upload") for each in called(document).values()):
        lines.append('import { upload } from "@mizan/runtime/upload";')
    if kinds[3:]:
        lines.append('import type * as types from "./types.js";')
    lines += ["", 'export { mizanCall as call, mizanFetch as read } from "@mizan/runtime";']
    lines.append('export type * from "./types.js";')
    return "\n" + "\n".join(lines) + "\n"


def said(entry: Document) -> str:
    """Return the doc comment of a function or context."""
    why = {"deprecated": entry["deprecated"]} if entry.get("deprecated") else {}
    return text.comment(*remarks({"description": entry.get("description", ""), **why}))


def _context(context: Document, name: str, constant: str, typed: Typed) -> str:
    arguments = [f"types.{typed.params[name]}", f"types.{typed.data[name]}"]
    defaults = {
        each["name"]: each["default"]
        for each in context["parameters"]
        if each.get("default") is not None
    }
    coerce = {
        each["name"]: spelled
        for each in context["parameters"]
        if (spelled := _coerce(each["type"]))
    }
    members = [f"name: {text.string(name)}"]
    if defaults:
        members.append(f"defaults: {text.literal(defaults, 2, text.WIDTH - 13)}")
    if coerce:
        inside = [f"{text.member(each)}: {spelled}" for each, spelled in coerce.items()]
        members.append("coerce: " + _braces(inside))
    return said(context) + _constant(constant, "MizanContext", arguments, members)


def _braces(members: list[str]) -> str:
    line = f"{{ {', '.join(members)} }}"
    if text.width(line) <= text.WIDTH - 11:
        return line
    return "{\n" + "".join(f"    {each},\n" for each in members) + "  }"


def _function(document: Document, name: str, constant: str, typed: Typed) -> str:
    function = document["functions"][name]
    arguments = [f"types.{typed.inputs[name]}", f"types.{typed.outputs[name]}"]
    if name in typed.errors:
        arguments.append(f"keyof types.{typed.errors[name]}")
    members = [f"name: {text.string(name)}"]
    affects = affected(document, function)
    head = f"affects: ({'args' * any(isinstance(each, dict) for each in affects)}) => "
    members.append(head + text.literal(affects, 2, text.WIDTH - 3 - len(head)))
    if function.get("upload"):
        members.append("encode: upload")
    return said(function) + _constant(constant, "MizanFunction", arguments, members)


def _constant(constant: str, kind: str, arguments: list[str], members: list[str]) -> str:
    head = f"export const {constant}: {kind}<{', '.join(arguments)}> ="
    body = "".join(f"  {each},\n" for each in members)
    if text.width(head) + 2 <= text.WIDTH:
        return f"{head} {{\n{body}}};\n"
    if text.width(head) <= text.WIDTH:  # prettier keeps the left side whole as long as it can
        return f"{head}\n  {{\n{textwrap.indent(body, '  ')}  }};\n"
    inside = ",\n".join(f"  {each}" for each in arguments)
    return f"export const {constant}: {kind}<\n{inside}\n> = {{\n{body}}};\n"


def affected(document: Document, function: Document) -> list[Any]:
    """Return what is stale when a function's reply is lost: contexts, scoped by arguments where
    the client can spell their values as the server does."""
    found: list[Any] = []
    for each in function.get("affects", ()):
        names = [
            name
            for name in each.get("by", ())
            if _is_spelled(document, function, each["context"], name)
        ]
        params = {name: text.Code(f"args.{name}") for name in names}
        target = {"context": each["context"], "params": params} if params else each["context"]
        if target not in found:
            found.append(target)
    return found


def _is_spelled(document: Document, function: Document, context: str, name: str) -> bool:
    """Tell whether an argument's value is that of the parameter, as it stands."""
    definitions = document.get("$defs", {})
    parameters = document["contexts"].get(context, {}).get("parameters", ())
    kind = next((each["type"]["type"] for each in parameters if each["name"] == name), None)
    given = follow(function["input"], definitions).get("properties", {}).get(name)
    branches = [
        branch
        for each in follow(given, definitions).get("anyOf", [given])
        if (branch := follow(each, definitions)).get("type") != "null"
    ]
    return bool(branches) and all(
        kind in _PLAIN.get(str(branch.get("type")), ())
        and not ("format" in branch and kind == "string")
        for branch in branches
    )


def _coerce(kind: Document) -> str:
    """Return what makes a parameter's value canonical, or nothing."""
    if kind["type"] == "list":
        item = _coerce(kind["items"])
        return f"listOf({item})" if item else ""
    return kind["type"] if kind["type"] in ("datetime", "decimal", "uuid") else ""


def _words(kind: Document) -> list[str]:
    return [word for word in _coerce(kind).rstrip(")").split("(") if word]
