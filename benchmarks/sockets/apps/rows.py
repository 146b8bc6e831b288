"""What every contender answers: twenty rows of a pydantic model."""

from __future__ import annotations

from contenders.shapes import Row

SIZE = 20
PARTS = 10
"""The reads of a screen."""


def found(user_id: int, name: str = "Ada", score: float = 0.5) -> list[Row]:
    """Return the rows of a user."""
    return [
        Row(id=user_id + n, name=name, email="ada@example.org", active=True, score=score + n)
        for n in range(SIZE)
    ]
