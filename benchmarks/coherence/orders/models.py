"""Orders, each of one row, and labels of them. Triggers count a row's version up with each change.

Nothing refers to a row by a constraint: checking one would lock the row in an order of its own.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from rows.models import Row


class Label(models.Model):
    """What orders may have several of."""


class Order(models.Model):
    """Something of one row; `owner` is that row."""

    owner: models.ForeignKey[Any, Any] = models.ForeignKey(
        Row, on_delete=models.CASCADE, db_constraint=False
    )
    total: models.IntegerField[int, int] = models.IntegerField(default=0)
    labels: models.ManyToManyField[Any, Any] = models.ManyToManyField(Label, db_constraint=False)
