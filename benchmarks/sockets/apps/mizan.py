"""Mizan: a function that is called, and a context that is read."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import include, path

from apps.rows import Row, found
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


urlpatterns = [path("api/", include("mizan.django.urls"))]
