"""What the commands that export a document share: to standard output, to a file, or compare.

Invariant: the same declarations give the same bytes; `--check` changes nothing, and fails exactly
where writing would change the file.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import suppress
from difflib import unified_diff
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mizan.protocol.canonical import canonical_json


class ExportCommand(BaseCommand, ABC):
    """A command that exports the document which `document` returns."""

    what = "document"

    @abstractmethod
    def document(self) -> dict[str, Any]:
        """Return the document."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --output, --check and --pretty."""
        parser.add_argument("--output", metavar="FILE", help="Write to this file.")
        parser.add_argument(
            "--check",
            action="store_true",
            help="Write nothing; exit with 1 and the difference if the file is out of date.",
        )
        parser.add_argument(
            "--pretty",
            action="store_true",
            help="Indented, for people; by default it is canonical JSON text (RFC 8785).",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Write, print or compare. Raises CommandError."""
        text = (pretty if options["pretty"] else canonical_json)(self.document())
        if options["output"] is None:
            if options["check"]:
                raise CommandError("--check compares a file: name it with --output.")
            self.stdout.write(text)
        elif options["check"]:
            self._check(Path(options["output"]), text)
        else:
            write(Path(options["output"]), text)
            self.stdout.write(f"Wrote the {self.what} to {options['output']}.")

    def _check(self, path: Path, text: str) -> None:
        try:
            found = path.read_bytes().decode(errors="replace")
        except FileNotFoundError as error:
            raise CommandError(f"{path} is not there: write it without --check.") from error
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        if found == text:
            self.stdout.write(f"{path} is up to date.")
            return
        self.stdout.writelines(difference(found, text, path))
        raise CommandError(f"{path} is out of date: the {self.what} differs as shown above.")


def write(path: Path, text: str) -> None:
    """Write a file of UTF-8. Raises CommandError where the system refuses."""
    try:
        path.write_bytes(text.encode())
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error


def pretty(document: Any) -> str:
    """Return JSON text for people: indented, sorted, one line feed at the end."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def difference(found: str, expected: str, path: Path) -> Iterable[str]:
    """Return a unified diff of two JSON texts: member by member, where they differ there."""
    before, after = _lines(found), _lines(expected)
    if before == after:
        before, after = found.splitlines(keepends=True), expected.splitlines(keepends=True)
    return unified_diff(before, after, str(path), "what is declared")


def _lines(text: str) -> list[str]:
    with suppress(ValueError):  # whatever else it is, it is shown as it stands
        text = pretty(json.loads(text))
    return text.splitlines(keepends=True)
