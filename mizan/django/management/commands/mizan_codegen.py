"""`manage.py mizan_codegen`: a typed client in TypeScript of what this project declares.

Invariant: files that were not generated are never changed or removed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mizan.django.management import watch
from mizan.django.manifest import generate_client_schema
from mizan.server.client_schema import digest
from mizan_codegen.client import write
from mizan_codegen.schemas import CodegenError


class Command(BaseCommand):
    """Writes the client."""

    help = "Write a typed client in TypeScript: types, descriptors, hooks for React."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --out, --check, --watch and --no-react."""
        parser.add_argument(
            "--out",
            metavar="DIR",
            required=True,
            help="The folder of the generated files; others in it are left alone.",
        )
        modes = parser.add_mutually_exclusive_group()
        modes.add_argument(
            "--check",
            action="store_true",
            help="Write nothing; exit with 1 and the difference if a file is out of date.",
        )
        modes.add_argument(
            "--watch",
            action="store_true",
            help="Write again whenever the code of the project changes, until interrupted.",
        )
        parser.add_argument(
            "--no-react", action="store_false", dest="react", help="Write no hooks for React."
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Write, compare or watch. Raises CommandError."""
        folder = Path(options["out"])
        if options["watch"]:
            watch.run(lambda: self._try(folder, react=options["react"]))
        else:
            self._write(folder, react=options["react"], check=options["check"])

    def _write(self, folder: Path, *, react: bool, check: bool = False) -> None:
        document = generate_client_schema()
        try:
            stale = write(document, digest(document), folder, hooks=react, check=check)
        except CodegenError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{folder} cannot be written: {error.strerror}.") from error
        if stale:
            raise CommandError(f"{folder} is out of date: it differs as shown above.")
        done = "is up to date" if check else "is written"
        self.stdout.write(f"The client in {folder} {done}.")

    def _try(self, folder: Path, *, react: bool) -> None:
        """Write, and only say what is wrong: the next change may mend it."""
        try:
            self._write(folder, react=react)
        except CommandError as error:
            self.stderr.write(f"{error}")
