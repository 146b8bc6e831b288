"""The documents that a server gives away: the manifest and the client schema (SPEC.md, section 12).

Invariant: they are made from the catalog that answers requests, so they cannot disagree with it;
the caller may change what it gets.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from mizan.server.registry import registry


def generate_edge_manifest() -> dict[str, Any]:
    """Return the manifest, for edges (`manifest.schema.json`). Raises DeclarationsInvalid."""
    return deepcopy(registry.catalog.manifest)


def generate_client_schema() -> dict[str, Any]:
    """Return the client schema, for generated clients (`client-schema.schema.json`).

    Raises DeclarationsInvalid.
    """
    return deepcopy(registry.catalog.schema)
