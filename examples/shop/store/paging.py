"""Pages of a list."""

from typing import Annotated

from django.db.models import QuerySet
from pydantic import Field

SIZE = 6
Page = Annotated[int, Field(ge=1, le=10_000)]


def page_of(rows: QuerySet, page: int) -> QuerySet:
    """Return one page, which is empty where there are not so many."""
    return rows[(page - 1) * SIZE : page * SIZE]


def pages_of(rows: QuerySet) -> int:
    """Return how many pages there are; an empty list has one."""
    return max(1, -(-rows.count() // SIZE))
