"""Declarations drawn are without fault, and their manifests follow the schema."""

from typing import Any

from hypothesis import Phase, given, settings

from mizan.protocol.declarations import read_declarations
from mizan.schemas import problems
from mizan.testing import declarations, manifests, parameters
from mizan.testing._declarations import scope_params


@given(declarations())
def test_declarations_are_without_fault(document: dict[str, Any]) -> None:
    assert problems("declarations", document) == []
    read_declarations(document)


@given(manifests())
def test_manifests_follow_the_schema(document: dict[str, Any]) -> None:
    assert problems("manifest", document) == []


@given(declarations())
def test_scope_params_are_those_of_the_manifest(document: dict[str, Any]) -> None:
    from mizan.protocol.manifest import build_manifest

    manifest = build_manifest(document)
    for context in document["contexts"]:
        functions = [
            found for found in document["functions"] if found.get("context") == context["name"]
        ]
        expected = scope_params(context, functions)
        assert manifest["contexts"][context["name"]]["scope_params"] == expected


@given(parameters(name="a"))
def test_parameters(document: dict[str, Any]) -> None:
    assert document["name"] == "a"
    assert document["required"] is not ("default" in document)


def test_what_matters_is_drawn() -> None:
    seen: set[str] = set()

    @settings(max_examples=200, phases=[Phase.generate])
    @given(declarations())
    def collect(document: dict[str, Any]) -> None:
        for found in (*document["contexts"], *document["functions"]):
            seen.update(found)

    collect()
    members = "bind scope_by user_scoped page_routes affects route private guarded methods rev"
    assert set(members.split()) <= seen
