"""The documents are what the catalog has, valid, and the caller's own."""

from __future__ import annotations

from mizan.django import client, generate_client_schema, generate_edge_manifest
from mizan.protocol.canonical import canonical_json
from mizan.schemas import problems
from mizan.server.registry import registry


def test_the_documents_are_valid() -> None:
    assert problems("manifest", generate_edge_manifest()) == []
    assert problems("client-schema", generate_client_schema()) == []
    assert generate_edge_manifest()["contexts"]["book"]["scope_params"] == ["book_id"]


def test_what_is_private_is_in_the_manifest_alone() -> None:
    @client(affects="shelf", private=True)
    def hidden(request: object) -> None: ...

    assert generate_edge_manifest()["mutations"]["hidden"]["private"] is True
    assert "hidden" not in generate_client_schema()["functions"]


def test_the_order_of_declarations_is_no_difference() -> None:
    before = [canonical_json(make()) for make in (generate_edge_manifest, generate_client_schema)]
    registry.functions.reverse()
    registry.reset()
    after = [canonical_json(make()) for make in (generate_edge_manifest, generate_client_schema)]
    assert after == before


def test_the_caller_may_change_them() -> None:
    generate_edge_manifest()["contexts"]["book"].clear()
    generate_client_schema()["functions"].clear()
    assert generate_edge_manifest() == registry.catalog.manifest
    assert registry.catalog.manifest["contexts"]["book"]
    assert registry.catalog.schema["functions"]
