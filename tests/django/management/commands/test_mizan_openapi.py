"""`manage.py mizan_openapi`."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openapi_spec_validator import OpenAPIV31SpecValidator

from mizan.django import generate_client_schema
from mizan.protocol.canonical import canonical_json
from mizan.server.client_schema import digest


def run(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("mizan_openapi", *arguments, stdout=out)
    text = out.getvalue()
    document: dict[str, Any] = json.loads(text)
    assert text == canonical_json(document) + "\n"
    assert list(map(str, OpenAPIV31SpecValidator(document).iter_errors())) == []
    return document


def test_it_prints_what_is_declared() -> None:
    document, schema = run("--title", "Books"), generate_client_schema()
    assert document["info"]["title"] == "Books"
    assert document["info"]["version"] == digest(schema)
    assert document["servers"] == [{"url": schema["base_url"].rstrip("/")}]
    assert document["components"]["schemas"].keys() >= {"call.rename_book", "result.add"}
    assert "/ctx/shelf/" in document["paths"]


def test_settings_say_who_asks_and_whether_there_are_events(settings: Any) -> None:
    settings.SESSION_COOKIE_NAME = "s"
    settings.CSRF_HEADER_NAME = "HTTP_X_CHECK"
    settings.MIZAN_EVENTS = None
    settings.MIZAN_MWT_KEYS = None
    document = run()
    schemes = document["components"]["securitySchemes"]
    assert schemes.keys() == {"csrf", "session"}
    assert (schemes["session"]["name"], schemes["csrf"]["name"]) == ("s", "X-Check")
    assert "/events/" not in document["paths"]
    settings.MIZAN_EVENTS = {"BACKEND": "memory"}
    assert "/events/" in run()["paths"]


def test_check_finds_what_changed(tmp_path: Path) -> None:
    file = str(tmp_path / "openapi.json")
    out = io.StringIO()
    call_command("mizan_openapi", "--output", file, stdout=out)
    call_command("mizan_openapi", "--output", file, "--check", stdout=out)
    assert out.getvalue() == f"Wrote the OpenAPI document to {file}.\n{file} is up to date.\n"
    with pytest.raises(CommandError, match="is out of date: the OpenAPI document differs"):
        call_command("mizan_openapi", "--output", file, "--check", "--title", "x", stdout=out)
