"""mizan.django.audit.statements: a statement of which nothing is known does nothing."""

from mizan.django.audit.statements import Change, Statement


def test_each_has_its_own() -> None:
    first, second = Statement(), Statement()
    first.tables["a"] = "b"
    first.changes.append(Change("DELETE", "b"))
    assert (second.tables, second.changes) == ({}, [])
    assert first.changes[0].where is None
