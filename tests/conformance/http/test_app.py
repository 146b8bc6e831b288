"""The documents of the conformance app agree with each other, with Django, and with the prose."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from mizan.errors import TokenError
from mizan.protocol import token
from mizan.protocol.canonical import canonical_json
from mizan.protocol.declarations import read_declarations
from mizan.protocol.manifest import build_manifest
from mizan.resources import app_dir
from mizan.schemas import problems
from mizan_conformance.http.app import App

FOLDER = app_dir()
EXPORT = """
import json, sys
sys.path.insert(0, sys.argv[1])
import serve
serve.configure()
import django
django.setup()
from mizan.django.manifest import generate_client_schema, generate_edge_manifest
from mizan.protocol.canonical import canonical_json
made = generate_edge_manifest(), generate_client_schema()
print(json.dumps([canonical_json(each) for each in made]))
"""


def document(name: str) -> Any:
    return json.loads((FOLDER / name).read_bytes())


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("app.json", "declarations"),
        ("manifest.json", "manifest"),
        ("client-schema.json", "client-schema"),
    ],
)
def test_the_documents_follow_their_schemas(name: str, kind: str) -> None:
    assert problems(kind, document(name)) == []


def test_the_manifest_is_that_of_the_declarations() -> None:
    manifest = build_manifest(document("app.json"))
    assert (FOLDER / "manifest.json").read_bytes() == canonical_json(manifest).encode()


def test_django_makes_the_same_manifest_and_client_schema() -> None:
    command = [sys.executable, "-W", "ignore", "-c", EXPORT, str(FOLDER / "django")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    manifest, schema = json.loads(done.stdout)
    assert (FOLDER / "manifest.json").read_text("utf-8") == manifest
    assert (FOLDER / "client-schema.json").read_text("utf-8") == schema


def test_the_client_schema_shows_what_is_declared() -> None:
    declared = read_declarations(document("app.json"))
    schema = document("client-schema.json")
    public = {each["name"] for each in document("app.json")["functions"] if "route" not in each}
    assert set(schema["functions"]) == public
    assert set(schema["contexts"]) == set(declared.contexts)


def test_the_prose_speaks_of_every_context_and_function() -> None:
    prose = (FOLDER / "README.md").read_text("utf-8")
    declared = document("app.json")
    names = [each["name"] for each in (*declared["contexts"], *declared["functions"])]
    assert [name for name in names if f"`{name}`" not in prose] == []


def test_keys_and_passwords_say_that_they_are_public(app: App) -> None:
    for key in app.server["tokens"]["keys"]:
        assert key["kid"].startswith("public-test-key")
    for user in app.server["users"]:
        assert user["password"].startswith("public-test-password")


def verified(app: App, text: str) -> dict[str, Any]:
    keys = [token.Key.from_jwk(each) for each in app.server["tokens"]["keys"]]
    return token.verify(text, keys, audience="conformance", now=int(time.time()))


def test_a_token_is_of_its_user(app: App) -> None:
    claims = verified(app, app.token("bob"))
    assert (claims["sub"], claims["kid"]) == ("2", "public-test-key-2")
    assert claims["exp"] - claims["iat"] == 300
    assert verified(app, app.token({"user": "ada", "kid": "public-test-key-1"}))["sub"] == "1"


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ({"user": "ada", "claims": {"exp": -100, "iat": -200}}, "token.expired"),
        ({"user": "ada", "claims": {"pkey": None}}, "token.claims"),
        ({"user": "ada", "header": {"typ": "JWT"}}, "token.typ"),
        ({"user": "ada", "signed_by": "public-test-key-1"}, "token.signature"),
        ({"text": "rubbish"}, "token.malformed"),
    ],
)
def test_a_token_can_be_wrong_in_one_way(app: App, spec: dict[str, Any], code: str) -> None:
    with pytest.raises(TokenError) as refused:
        verified(app, app.token(spec))
    assert refused.value.code == code


def test_nobody_has_no_token(app: App) -> None:
    with pytest.raises(ValueError, match="'eve' is no user"):
        app.token("eve")


def test_the_program_lists_its_faults() -> None:
    program = [sys.executable, str(Path(FOLDER) / "django" / "faulty.py")]
    done = subprocess.run([*program, "--list"], capture_output=True, text=True, check=True)
    assert "null-is-absent" in done.stdout.splitlines()
    assert subprocess.run(program, capture_output=True, check=False).returncode == 2
