"""`manage.py export_client_schema`: what generated clients are made from (SPEC.md, 12.3).

The digest of the canonical text is what replies carry in `X-Mizan-Schema`.
"""

from __future__ import annotations

from typing import Any

from mizan.django.management.export import ExportCommand
from mizan.django.manifest import generate_client_schema


class Command(ExportCommand):
    """Exports the client schema."""

    help = "Print or write the client schema: the types of public functions and contexts."
    what = "client schema"

    def document(self) -> dict[str, Any]:
        """Return the client schema."""
        return generate_client_schema()
