"""Targets and instances drawn follow their schema, and cover one another often."""

from typing import Any

from hypothesis import find, given

from mizan.protocol.targets import Instance, Target, canonical_set, matches, target_to_json
from mizan.schemas import problems
from mizan.testing import (
    instance_documents,
    instances,
    target_documents,
    target_set_documents,
    target_sets,
    targets,
)


@given(target_set_documents())
def test_documents_follow_the_schema(documents: list[Any]) -> None:
    assert problems("invalidation", documents) == []


@given(target_documents())
def test_one_document(document: Any) -> None:
    assert problems("invalidation", [document]) == []


@given(targets())
def test_targets_are_written_as_documents(target: Target) -> None:
    assert problems("invalidation", [target_to_json(target)]) == []


@given(instance_documents(), instances(), targets())
def test_instances(document: dict[str, Any], instance: Instance, target: Target) -> None:
    assert document.keys() == {"context", "params"}
    assert [name for name, _ in instance.params] == sorted(dict(instance.params))
    matches(target, instance)


def test_covering_is_common() -> None:
    found = find(target_sets(), lambda found: 1 < len(canonical_set(found)) < len(found))
    assert len(found) >= 3
