"""mizan_conformance.mutants: the suite sees each fault, by a case of the right topic."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mizan_conformance.mutants import (
    PLAIN,
    Edit,
    Mutant,
    Outcome,
    load_mutants,
    patched,
    run_mutants,
)
from mizan_conformance.requirements import load
from mizan_conformance.vectors import SelectionError, load_topics

TRUE = 'True: "true"'
MUTANT = Mutant(
    "mine",
    "Booleans are written as Python writes them.",
    ("canonical",),
    ("MZ-CAN-001",),
    (Edit("protocol.canonical", TRUE, 'True: "True"'),),
)


def test_every_mutant_dies_by_a_case_of_the_right_topic() -> None:
    plain, *outcomes = run_mutants([PLAIN, *load_mutants()])
    assert (plain.failed, plain.broken) == ((), None)
    alive = [f"{each.mutant.id}: {each.broken or each.missed}" for each in outcomes]
    assert not [text for text, each in zip(alive, outcomes, strict=True) if not each.is_killed]


def test_there_are_many_and_each_names_what_is_there() -> None:
    found = load_mutants()
    assert len(found) >= 80
    assert len({each.id for each in found}) == len(found)
    topics = {topic.name for topic in load_topics()}
    ids = {each.id for each in load()}
    for each in found:
        assert {*each.topics} <= topics, each.id
        assert each.topics
        assert {*each.requirements} <= ids, each.id
        assert each.requirements
        assert each.fault.endswith("."), each.id


def test_they_are_chosen_by_id_topic_and_requirement() -> None:
    assert [each.id for each in load_mutants("aud-unchecked")] == ["aud-unchecked"]
    assert all("pkey" in each.topics for each in load_mutants("pkey"))
    assert all("MZ-GRD-002" in each.requirements for each in load_mutants("MZ-GRD-002"))
    assert len(load_mutants(["pkey", "guards"])) > len(load_mutants("pkey"))
    with pytest.raises(SelectionError, match="nothing-like-it"):
        load_mutants(["*", "nothing-like-it"])


def test_one_that_lives_is_found() -> None:
    harmless = replace(MUTANT, edits=(Edit("protocol.canonical", TRUE, TRUE),))
    elsewhere = replace(MUTANT, topics=("pkey",))
    unlabelled = replace(MUTANT, requirements=("MZ-CAN-001", "MZ-CAN-002"))
    astray = replace(MUTANT, edits=(Edit("protocol.canonical", "what nobody wrote", ""),))
    nowhere = replace(MUTANT, edits=(Edit("protocol.canonicle", TRUE, ""),))
    wrong = replace(MUTANT, edits=(Edit("protocol.canonical", TRUE, "("),))
    hanging = replace(
        MUTANT,
        edits=(
            Edit(
                "protocol.canonical",
                "    kind = type(value)\n    if kind is bool",
                "    while True:\n        pass\n    if kind is bool",
            ),
        ),
    )
    cases = [MUTANT, harmless, elsewhere, unlabelled, astray, nowhere, wrong, hanging]
    outcomes = run_mutants(cases, processes=1, longest=2)
    assert [each.is_killed for each in outcomes] == [True] + [False] * 7
    assert outcomes[3].missed == ("MZ-CAN-002",)
    broken = [(each.broken or "").partition(":")[0] for each in outcomes[4:]]
    assert broken == ["PatchError", "", "SyntaxError", "TimeoutError"]


def test_an_outcome() -> None:
    assert Outcome(MUTANT, ("canonical/true",)).is_killed
    assert not Outcome(MUTANT).is_killed
    assert not Outcome(MUTANT, ("canonical/true",), ("MZ-CAN-001",)).is_killed


@pytest.mark.parametrize("source", ["", "one one"])
def test_a_patch_fits_just_once(source: str) -> None:
    assert patched("one", [Edit("m", "one", "two"), Edit("m", "two", "three")]) == "three"
    with pytest.raises(LookupError, match=f"stands {source.count('one')} times: 'one'"):
        patched(source, [Edit("m", "one", "two")])
