"""`react.ts`: a hook of each context and of each function that is called.

Invariant: a hook is one call without side effects, so bundlers drop those that nobody imports.
"""

from collections.abc import Mapping
from typing import Any

from mizan_codegen.client import text
from mizan_codegen.client.module import called, constants, said
from mizan_codegen.client.names import Names, pascal

Document = Mapping[str, Any]


def hooks(document: Document) -> str:
    """Return the text of `react.ts`."""
    contexts, functions = constants(document)
    names = Names(["contextHook", "callHook", *contexts.values(), *functions.values()])
    body = ""
    for name, constant in contexts.items():
        hook = names.take("use" + pascal(name), "use" + pascal(name, "context"))
        body += "\n" + said(document["contexts"][name]) + _hook(hook, "contextHook", constant)
    for name, constant in functions.items():
        hook = names.take("use" + pascal(name), "use" + pascal(name, "call"))
        body += "\n" + said(called(document)[name]) + _hook(hook, "callHook", constant)
    return (_imports(contexts, functions) or "\nexport {};\n") + body


def _hook(hook: str, maker: str, constant: str) -> str:
    head = f"export const {hook} = /* @__PURE__ */ {maker}("
    if text.width(head + constant) + 2 <= text.WIDTH:
        return f"{head}{constant});\n"
    return f"{head}\n  {constant},\n);\n"


def _imports(contexts: Mapping[str, str], functions: Mapping[str, str]) -> str:
    makers = ["callHook"] * bool(functions) + ["contextHook"] * bool(contexts)
    constants_ = sorted([*contexts.values(), *functions.values()])
    if not makers:
        return ""
    line = f'import {{ {", ".join(constants_)} }} from "./client.js";\n'
    if text.width(line) > text.WIDTH + 1:
        inside = "".join(f"  {each},\n" for each in constants_)
        line = f'import {{\n{inside}}} from "./client.js";\n'
    return f'\nimport {{ {", ".join(makers)} }} from "@mizan/react";\n' + line
