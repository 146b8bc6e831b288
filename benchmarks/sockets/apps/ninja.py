"""django-ninja, as its tutorial says."""

from __future__ import annotations

from contenders.shapes import Arguments, Row
from django.http import HttpRequest
from django.urls import path
from ninja import Body, NinjaAPI

from apps.rows import found

api = NinjaAPI()


@api.get("/rows/", response=list[Row])
def rows(request: HttpRequest, user_id: int) -> list[Row]:  # noqa: ARG001
    """Read them."""
    return found(user_id)


@api.post("/made/", response=list[Row])
def made(request: HttpRequest, given: Body[Arguments]) -> list[Row]:  # noqa: ARG001
    """Call for them."""
    return found(given.user_id, given.name, given.score)


@api.get("/part/{number}/", response=list[Row])
def part(request: HttpRequest, number: int, user_id: int) -> list[Row]:  # noqa: ARG001
    """Read one of ten parts of a screen."""
    return found(user_id + number)


urlpatterns = [path("api/", api.urls)]
