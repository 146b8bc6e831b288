"""mizan_conformance.matrix: each requirement with what holds it, and no codec's without."""

from __future__ import annotations

from collections.abc import Callable

from mizan_conformance.matrix import LEVELS, Row, gaps, matrix, table
from mizan_conformance.mutants import Mutant, load_mutants
from mizan_conformance.requirements import Requirement, load
from mizan_conformance.vectors import Vector, load_all

ENTRY = Requirement("MZ-CAN-001", "codec", "It MUST.")


def test_every_codec_requirement_has_a_case_and_a_mutant() -> None:
    rows = matrix(load(), load_all(), load_mutants())
    assert [row.requirement.id for row in rows] == [entry.id for entry in load()]
    assert {row.requirement.level for row in rows} == {*LEVELS}
    assert not (found := [*gaps(rows)]), "\n".join(found)


def test_a_row(make_vector: Callable[..., Vector]) -> None:
    mutant = Mutant("mine", "It is wrong.", ("canonical",), ("MZ-CAN-001",), ())
    other = Requirement("MZ-CAN-002", "codec", "It MUST too.")
    rows = matrix([ENTRY, other], [make_vector("good")], [mutant])
    assert rows == [
        Row(ENTRY, ("canonical/good",), ("mine",)),
        Row(other, (), ()),
    ]
    assert rows[0].as_json() == {
        "id": "MZ-CAN-001",
        "level": "codec",
        "quote": "It MUST.",
        "cases": ["canonical/good"],
        "mutants": ["mine"],
    }


def test_gaps() -> None:
    tested = Requirement("MZ-DOC-003", "codec", "It MUST.", ("tests/test_x.py::test_y",))
    server = Requirement("MZ-COH-001", "server", "It MUST.")
    rows = [
        Row(ENTRY, (), ()),
        Row(ENTRY, ("canonical/good",), ()),
        Row(ENTRY, ("canonical/good",), ("mine",)),
        Row(tested, (), ()),
        Row(server, (), ()),
    ]
    assert [*gaps(rows)] == [
        "MZ-CAN-001: no case holds it",
        "MZ-CAN-001: no mutant breaks it (conformance/ports/broken/mutants)",
    ]


def test_what_no_case_holds_stands_apart() -> None:
    long = Requirement("MZ-COH-001", "server", "It MUST. " * 20, ("t.py::a", "t.py::b"))
    why = Requirement("MZ-COH-002", "server", "It MUST.", (), "Nobody can see it.")
    lines = [*table([Row(ENTRY, ("a", "b"), ("c",)), Row(long, (), ()), Row(why, (), ())])]
    assert lines[1] == "MZ-CAN-001    codec       2        1  It MUST."
    assert "No case holds these" in lines[3]
    assert lines[4].endswith("…")
    assert lines[5].endswith("held by: 2 tests")
    assert lines[7].endswith("held by: Nobody can see it.")
    assert lines[-1] == "1 requirements have cases, 2 have none."
    assert "requirement " not in "\n".join(table([Row(why, (), ())]))
