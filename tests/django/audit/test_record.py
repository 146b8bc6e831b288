"""mizan.django.audit.record: merging, and recordings as documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mizan.django.audit import record
from mizan.django.audit.record import Declared, Fact, Place, Query, Recording, Said
from mizan.django.audit.units import Writer

PLACE = Place("user", "profile", "default", "t")
WRITER = Writer("client", "call", "a.py:1", ("user",))


def recording(column: str, scope: set[str]) -> Recording:
    found = Recording()
    found.reads[PLACE] = {"q": Query({column}, {"id": scope}, "key", links={"x"})}
    found.uses[PLACE] = {column}
    said = (Said("user", None, (("id", ("a",)), ("n", None)), False),)
    found.writes[Fact((WRITER,), "a.py:2", "default", "t", "UPDATE", (column,), said, ("x",))] += 1
    found.done[WRITER] += 1
    found.read["user", "profile"] += 1
    found.said["user", True] += 1
    found.watches = {Declared("watch(T)", "a.py:3", ("user",), ("t",))}
    return found


def merged(*several: Recording) -> Recording:
    found = Recording()
    for each in several:
        found.merge(record.load(record.dump(each)))
    return found


def test_a_document_is_the_recording() -> None:
    found = recording("a", {"id"})
    text = json.dumps(record.dump(found))
    assert record.load(json.loads(text)) == found


def test_merging_is_in_any_order() -> None:
    first, second = recording("a", {"id", "b"}), recording("c", {"id", "d"})
    found = merged(first, second)
    assert found == merged(second, first)
    query = found.reads[PLACE]["q"]
    assert (query.used, query.scope) == ({"a", "c"}, {"id": {"id"}})
    assert found.done[WRITER] == 2
    other = Recording(reads={PLACE: {"r": Query(set(), {"n": set()}, "open", is_empty=True)}})
    assert set(merged(found, other).reads[PLACE]) == {"q", "r"}


def test_a_parameter_that_was_not_known_says_nothing() -> None:
    query = Query(set(), {"id": {"a"}}, "open")
    query.join(Query(set(), {"n": {"b"}}, "open", is_shared=True))
    assert (query.scope, query.is_shared) == ({"id": {"a"}, "n": {"b"}}, True)


def test_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        record.save(recording(name, {"id"}), tmp_path / name)
    assert len(record.open_all([tmp_path / "a", tmp_path / "b"]).writes) == 2


@pytest.mark.parametrize("text", ["{", "[]", '{"mizan_audit": 9}', '{"mizan_audit": 1}'])
def test_what_is_no_recording_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "seen.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"seen\.json: "):
        record.open_all([path])


def test_a_damaged_one_is_refused() -> None:
    document = record.dump(recording("a", set())) | {"uses": [1]}
    with pytest.raises(ValueError, match="damaged"):
        record.load(document)
