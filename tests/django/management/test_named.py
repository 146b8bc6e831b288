"""Targets that the arguments of a command name."""

from __future__ import annotations

import pytest
from django.core.management.base import CommandError

from mizan.django.management.named import targets
from mizan.protocol.targets import EVERYTHING, Target
from mizan.server.registry import registry


def test_targets_have_the_values_that_are_declared() -> None:
    found = targets(registry.catalog, ["shelf, book;book_id=5", "book/reviews", "*"])
    five = Target("book", (("book_id", 5),))
    assert found == [five, Target("shelf"), Target("book", (), "reviews"), EVERYTHING]


@pytest.mark.parametrize("text", ["shelv", "book;book_id=five", "shelf/reviews", "*;a=5", "Shelf!"])
def test_what_there_is_not_is_a_wrong_call(text: str) -> None:
    with pytest.raises(CommandError) as caught:
        targets(registry.catalog, [text])
    assert caught.value.returncode == 2
