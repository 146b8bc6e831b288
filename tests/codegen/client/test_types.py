"""types.ts of a whole client schema (codegen/mizan_codegen/client/types.py)."""

from typing import Any

import pytest

from mizan_codegen.client.nodes import flat
from mizan_codegen.client.types import parameter, types
from mizan_codegen.schemas import CodegenError

PHOTO = {"type": "string", "format": "binary"}
SCHEMA: dict[str, Any] = {
    "functions": {
        "user_profile": {
            "kind": "read",
            "context": "user",
            "input": {"$ref": "#/$defs/UserProfileInput"},
            "output": {"type": "string"},
        },
        "set_photo": {
            "kind": "call",
            "upload": True,
            "input": {"$ref": "#/$defs/SetPhotoInput"},
            "output": {},
            "errors": {
                "app.too_large": {"schema": {"type": "object", "properties": {"most": {}}}},
                "app.taken": {"description": "Somebody has it."},
            },
        },
        "rename": {
            "kind": "call",
            "input": {"type": "object"},
            "output": {},
            "errors": {"app.too_large": {}},
        },
    },
    "contexts": {
        "user": {
            "functions": ["user_profile"],
            "description": "One user.",
            "parameters": [
                {"name": "id", "type": {"type": "integer"}, "required": True},
                {"name": "page", "type": {"type": "integer"}, "required": False, "default": 1},
                {"name": "tag", "type": {"type": "string"}, "required": False, "nullable": True},
            ],
        },
        "home": {"functions": ["user_profile"], "parameters": []},
    },
    "$defs": {
        "SetPhotoInput": {
            "type": "object",
            "properties": {"photo": PHOTO, "in": {"$ref": "#/$defs/In"}},
        },
        "In": {"type": "array", "items": PHOTO},
        "UserProfileInput": {"type": "object", "properties": {"raw": PHOTO}},
    },
}


def test_every_function_and_context_has_its_types() -> None:
    typed = types(SCHEMA)
    assert typed.inputs == {
        "rename": "RenameInput",
        "set_photo": "SetPhotoInput",
        "user_profile": "UserProfileInput",
    }
    assert typed.outputs["user_profile"] == "UserProfileOutput"
    assert "export type UserProfileOutput = string;\n" in typed.text
    assert typed.params == {"home": "HomeParams", "user": "UserParams"}
    assert "export type HomeParams = { [key: string]: never };\n" in typed.text
    assert (
        "/** What tells instances of `user` apart. */\n"
        "export interface UserParams {\n"
        "  id: number;\n"
        "  /** @default 1 */\n"
        "  page?: number;\n"
        "  tag?: string | null;\n"
        "}\n"
    ) in typed.text
    data = "/** One user. */\nexport interface UserData {\n  user_profile: UserProfileOutput;\n}\n"
    assert data in typed.text


def test_files_are_files_in_uploads_alone() -> None:
    text = types(SCHEMA).text
    assert "photo?: Blob;" in text
    assert "export type In = Blob[];" in text
    assert "raw?: string;" in text


def test_errors_by_code() -> None:
    typed = types(SCHEMA)
    assert typed.errors == {"rename": "RenameErrors", "set_photo": "SetPhotoErrors"}
    assert '  /** Somebody has it. */\n  "app.taken": undefined;\n' in typed.text
    every = typed.text[typed.text.index("export interface AppErrors") :]
    assert '  "app.too_large": SetPhotoTooLargeData | undefined;\n' in every
    assert typed.text.count("interface SetPhotoTooLargeData") == 1


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ({"type": "boolean"}, "boolean"),
        ({"type": "integer"}, "number"),
        ({"type": "number"}, "number"),
        ({"type": "uuid"}, "string"),
        ({"type": "decimal"}, "string"),
        ({"type": "choice", "choices": ["a", 1, True]}, '"a" | 1 | true'),
        ({"type": "list", "items": {"type": "choice", "choices": ["a", "b"]}}, '("a" | "b")[]'),
    ],
)
def test_parameters(kind: dict[str, Any], text: str) -> None:
    assert flat(parameter(kind)) == text


def test_a_lost_reference_is_named_with_its_place() -> None:
    broken = {**SCHEMA, "$defs": {}}
    with pytest.raises(CodegenError, match=r"^/functions/rename|/functions/set_photo/input/\$ref"):
        types(broken)
