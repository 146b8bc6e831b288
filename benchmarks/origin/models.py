"""What cacheops caches: rows of a table."""

from django.db import models


class Item(models.Model):
    """A row."""

    name = models.CharField(max_length=100)
