"""mizan.django.signals: test_transactions.py has when it is sent."""

from __future__ import annotations

from typing import Any

import pytest

from mizan.django import invalidate
from mizan.django.carried import Said
from mizan.django.signals import invalidated
from mizan.protocol.targets import EVERYTHING, Target


@pytest.mark.django_db(transaction=True)
def test_a_receiver_gets_the_targets() -> None:
    found: list[Any] = []

    def receive(sender: Any, targets: Any, **_: Any) -> None:
        found.append((sender, targets))

    invalidated.connect(receive)
    try:
        invalidate("book", book_id=5)
        invalidate("*")
    finally:
        invalidated.disconnect(receive)
    assert found == [
        (Said, (Target("book", (("book_id", 5),)),)),
        (Said, (EVERYTHING,)),
    ]
