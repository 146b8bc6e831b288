"""client.ts, and that misuse of it does not compile (codegen/mizan_codegen/client/module.py)."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mizan.schemas import problems
from mizan_codegen.client import generate
from mizan_codegen.client.module import affected, constants

INTEGER, TEXT = {"type": "integer"}, {"type": "string"}


def record(**properties: Any) -> dict[str, Any]:
    closed = {"type": "object", "additionalProperties": False}
    return {**closed, "properties": properties, "required": list(properties)}


def parameter(name: str, kind: Any, **more: Any) -> dict[str, Any]:
    kind = kind if isinstance(kind, dict) else {"type": kind}
    return {"name": name, "type": kind, "required": "default" not in more, **more}


def function(kind: str, given: Any, **more: Any) -> dict[str, Any]:
    method = "GET" if kind == "read" else "POST"
    return {"kind": kind, "methods": [method], "input": given, "output": INTEGER, **more}


USER = {"context": "user", "by": ["user_id", "name"]}
SCHEMA: dict[str, Any] = {
    "mizan": "1.0",
    "base_url": "/api/mizan/",
    "functions": {
        "user_profile": function("read", record(user_id=INTEGER), context="user"),
        "search": function("read", record(), context="search"),
        "update_name": function(
            "mutation",
            record(user_id=INTEGER, name=TEXT),
            affects=[{"context": "user", "by": ["user_id"]}, {"context": "search"}],
            errors={
                "app.name_taken": {"status": 409, "schema": record(by=INTEGER)},
                "app.closed": {"status": 410},
            },
            description="Give a user another name.",
        ),
        "delete": function("call", record(), deprecated="Use update_name."),
        "set_photo": function("call", record(photo={**TEXT, "format": "binary"}), upload=True),
    },
    "contexts": {
        "user": {"functions": ["user_profile"], "parameters": [parameter("user_id", "integer")]},
        "search": {
            "functions": ["search"],
            "parameters": [
                parameter("after", "datetime", default=None, nullable=True),
                parameter("ids", {"type": "list", "items": {"type": "uuid"}}, default=[]),
                parameter("order", {"type": "choice", "choices": ["up", "down"]}, default="up"),
                parameter("price", "decimal", default="1.5"),
            ],
        },
    },
}

RIGHT = """
import type { MizanError } from "@mizan/runtime";
import { registerContext } from "@mizan/runtime";
import { live } from "@mizan/runtime/live";
import { call, createClient, isAppError, read, searchContext, userContext } from "./client.js";
import { deleteFunction, setPhoto, updateName } from "./client.js";
import type { SearchData, UserData } from "./client.js";

type Is<A> = <T>() => T extends A ? 1 : 2;
type Same<A, B> = Is<A> extends Is<B> ? true : false;
export function expectTypeOf<A, B>(_: Same<A, B>): void {}

const client = createClient({ staleTime: 0, live: true }, live);
const data = await read(client, userContext, { user_id: 5 });
expectTypeOf<typeof data, UserData>(true);
const instance = registerContext(client, searchContext, { ids: ["a"], order: "up", after: null });
expectTypeOf<ReturnType<typeof instance.getSnapshot>["data"], SearchData | undefined>(true);
expectTypeOf<SearchData["search"], string>(false);
await read(client, searchContext, {});
const result = await call(client, updateName, { user_id: 5, name: "Ada" });
expectTypeOf<typeof result, number>(true);
await call(client, deleteFunction, {});
await call(client, setPhoto, { photo: new Blob([]) });

declare const error: unknown;
if (isAppError(error, "app.name_taken")) {
  expectTypeOf<typeof error.code, "app.name_taken">(true);
  const by: number = error.problem.data.by;
  console.log(by, error.status);
}
declare const declared: MizanError<"app.closed">;
if (declared.code === "app.closed" || declared.code === "csrf" || declared.code === "later") {
  console.log(declared.message);
}
"""

# a statement -> the error of the compiler
WRONG = {
    "await call(client, updateName, { user_id: 'five', name: 'Ada' });": "TS2322",
    "await call(client, updateName, { user_id: 5 });": "TS2345",
    "await call(client, updateName, { user_id: 5, name: 'Ada', nam: 1 });": "TS2561",
    "await call(client, updateName);": "TS2554",
    "await call(client, deleteFunction, { now: true });": "TS2322",
    "await read(client, userContext, {});": "TS2345",
    "await read(client, userContext, { user_id: '5' });": "TS2322",
    "await read(client, userContext, { user_id: 5, page: 1 });": "TS2353",
    "await read(client, searchContext, { order: 'sideways' });": "TS2322",
    "await read(client, searchContext, { order: null });": "TS2322",
    "await read(client, searchContext, { ids: [5] });": "TS2322",
    "await read(client, client_.ordersContext, {});": "TS2339",
    "await call(client, userContext, { user_id: 5 });": "TS2345",
    "await read(client, updateName, { user_id: 5, name: 'Ada' });": "TS2379",
    "(await read(client, userContext, { user_id: 5 })).profile;": "TS2339",
    "await call(client, setPhoto, { photo: 'me.png' });": "TS2322",
    "isAppError(new Error(), 'app.nothing');": "TS2345",
    "createClient({ baseURL: '/' });": "TS2561",
}


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    assert problems("client-schema", SCHEMA) == []
    return generate(SCHEMA, "0" * 64)


def test_uses_compile_and_misuses_do_not(
    files: dict[str, str],
    tmp_path: Path,
    tsc: Callable[[], list[tuple[str, int, str]]],
    prettier: Callable[[], str],
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    assert prettier() == ""
    (tmp_path / "right.ts").write_text(RIGHT)
    names = sorted({word for line in WRONG for word in re.findall(r"\b\w+\b", line)})
    taken = [name for name in names if f" {name}" in files["client.ts"] and name in RIGHT]
    known = {"call", "read", "createClient", "deleteFunction", "isAppError"}
    imported = sorted(
        known | {each for each in taken if each.endswith(("Context", "Name", "Photo"))}
    )
    for place, line in enumerate(WRONG):
        (tmp_path / f"wrong{place}.ts").write_text(
            'import * as client_ from "./client.js";\n'
            f'import {{ {", ".join(imported)} }} from "./client.js";\n'
            "const client = createClient();\n"
            f"{line}\n"
        )
    found = tsc()
    places = {(f"wrong{place}.ts", 4, code) for place, code in enumerate(WRONG.values())}
    assert set(found) == places


def test_descriptors(files: dict[str, str]) -> None:
    text = files["client.ts"]
    assert (
        '  affects: (args) => [{ context: "user", params: { user_id: args.user_id } }, "search"],\n'
    ) in text
    assert '  defaults: { ids: [], order: "up", price: "1.5" },\n' in text
    assert "  coerce: { after: datetime, ids: listOf(uuid), price: decimal },\n" in text
    assert 'import { datetime, decimal, listOf, uuid } from "@mizan/runtime/coerce";\n' in text
    assert "  affects: () => [],\n  encode: upload,\n" in text
    assert "/** @deprecated Use update_name. */\nexport const deleteFunction:" in text
    assert f'export const SCHEMA = "{"0" * 64}";\n' in text


def test_there_is_no_any(files: dict[str, str]) -> None:
    for text in files.values():
        code = re.sub(r"/\*.*?\*/|//.*", "", text, flags=re.DOTALL)
        assert not re.search(r"\bany\b", code)


@pytest.mark.parametrize(
    ("argument", "kind", "scoped"),
    [
        (INTEGER, "integer", True),
        ({"anyOf": [INTEGER, {"type": "null"}]}, "integer", True),
        (TEXT, "integer", False),  # "05" is no integer, so the server's target is broader
        (TEXT, "string", True),
        ({"$ref": "#/$defs/Name"}, "string", True),
        (TEXT, "uuid", False),  # several spellings
        ({"type": "string", "format": "uuid"}, "string", False),
        ({"type": "number"}, "integer", False),
        ({"type": "number"}, "number", True),
        ({}, "string", False),
    ],
)
def test_targets_are_scoped_where_the_server_spells_the_value_alike(
    argument: Any, kind: str, scoped: bool
) -> None:
    mutation = function(
        "mutation", record(user_id=argument), affects=[{"context": "user", "by": ["user_id"]}]
    )
    contexts = {"user": {"parameters": [parameter("user_id", kind)]}}
    document = {"functions": {}, "contexts": contexts, "$defs": {"Name": TEXT}}
    target = {"context": "user", "params": {"user_id": "args.user_id"}}
    assert affected(document, mutation) == ([target] if scoped else ["user"])


def test_targets_without_by_and_of_unknown_contexts_are_whole_contexts() -> None:
    document = {"functions": {}, "contexts": {}}
    more = [
        {"context": "user"},
        {"context": "user", "function": "a"},
        {"context": "b", "by": ["x"]},
    ]
    assert affected(document, function("mutation", record(x=INTEGER), affects=more)) == [
        "user",
        "b",
    ]


def test_names_never_meet() -> None:
    called = ("user_context", "call", "new", "create_client", "a.b", "a_b")
    functions = {name: {"kind": "call"} for name in called}
    contexts, made = constants({"functions": functions, "contexts": {"user": {}}})
    names = [*contexts.values(), *made.values()]
    assert len(set(names)) == len(names)
    assert made["new"] == "newFunction"
    assert made["call"] == "callFunction"


def test_the_smallest_schema(tmp_path: Path, tsc: Any, prettier: Any) -> None:
    empty = {"mizan": "1.0", "base_url": "/", "functions": {}, "contexts": {}}
    for name, text in generate(empty, "0" * 64).items():
        (tmp_path / name).write_text(text, "utf-8")
    assert prettier() == ""
    assert tsc() == []
