"""What every contender answers: twenty rows of a pydantic model."""

from __future__ import annotations

from pydantic import BaseModel

SIZE = 20
PARTS = 10
"""The reads of a screen."""


class Row(BaseModel):
    """A row."""

    id: int
    name: str
    email: str
    active: bool
    score: float


class Arguments(BaseModel):
    """What a call gives."""

    user_id: int
    name: str
    score: float


def found(user_id: int, name: str = "Ada", score: float = 0.5) -> list[Row]:
    """Return the rows of a user."""
    return [
        Row(id=user_id + n, name=name, email="ada@example.org", active=True, score=score + n)
        for n in range(SIZE)
    ]
