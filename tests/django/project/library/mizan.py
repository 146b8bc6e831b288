"""What the library declares; it is imported at start-up because Mizan is installed."""

from __future__ import annotations

from django.http import HttpRequest
from pydantic import BaseModel

from mizan.django import Context, client
from project.library.models import Book


class BookShape(BaseModel):
    """A book, as clients see it."""

    id: int
    title: str
    pages: int


class ShelfContext(Context):
    """All books of the library."""


class BookContext(Context):
    """One book."""


@client(context=ShelfContext)
def shelf(request: HttpRequest) -> list[BookShape]:
    """Return all books."""
    return Book.objects.order_by("pk")  # type: ignore[return-value] # rows become shapes


@client(context=BookContext)
def book(request: HttpRequest, book_id: int) -> BookShape:
    """Return one book."""
    return Book.objects.get(pk=book_id)  # type: ignore[return-value]


@client(context=BookContext)
async def reviews(request: HttpRequest, book_id: int, limit: int = 10) -> list[str]:
    """Return what is said of a book."""
    one = await Book.objects.aget(pk=book_id)
    return [each.text async for each in one.reviews.order_by("pk")[:limit]]


@client(affects=[BookContext, ShelfContext])
def rename_book(request: HttpRequest, book_id: int, title: str) -> BookShape:
    """Give a book another title."""
    one = Book.objects.get(pk=book_id)
    one.title = title
    one.full_clean()
    one.save()
    return one  # type: ignore[return-value]


@client(affects=[BookContext, ShelfContext])
async def rename_book_async(request: HttpRequest, book_id: int, title: str) -> BookShape:
    """Do the same, asynchronously."""
    one = await Book.objects.aget(pk=book_id)
    one.title = title
    await one.asave()
    return one  # type: ignore[return-value]


@client
def add(request: HttpRequest, left: int, right: int = 1) -> int:
    """Add two numbers."""
    return left + right


@client
async def add_async(request: HttpRequest, left: int, right: int = 1) -> int:
    """Add two numbers, asynchronously."""
    return left + right
