"""The graph has everything of the manifest, in an order with few crossings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mizan.django.graph import graph_of
from mizan.django.graph.model import Effect, Graph, Mutation, Shown
from mizan.protocol.manifest import build_manifest

EXAMPLES = Path(__file__).parents[3] / "schema/v1/examples/declarations/valid"


def manifest(*functions: dict[str, Any], **contexts: dict[str, Any]) -> dict[str, Any]:
    """Return the manifest of mutations, and of contexts that each have one function."""
    reads = [
        {"name": f"read_{name}", "context": name, "path": "rpc", "parameters": [ID], **each}
        for name, each in contexts.items()
    ]
    document = {
        "mizan": "1.0",
        "base_url": "/m/",
        "identity_params": [],
        "contexts": [{"name": name} for name in contexts],
        "functions": [*reads, *({"path": "rpc", **each} for each in functions)],
    }
    return build_manifest(document)


ID = {"name": "id", "type": {"type": "integer"}, "required": True}


def mutation(name: str, *affects: str, **members: Any) -> dict[str, Any]:
    return {"name": name, "arguments": [], "affects": [{"context": e} for e in affects], **members}


def crossings(graph: Graph) -> int:
    place = {each.name: number for number, each in enumerate(graph.contexts)}
    lines = [
        (row, place[effect.context])
        for row, each in enumerate(graph.mutations)
        for effect in each.effects
    ]
    return sum(a < c and b > d for a, b in lines for c, d in lines)


def test_the_example() -> None:
    graph = graph_of(build_manifest(json.loads((EXAMPLES / "shop.json").read_text())))
    assert graph.mutations == (
        Mutation(
            "add_line",
            (Effect("cart", None, ("cart_id",)), Effect("user", "user_orders", ("user_id",))),
            (),
        ),
        Mutation("update_name", (Effect("user", None, ("user_id",)),), ()),
    )
    assert graph.untouched == ("search",)
    assert graph.contexts[2] == Shown("search", ("hits",), ("q", "sort", "tags"), (), ())
    assert graph.contexts[0].marks == ("user-scoped",)


def test_by_says_what_scopes_an_effect() -> None:
    broad = {"context": "a", "by": []}
    found = graph_of(
        manifest(
            {"name": "m", "arguments": ["id"], "affects": [broad]},
            {"name": "n", "arguments": ["id"], "affects": [{"context": "a", "by": ["id"]}]},
            {"name": "o", "arguments": ["id"], "affects": [{"context": "a"}]},
            a={},
        )
    )
    assert [each.effects[0].extent for each in found.mutations] == ["all of it", "by id", "by id"]


def test_by_counts_for_its_own_effect() -> None:
    narrow = {"context": "a", "function": "read_a", "by": ["id"]}
    broad = {"context": "a", "function": "other", "by": []}
    other = {"name": "other", "context": "a", "parameters": [ID]}
    change = {"name": "m", "arguments": ["id"], "affects": [narrow, broad]}
    (found,) = graph_of(manifest(other, change, a={})).mutations
    assert [(each.target, each.extent) for each in found.effects] == [
        ("a/other", "all of it"), ("a/read_a", "by id"),
    ]  # fmt: skip


def test_marks_and_bound_parameters() -> None:
    document = manifest(
        mutation("m", "a", path="view", private=True, route="/m/", methods=["POST"]), a={}
    )
    document["contexts"]["a"]["bound_params"] = [{"name": "who", "type": {"type": "string"}}]
    found = graph_of(document)
    assert found.mutations[0].marks == ("private", "/m/")
    assert found.contexts[0].parameters == ("id", "who")


def test_few_lines_cross() -> None:
    found = graph_of(
        manifest(
            mutation("a", "z"), mutation("b", "y", "x"),
            mutation("c", "y"), mutation("d", "w", "x"),
            w={}, x={}, y={}, z={},
        )
    )  # fmt: skip
    assert crossings(found) == 0


def test_the_order_of_the_manifest_does_not_matter() -> None:
    names = {name: {} for name in "wxyz"}
    there = [mutation("a", "z", "w"), mutation("b", "x"), mutation("c", "y", "w")]
    back = {name: {} for name in reversed("wxyz")}
    assert graph_of(manifest(*there, **names)) == graph_of(manifest(*reversed(there), **back))


def test_a_graph_of_nothing() -> None:
    assert graph_of(manifest()) == Graph((), ())
