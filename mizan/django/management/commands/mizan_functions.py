"""`manage.py mizan_functions`: a table of everything declared."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mizan.django.listing import rows, table
from mizan.django.management.export import pretty
from mizan.server.registry import registry

_FORMATS = {"json": pretty, "table": table}


class Command(BaseCommand):
    """Lists the functions."""

    help = "List every declared function: its kind, effects, scope, route, guards and place."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --format."""
        parser.add_argument(
            "--format",
            choices=sorted(_FORMATS),
            default="table",
            help="table (the default) for people, json for programs.",
        )

    def handle(self, *_: Any, **options: Any) -> None:
        """Print the list."""
        self.stdout.write(_FORMATS[options["format"]](rows(registry.catalog)))
