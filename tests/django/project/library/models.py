"""A library: who reads which books."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models


class Book(models.Model):
    """A book on a reader's shelf."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True
    )
    title = models.CharField(max_length=40)
    pages = models.IntegerField(default=1, validators=[MinValueValidator(1)])

    def __str__(self) -> str:
        return self.title


class Review(models.Model):
    """What somebody says of a book."""

    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="reviews")
    text = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.text
