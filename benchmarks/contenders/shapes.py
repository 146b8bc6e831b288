"""What every contender is asked, and answers."""

from __future__ import annotations

from pydantic import BaseModel


class Row(BaseModel):
    """What is answered, alone or in a list."""

    id: int
    name: str
    email: str
    active: bool
    score: float


class Arguments(BaseModel):
    """What is asked, where the arguments are one model."""

    user_id: int
    name: str
    score: float
