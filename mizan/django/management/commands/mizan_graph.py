"""`manage.py mizan_graph`: which mutation makes which context stale, as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mizan.django import graph
from mizan.django.management.export import write
from mizan.django.manifest import generate_edge_manifest

_FORMATS = {
    "html": graph.html,
    "mermaid": graph.mermaid,
    "svg": graph.svg,
    "text": graph.text,
}


class Command(BaseCommand):
    """Draws the graph."""

    help = "Show which mutation makes which context stale."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --format and --output."""
        parser.add_argument(
            "--format",
            choices=sorted(_FORMATS),
            default="text",
            help="text (the default) and mermaid for terminals and documents, svg and html as "
            "pictures.",
        )
        parser.add_argument("--output", metavar="FILE", help="Write to this file.")

    def handle(self, *_: Any, **options: Any) -> None:
        """Print or write the graph."""
        drawn = _FORMATS[options["format"]](graph.graph_of(generate_edge_manifest()))
        if options["output"] is None:
            self.stdout.write(drawn)
            return
        write(Path(options["output"]), drawn)
        self.stdout.write(f"Wrote the graph to {options['output']}.")
