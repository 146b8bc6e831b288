"""`manage.py export_edge_manifest`: the manifest, for edges (SPEC.md, section 12.1)."""

from __future__ import annotations

from typing import Any

from mizan.django.management.export import ExportCommand
from mizan.django.manifest import generate_edge_manifest


class Command(ExportCommand):
    """Exports the manifest."""

    help = "Print or write the manifest: what an edge must know of contexts and mutations."
    what = "manifest"

    def document(self) -> dict[str, Any]:
        """Return the manifest."""
        return generate_edge_manifest()
