"""Random requests to a server, by schemathesis, which reads the OpenAPI document.

The server is the conformance app on Django, on a free port of 127.0.0.1. It is asked in two runs:
by nobody, and by a user with a token.

    python -m fuzz.http
    python -m fuzz.http --asgi --phases fuzzing --max-examples 1000 --seed 7

It runs over WSGI, or with --asgi; other options are those of `schemathesis run`. Exits with 0 if
nothing is wrong, 1 if something is, 2 if the call is wrong.

Invariant: nothing is sent but to the server that it started, which is gone when it ends.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Final

from mizan.openapi import Access, openapi
from mizan.resources import app_dir
from mizan_conformance.http.app import load_app

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parent
SERVE: Final = ROOT / "conformance" / "app" / "django" / "serve.py"
# Functions that fail or wait on purpose.
ON_PURPOSE: Final = ("crash*", "faulty*", "gate_*", "set_slot_slowly", "slot_value")
USER: Final = "bob"  # who may do everything
LIFE: Final = 3500  # seconds, of his token: about the most that a server takes
_PATIENCE: Final = 20.0  # seconds, for the server to end


def document(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI document of a client schema without what fails or waits on purpose."""
    functions = {
        name: each
        for name, each in schema["functions"].items()
        if not any(fnmatch(name, pattern) for pattern in ON_PURPOSE)
    }
    contexts = {
        name: each
        for name, each in schema["contexts"].items()
        if functions.keys() >= set(each["functions"])
    }
    return openapi(
        {**schema, "functions": functions, "contexts": contexts}, access=Access(tokens=True)
    )


@contextmanager
def served(interface: str) -> Iterator[str]:
    """Serve the conformance app over `wsgi` or `asgi`, and give its URL."""
    command = [sys.executable, str(SERVE), f"--{interface}", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 (ours)
        try:
            assert process.stdout is not None  # noqa: S101 (it is a pipe)
            url = process.stdout.readline().strip()
            if not url:
                raise SystemExit("The conformance app cannot be served: see above.")
            yield url
        finally:
            process.terminate()
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def fuzz(url: str, options: Sequence[str]) -> int:
    """Run schemathesis for each of those who ask, until one run fails. Returns its exit code."""
    app = load_app()
    schema = json.loads((app_dir() / "client-schema.json").read_bytes())
    token = app.token({"user": USER, "claims": {"exp": LIFE}})
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "openapi.json")
        file.write_text(json.dumps(document(schema)))
        command = [sys.executable, "-m", "schemathesis.cli"]
        command += ["--config-file", str(HERE / "schemathesis.toml"), "run"]
        command += [str(file), "--url", f"{url.rstrip('/')}{app.base_url.rstrip('/')}", *options]
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SCHEMATHESIS_HOOKS": "fuzz.http_checks",
        }
        for who in ([], ["--header", f"X-Mizan-Token: {token}"]):
            done = subprocess.run([*command, *who], env=environment, cwd=folder, check=False)  # noqa: S603 (ours)
            if done.returncode:
                return done.returncode
        return 0


def main() -> int:
    """Serve, and send requests."""
    parser = argparse.ArgumentParser(
        prog="python -m fuzz.http",
        description="Send random requests to the conformance app, by its OpenAPI document.",
        epilog="Other options are those of `schemathesis run`, such as --max-examples and --seed.",
    )
    parser.add_argument(
        "--asgi", action="store_true", help="serve it on uvicorn; default: waitress"
    )
    own, options = parser.parse_known_args()
    # Python would die of it at once, and leave the server behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with served("asgi" if own.asgi else "wsgi") as url:
        return fuzz(url, options)


if __name__ == "__main__":
    sys.exit(main())
