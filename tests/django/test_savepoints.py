"""mizan.django.savepoints"""

from __future__ import annotations

import pytest
from django.db import transaction

from mizan.django import savepoints
from mizan.protocol.targets import Target
from mizan.server.invalidation import Entry

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "other"])


def entries(count: int) -> list[Entry]:
    return [Entry((Target("shelf"),)) for _ in range(count)]


def test_an_entry_lives_as_its_savepoint() -> None:
    alone, kept, lost = entries(3)
    savepoints.tie(alone)
    assert (alone.committed, savepoints.alive([alone])) == (True, [alone])
    with transaction.atomic():
        savepoints.tie(kept)
        assert (kept.committed, savepoints.alive([kept])) == (False, [kept])
        with pytest.raises(ValueError, match="roll"), transaction.atomic():
            savepoints.tie(lost)
            assert savepoints.alive([alone, kept, lost]) == [alone, kept, lost]
            raise ValueError("roll back")
        assert savepoints.alive([alone, kept, lost]) == [alone, kept]
    assert (kept.committed, lost.committed) == (True, False)
    assert savepoints.alive([alone, kept, lost]) == [alone, kept]


def test_an_entry_is_of_one_database() -> None:
    here, there = entries(2)
    with transaction.atomic(using="other"):
        assert (savepoints.in_transaction(), savepoints.in_transaction("other")) == (False, True)
        savepoints.tie(here)
        savepoints.tie(there, "other")
        assert (here.committed, there.committed) == (True, False)
        assert savepoints.alive([here, there]) == [here, there]
    assert there.committed


@pytest.mark.django_db(transaction=False)
def test_the_transaction_of_a_test_case_is_none() -> None:
    assert transaction.get_connection().in_atomic_block
    assert not savepoints.in_transaction()
    with transaction.atomic():
        assert savepoints.in_transaction()
