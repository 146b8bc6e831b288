"""mizan/openapi/document.py: the whole document."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from mizan.openapi import Access
from mizan.protocol.canonical import canonical_json
from mizan.resources import app_dir, schema_dir

Schema = dict[str, Any]
Make = Callable[..., Schema]


@pytest.fixture
def app() -> Schema:
    """The client schema of the conformance app."""
    document: Schema = json.loads((app_dir() / "client-schema.json").read_bytes())
    return document


def test_the_conformance_app(app: Schema, made: Make) -> None:
    document = made(app, title="Conformance", version="7", access=Access(tokens=True), events=True)
    assert document["info"]["title"] == "Conformance"
    assert document["info"]["version"] == "7"
    assert document["servers"] == [{"url": "/mizan"}]
    contexts = {f"/ctx/{name}/" for name in app["contexts"]}
    assert document["paths"].keys() == {"/call/", "/events/"} | contexts
    shown = set(document["components"]["schemas"])
    assert shown >= {f"call.{name}" for name in app["functions"]}
    assert shown >= {f"result.{name}" for name in app["functions"]}
    assert shown >= {f"ctx.{name}" for name in app["contexts"]} | set(app["$defs"])


def test_the_same_client_schema_gives_the_same_document(app: Schema, made: Make) -> None:
    before = deepcopy(app)
    turned = {
        name: dict(reversed(each.items())) if isinstance(each, dict) else each
        for name, each in reversed(app.items())
    }
    assert canonical_json(made(app)) == canonical_json(made(turned))
    assert app == before


@pytest.mark.parametrize(
    "path",
    sorted((schema_dir() / "v1" / "examples" / "client-schema" / "valid").glob("*.json")),
    ids=lambda path: path.stem,
)
def test_the_examples_of_client_schemas(path: Path, made: Make) -> None:
    made(json.loads(path.read_bytes()), events=True)


@pytest.mark.parametrize(
    ("base_url", "server"),
    [
        ("/", "/"),
        ("/api/mizan/", "/api/mizan"),
        ("https://example.org/m/", "https://example.org/m"),
    ],
)
def test_the_server_is_the_base_url(base_url: str, server: str, schema: Make, made: Make) -> None:
    assert made(schema(base_url=base_url))["servers"] == [{"url": server}]


def test_nothing_declared_has_no_paths(schema: Make, made: Make) -> None:
    assert made(schema())["paths"] == {}


def test_who_asks(schema: Make, function: Make, made: Make) -> None:
    given = schema(functions={"ping": function()})
    document = made(given, access=Access("s", "X-C"))
    schemes = document["components"]["securitySchemes"]
    assert schemes["session"] == {"type": "apiKey", "in": "cookie", "name": "s"}
    assert (schemes["csrf"]["in"], schemes["csrf"]["name"]) == ("header", "X-C")
    session = {"session": [], "csrf": []}
    assert document["paths"]["/call/"]["post"]["security"] == [{}, session]
    document = made(given, access=Access(tokens=True), events=True)
    both = [{"token": []}, {"bearer": []}]
    assert document["paths"]["/call/"]["post"]["security"] == [{}, session, *both]
    assert document["paths"]["/events/"]["get"]["security"] == [{}, {"session": []}, *both]
