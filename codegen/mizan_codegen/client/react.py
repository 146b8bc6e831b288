"""`react.ts`: two hooks of each context, and a hook of each function that is called.

Invariant: a hook is one call without side effects, so bundlers drop those that nobody imports.
"""

from collections.abc import Mapping
from typing import Any

from mizan_codegen.client import text
from mizan_codegen.client.module import called, constants, said
from mizan_codegen.client.names import Names, pascal

Document = Mapping[str, Any]

# how names of hooks begin -> what makes them
_OF_CONTEXTS = {"use": "contextHook", "useSuspense": "suspenseHook"}
_MAKERS = ("callHook", *_OF_CONTEXTS.values())


def hooks(document: Document) -> str:
    """Return the text of `react.ts`."""
    contexts, functions = constants(document)
    names = Names([*_MAKERS, *contexts.values(), *functions.values()])
    body = ""
    for name, constant in contexts.items():
        doc = "\n" + said(document["contexts"][name])
        for start, maker in _OF_CONTEXTS.items():
            hook = names.take(start + pascal(name), start + pascal(name, "context"))
            body += doc + _hook(hook, maker, constant)
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
    makers = [*(_MAKERS[:1] if functions else ()), *(_MAKERS[1:] if contexts else ())]
    constants_ = sorted([*contexts.values(), *functions.values()])
    if not makers:
        return ""
    line = f'import {{ {", ".join(constants_)} }} from "./client.js";\n'
    if text.width(line) > text.WIDTH + 1:
        inside = "".join(f"  {each},\n" for each in constants_)
        line = f'import {{\n{inside}}} from "./client.js";\n'
    return f'\nimport {{ {", ".join(makers)} }} from "@mizan/react";\n' + line
