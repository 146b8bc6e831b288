"""A project of many functions in a process of its own: starts, then does what it is told.

usage: started.py CONTENDER DO      (in a folder that has app.py)

DO is `answer` (one request), `schema` (the OpenAPI document, or Mizan's client schema, as a file),
`generate` (Mizan's client) or `nothing`. It prints what memory it has at the end, in bytes.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.urls import get_resolver

_APPS = {"mizan": ["mizan.django"], "ninja": ["ninja"], "DRF": ["rest_framework"]}
CLIENT = "client"


def start(contender: str) -> None:
    """Set Django up and import the project."""
    sys.path.insert(0, str(Path.cwd()))
    settings.configure(
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            *_APPS.get(contender, []),
        ],
        MIDDLEWARE=[],
        MIZAN_CACHE={"BACKEND": None},
        ROOT_URLCONF="app",
        SECRET_KEY="protects nothing here",  # noqa: S106 (see its value)
    )
    django.setup()
    assert get_resolver().url_patterns  # noqa: S101 (imports it)


def answer(contender: str) -> None:
    """Let the handler answer a read."""
    from django.core.handlers.wsgi import WSGIHandler

    path = "/api/ctx/c0/" if contender == "mizan" else "/api/f0/"
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "item_id=5&name=Ada",
        "SERVER_NAME": "example.org",
        "SERVER_PORT": "80",
        "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": "http",
    }
    response = WSGIHandler()(environ, lambda *_: None)
    if response.status_code != 200 or b'"id":5' not in response.content.replace(b" ", b""):
        raise SystemExit(f"{contender}: {response.status_code} {response.content!r:.300}")


def schema(contender: str) -> None:
    """Write the document that a client is generated from."""
    if contender == "mizan":
        from mizan.django.manifest import generate_client_schema

        document: Any = generate_client_schema()
    else:
        from app import api

        document = api.get_openapi_schema()
    Path("schema.json").write_text(json.dumps(document))


def generate(contender: str) -> None:
    """Write Mizan's client, as `manage.py mizan_codegen` does."""
    if contender != "mizan":
        raise SystemExit("the others' clients are generated from their schemas")
    from django.core.management import call_command

    call_command("mizan_codegen", out=CLIENT, stdout=io.StringIO())


def main() -> None:
    """Start, do it, and print the memory."""
    contender, do = sys.argv[1:]
    start(contender)
    {"answer": answer, "schema": schema, "generate": generate, "nothing": bool}[do](contender)
    import psutil

    print(psutil.Process().memory_info().rss)


if __name__ == "__main__":
    main()
