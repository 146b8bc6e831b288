"""react.ts (codegen/mizan_codegen/client/react.py)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from mizan_codegen.client import generate
from mizan_codegen.client.react import hooks

CALL = {"kind": "call", "methods": ["POST"], "input": {"type": "object"}, "output": {}}
SCHEMA: dict[str, Any] = {
    "mizan": "1.0",
    "base_url": "/",
    "functions": {
        "users": {**CALL, "kind": "read", "context": "user"},
        "user": {**CALL, "description": "Make one."},
        f"a_{'long_' * 11}name": CALL,
    },
    "contexts": {
        "user": {"functions": ["users"], "parameters": [], "description": "One user."},
    },
}


def test_a_hook_per_context_and_per_call() -> None:
    text = hooks(SCHEMA)
    assert 'import { callHook, contextHook } from "@mizan/react";\n' in text
    user = "/** One user. */\nexport const useUser = /* @__PURE__ */ contextHook(userContext);\n"
    assert user in text
    call = "/** Make one. */\nexport const useUserCall = /* @__PURE__ */ callHook(user);\n"
    assert call in text
    assert "useUsers" not in text


def test_the_hooks_compile(
    tmp_path: Path, tsc: Callable[[], object], prettier: Callable[[], str]
) -> None:
    for name, text in generate(SCHEMA, "0" * 64).items():
        (tmp_path / name).write_text(text, "utf-8")
    assert prettier() == ""
    assert tsc() == []
