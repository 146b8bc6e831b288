"""A row, and the row of it that everybody reads."""

from __future__ import annotations

from django.db import models


class Row(models.Model):
    """Something whose version goes up by one with each change."""

    key: models.IntegerField[int, int] = models.IntegerField(primary_key=True)
    version: models.IntegerField[int, int] = models.IntegerField(default=1)
