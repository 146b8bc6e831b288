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
    assert 'import { callHook, contextHook, suspenseHook } from "@mizan/react";\n' in text
    for hook, maker in (("useUser", "contextHook"), ("useSuspenseUser", "suspenseHook")):
        made = f"/** One user. */\nexport const {hook} = /* @__PURE__ */ {maker}(userContext);\n"
        assert made in text
    call = "/** Make one. */\nexport const useUserCall = /* @__PURE__ */ callHook(user);\n"
    assert call in text
    assert "useUsers" not in text


def test_what_is_not_needed_is_not_imported() -> None:
    alone = {**SCHEMA, "contexts": {}, "functions": {"user": CALL}}
    assert 'import { callHook } from "@mizan/react";\n' in hooks(alone)
    users = {**SCHEMA, "functions": {"users": SCHEMA["functions"]["users"]}}
    assert 'import { contextHook, suspenseHook } from "@mizan/react";\n' in hooks(users)
    assert "import" not in hooks({**SCHEMA, "contexts": {}, "functions": {}})


def test_the_hooks_compile(
    tmp_path: Path, tsc: Callable[[], object], prettier: Callable[[], str]
) -> None:
    for name, text in generate(SCHEMA, "0" * 64).items():
        (tmp_path / name).write_text(text, "utf-8")
    assert prettier() == ""
    assert tsc() == []


USES = """
import { useLongCall, useSuspenseUser, useUser, useUserCall } from "./react.js";

export const name: string | undefined = useUser({ user_id: 5 }).data?.users.name;
export const sure: string = useSuspenseUser({ user_id: 5 }, { staleTime: 5 }).users.name;
export const length: number | undefined = useUser(
  { user_id: 5 },
  { select: ({ users }) => users.name.length, keepPrevious: true },
).data;
export const user: Promise<{ name: string }> = useUserCall().call({ user_id: 5 });
export const nothing: Promise<unknown> = useLongCall().call();
export const full = useUserCall().error?.code === "app.full";
"""
MISUSES = [
    "useUser();",
    "useUser({});",
    'useUser({ user_id: "5" });',
    "useUser({ user_id: 5, other: 1 });",
    "useUser({ user_id: 5 }, { stale: 1 });",
    "useUser({ user_id: 5 }).data.users;",
    "useUser({ user_id: 5 }).data?.other;",
    "useSuspenseUser({ user_id: 5 }).other;",
    "useSuspenseUser({ user_id: 5 }, { enabled: false });",
    "useUserCall({ user_id: 5 });",
    "useUserCall().call();",
    "useUserCall().call({});",
    "useUserCall().call({ user_id: 5, other: 1 });",
    "useUserCall().data.name;",
]


def test_misuse_of_hooks_does_not_compile(tmp_path: Path, tsc: Callable[[], Any]) -> None:
    person = {
        "type": "object",
        "properties": {"name": {"type": "string"}},
        "required": ["name"],
        "additionalProperties": False,
    }
    key = {
        "type": "object",
        "properties": {"user_id": {"type": "integer"}},
        "required": ["user_id"],
        "additionalProperties": False,
    }
    parameter = {"name": "user_id", "type": {"type": "integer"}, "required": True}
    schema = {
        **SCHEMA,
        "functions": {
            "users": {**SCHEMA["functions"]["users"], "input": key, "output": person},
            "user": {**CALL, "input": key, "output": person},
            "long_call": {**CALL, "input": {"type": "object", "additionalProperties": False}},
        },
        "contexts": {"user": {"functions": ["users"], "parameters": [parameter]}},
    }
    for name, text in generate(schema, "0" * 64).items():
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "uses.ts").write_text(USES)
    start = 'import { useSuspenseUser, useUser, useUserCall } from "./react.js";\n'
    (tmp_path / "misuses.ts").write_text(start + "\n".join(MISUSES))
    found = tsc()
    assert [each for each in found if each[0] != "misuses.ts"] == []
    assert {line for _, line, _ in found} == set(range(2, len(MISUSES) + 2))
