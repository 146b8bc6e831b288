"""What the programs here share: the folders to import from, the project's set-up, progress, tables.

Invariant: a program says how it goes on stderr and what it found on stdout; it exits with 1 where
the promise was broken.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FOLDERS = (HERE, ROOT / "tests" / "cache", ROOT)  # the starters of real servers are the tests'
for _folder in reversed(FOLDERS):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))

SECRET = "the secret of a cache that keeps nothing secret"  # noqa: S105 (see its value)


def parser(text: str | None) -> argparse.ArgumentParser:
    """Return a parser whose help is a program's docstring."""
    raw = argparse.RawDescriptionHelpFormatter
    made = argparse.ArgumentParser(description=text, formatter_class=raw)
    made.add_argument("--json", action="store_true", help="print what was found as JSON")
    return made


def with_postgres() -> None:
    """Start this program anew beside a new PostgreSQL, unless it was so started.

    Tables are dropped there, so none that anybody else uses will do.
    """
    if os.environ.get("COHERENCE_POSTGRES"):
        return
    command = [str(ROOT / "scripts" / "with-postgres"), sys.executable, *sys.argv]
    environ = os.environ | {"COHERENCE_POSTGRES": "1"}
    raise SystemExit(subprocess.run(command, check=False, env=environ).returncode)


def cache_setting(url: str, **more: Any) -> dict[str, Any]:
    """Return MIZAN_CACHE for a Redis."""
    return {"BACKEND": "redis", "URL": url, "SECRET": SECRET, **more}


def environment(given: dict[str, Any]) -> dict[str, str]:
    """Return the environment variables of a process that runs the project.

    `given`: `apps`, `settings` and, unless PostgreSQL is to be taken, `sqlite`: a file.
    """
    paths = os.pathsep.join(map(str, FOLDERS))
    return {
        "COHERENCE": json.dumps(given),
        "DJANGO_SETTINGS_MODULE": "rows.settings",
        "PYTHONPATH": paths,
    }


def set_up(given: dict[str, Any] | None = None) -> None:
    """Set Django up in this process; without `given` as its environment says."""
    if given is not None:
        os.environ.update(environment(given))
    import django

    django.setup()


def make_tables(keys: int) -> None:
    """Make the project's tables anew, with rows of version 1."""
    from django.core.management import call_command
    from django.db import connection
    from rows.models import Row

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    call_command("migrate", run_syncdb=True, verbosity=0)
    Row.objects.bulk_create([Row(key=key) for key in range(1, keys + 1)])


def deliver() -> None:
    """Deliver what waits in the outbox."""
    from django.core.management import call_command

    call_command("mizan_outbox", verbosity=0, stdout=StringIO())


def close_connections() -> None:
    """Close what is open to the database: a process that is forked opens its own."""
    from django.db import connections

    connections.close_all()


class Web:
    """Sends requests to Django's WSGI handler within this process."""

    def __init__(self) -> None:
        from django.core.handlers.wsgi import WSGIHandler

        self._handler = WSGIHandler()
        self._fixed = {
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "CONTENT_TYPE": "application/json",
            "wsgi.url_scheme": "http",
        }

    def get(self, path: str, query: str = "") -> Any:
        """Return the response to a GET."""
        return self._send("GET", path, query, b"")

    def read(self, context: str, **params: int) -> Any:
        """Return the response to the read of a context."""
        query = "&".join(f"{name}={value}" for name, value in params.items())
        return self.get(f"/api/mizan/ctx/{context}/", query)

    def call(self, function: str, **args: int) -> Any:
        """Return the response to a call."""
        body = json.dumps({"function": function, "args": args}).encode()
        return self._send("POST", "/api/mizan/call/", "", body)

    def _send(self, method: str, path: str, query: str, body: bytes) -> Any:
        environ = {
            **self._fixed,
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": BytesIO(body),
        }
        response = self._handler(environ, lambda *_: None)
        response.close()
        return response


class Progress:
    """A line on stderr that says how far it is, at most twice a second."""

    def __init__(self) -> None:
        self._next = 0.0
        self._tty = sys.stderr.isatty()

    def __call__(self, text: str, *, now: bool = False) -> None:
        if not now and time.monotonic() < self._next:
            return
        self._next = time.monotonic() + (0.5 if self._tty else 10)
        start, end = ("\r", "") if self._tty else ("", "\n")
        print(f"{start}{text:<78}", end=end, file=sys.stderr, flush=True)

    def done(self) -> None:
        """End the line."""
        if self._tty:
            print(f"\r{'':<78}\r", end="", file=sys.stderr, flush=True)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """Yield the lines of a table."""
    lines = [head, *[[str(cell) for cell in row] for row in rows]]
    widths = [max(len(line[index]) for line in lines) for index in range(len(head))]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        yield "  ".join(cells).rstrip()


def conclude(found: dict[str, Any], wrong: Sequence[str], *, as_json: bool) -> int:
    """Print what was found and what is wrong with it; return the exit code."""
    if as_json:
        print(json.dumps({**found, "wrong": list(wrong)}))
    else:
        width = max(map(len, found), default=0)
        for name, value in found.items():
            print(f"{name:<{width}}  {value}")
    for each in wrong:
        print(f"VIOLATION: {each}", file=sys.stderr)
    if not as_json:
        print("violated" if wrong else "holds")
    return 1 if wrong else 0


@contextmanager
def tally(folder: Path) -> Iterator[Path]:
    """Give the computations of `slow` a file to note themselves in."""
    path = folder / "tally"
    path.touch()
    os.environ["COHERENCE_TALLY"] = str(path)
    yield path
