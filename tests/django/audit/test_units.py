"""mizan.django.audit.units: what belongs to one unit, and what a roll-back undoes."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from mizan.django.audit import frames
from mizan.django.audit.units import Journal, Unit, Units, Write, Writer
from mizan.protocol.targets import Target

ONE, OTHER = Writer("view", "one", "a.py:1"), Writer("client", "other", "b.py:2")


@pytest.fixture
def ended() -> list[Unit]:
    """The units that have ended."""
    return []


@pytest.fixture
def units(ended: list[Unit]) -> Units:
    return Units(ended.append)


def write() -> Write:
    return Write((ONE,), "a.py:1", "default", "t", "DELETE", None, None)


def test_what_is_within_a_unit_is_of_it(units: Units, ended: list[Unit]) -> None:
    with units.open(ONE):
        outer = units.current()
        with units.open(OTHER):
            assert units.writers() == (ONE, OTHER)
            assert units.current() is outer
        assert (units.writers(), ended) == ((ONE,), [])
    assert ended == [outer]
    assert outer is not None
    assert outer.done == [OTHER, ONE]


def test_a_task_is_apart(units: Units, ended: list[Unit]) -> None:
    with units.open(ONE):
        with units.open(OTHER, is_apart=True):
            assert units.writers() == (OTHER,)
        assert len(ended) == 1


def test_what_raises_is_not_done(units: Units, ended: list[Unit]) -> None:
    with pytest.raises(ZeroDivisionError), units.open(ONE):
        raise ZeroDivisionError
    assert ended[0].done == []


def test_without_a_unit_the_applications_function_is_one(
    units: Units, ended: list[Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert units.current() is None
    assert units.writers() == ()
    monkeypatch.setattr(frames, "is_application", lambda file: file == __file__)
    first = units.current()
    assert units.current() is first
    (writer,) = units.writers()
    assert writer.kind == "function"
    assert writer.name.endswith("test_without_a_unit_the_applications_function_is_one")
    units.flush()
    units.flush()
    assert ended == [first]


def test_what_waits_for_the_commit_is_the_same_work(units: Units, ended: list[Unit]) -> None:
    seen = []
    with units.open(ONE):
        unit = units.current()
        assert unit is not None
        unit.targets.append(Target("user"))
        later = units.resumed(lambda: seen.append((units.writers(), units.current())))
    later()
    (by, now) = seen[0]
    assert by == (ONE,)
    assert now.targets == [Target("user")]
    assert ended[-1] is now
    assert units.resumed(later) is later


def test_a_roll_back_undoes() -> None:
    connection = SimpleNamespace()
    journal, (first, second, third) = Journal.of(connection), [write() for _ in range(3)]
    assert Journal.of(connection) is journal
    journal.add(first)
    journal.savepoint("SAVEPOINT", "s")
    journal.add(second)
    journal.savepoint("ROLLBACK", "s")
    journal.add(third)
    assert [each.is_undone for each in (first, second, third)] == [False, True, False]
    journal.end(is_undone=True)
    assert first.is_undone
    fourth = write()
    journal.add(fourth)
    journal.end(is_undone=False)
    journal.end(is_undone=True)
    assert not fourth.is_undone
