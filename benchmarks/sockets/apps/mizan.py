"""Mizan: a function that is called, a context that is read, and one of ten reads for a screen."""

from __future__ import annotations

from contenders.shapes import Row
from django.http import HttpRequest
from django.urls import include, path

from apps.rows import PARTS, found
from mizan.django import Context, client


class RowsContext(Context):
    """The same for everybody, as everywhere here."""

    user_scoped = False


@client(context=RowsContext)
def rows(request: HttpRequest, user_id: int) -> list[Row]:  # noqa: ARG001
    """Read them."""
    return found(user_id)


@client
def made(request: HttpRequest, user_id: int, name: str, score: float) -> list[Row]:  # noqa: ARG001
    """Call for them."""
    return found(user_id, name, score)


class ScreenContext(Context):
    """All that a screen shows."""

    user_scoped = False


def _part(number: int) -> None:
    @client(context=ScreenContext, name=f"part{number}")
    def part(request: HttpRequest, user_id: int) -> list[Row]:  # noqa: ARG001
        return found(user_id + number)


for each in range(PARTS):
    _part(each)

urlpatterns = [path("api/", include("mizan.django.urls"))]
