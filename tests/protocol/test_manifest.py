"""mizan/protocol/manifest.py: the manifest of declarations."""

import random
from typing import Any

import pytest

from mizan.errors import DeclarationError
from mizan.protocol.canonical import canonical_json
from mizan.protocol.declarations import read_declarations
from mizan.protocol.manifest import build_manifest

INTEGER = {"type": "integer"}
DECLARATIONS: dict[str, Any] = {
    "mizan": "1.0",
    "base_url": "/m/",
    "identity_params": ["user_id"],
    "contexts": [
        {"name": "user", "page_routes": ["/u/:user_id/", "/a/", "/a/"]},
        {"name": "shop", "bind": [{"name": "me", "type": INTEGER}]},
        {"name": "note"},
    ],
    "functions": [
        {
            "name": "user_page",
            "context": "user",
            "path": "view",
            "route": "/v/:user_id/",
            "parameters": [
                {"name": "user_id", "type": INTEGER, "required": True},
                {"name": "page", "type": INTEGER, "required": False, "default": "1"},
            ],
            "rev": 3,
            "cache": 60,
        },
        {
            "name": "user_card",
            "context": "user",
            "parameters": [{"name": "user_id", "type": INTEGER, "required": True}],
        },
        {
            "name": "shop_items",
            "context": "shop",
            "parameters": [{"name": "shop_id", "type": INTEGER, "required": True}],
        },
        {
            "name": "rename",
            "affects": [
                {"context": "user", "function": "user_page"},
                {"context": "user", "function": "user_card", "by": []},
                {"context": "shop"},
                {"context": "note"},
            ],
            "arguments": ["user_id", "shop_id", "name"],
            "methods": ["PUT", "PATCH", "PUT"],
        },
        {
            "name": "delete",
            "affects": [{"context": "user"}],
            "arguments": ["user_id"],
            "path": "view",
            "route": "/d/",
            "private": True,
        },
        {"name": "neither"},
    ],
}
MANIFEST: dict[str, Any] = {
    "mizan": "1.0",
    "base_url": "/m/",
    "contexts": {
        "note": {
            "endpoint": "/m/ctx/note/",
            "functions": [],
            "parameters": [],
            "bound_params": [],
            "scope_params": [],
            "views": [],
            "page_routes": [],
            "render_strategy": "psr",
            "user_scoped": False,
            "rev": 0,
            "cache": True,
        },
        "shop": {
            "endpoint": "/m/ctx/shop/",
            "functions": [{"name": "shop_items", "path": "rpc", "rev": 0}],
            "parameters": [
                {"name": "shop_id", "type": INTEGER, "required": True, "nullable": False}
            ],
            "bound_params": [{"name": "me", "type": INTEGER}],
            "scope_params": ["me", "shop_id"],
            "views": [],
            "page_routes": [],
            "render_strategy": "dynamic_cached",
            "user_scoped": True,
            "rev": 0,
            "cache": True,
        },
        "user": {
            "endpoint": "/m/ctx/user/",
            "functions": [
                {"name": "user_card", "path": "rpc", "rev": 0},
                {"name": "user_page", "path": "view", "rev": 3},
            ],
            "parameters": [
                {
                    "name": "page",
                    "type": INTEGER,
                    "required": False,
                    "nullable": False,
                    "default": 1,
                },
                {"name": "user_id", "type": INTEGER, "required": True, "nullable": False},
            ],
            "bound_params": [],
            "scope_params": ["user_id"],
            "views": ["/v/:user_id/"],
            "page_routes": ["/a/", "/u/:user_id/"],
            "render_strategy": "dynamic_cached",
            "user_scoped": True,
            "rev": 3,
            "cache": 60,
        },
    },
    "mutations": {
        "delete": {
            "affects": [{"context": "user"}],
            "auto_scoped_params": {"user": ["user_id"]},
            "private": True,
            "methods": ["POST"],
            "route": "/d/",
        },
        "rename": {
            "affects": [
                {"context": "note"},
                {"context": "shop"},
                {"context": "user", "function": "user_card", "by": []},
                {"context": "user", "function": "user_page"},
            ],
            "auto_scoped_params": {"shop": ["me", "shop_id"]},
            "private": False,
            "methods": ["PATCH", "PUT"],
        },
    },
}


def test_builds_the_manifest() -> None:
    assert build_manifest(DECLARATIONS) == MANIFEST
    assert build_manifest(read_declarations(DECLARATIONS)) == MANIFEST


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_declarations_makes_no_difference(seed: int) -> None:
    mix = random.Random(seed)  # noqa: S311 (no secret)
    mixed = {
        **DECLARATIONS,
        "contexts": mix.sample(DECLARATIONS["contexts"], 3),
        "functions": mix.sample(DECLARATIONS["functions"], 6),
    }
    assert list(build_manifest(mixed)["contexts"]) == ["note", "shop", "user"]
    assert canonical_json(build_manifest(mixed)) == canonical_json(MANIFEST)


def test_an_absent_function_comes_first() -> None:
    functions = [
        {"name": "r", "context": "note"},
        {"name": "m", "affects": [{"context": "note", "function": "r"}, {"context": "note"}]},
    ]
    manifest = build_manifest({**DECLARATIONS, "functions": functions})
    assert manifest["mutations"]["m"]["affects"] == [
        {"context": "note"},
        {"context": "note", "function": "r"},
    ]


def test_the_manifest_is_its_own() -> None:
    build_manifest(DECLARATIONS)["contexts"]["user"]["parameters"][0]["default"] = 7
    catalog = read_declarations(DECLARATIONS)
    build_manifest(catalog)["contexts"]["user"]["parameters"][0]["default"] = 7
    assert build_manifest(catalog) == MANIFEST


def test_faults_are_found() -> None:
    with pytest.raises(DeclarationError):
        build_manifest({**DECLARATIONS, "contexts": []})
