"""Views that a careful person writes with pydantic: the method checked, everything validated."""

from __future__ import annotations

from contenders.hand import posted, reply
from contenders.shapes import Row
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.http import require_GET
from pydantic import BaseModel, TypeAdapter, ValidationError

from apps.rows import PARTS, found


class Asked(BaseModel):
    """What a read asks."""

    user_id: int


_dump = TypeAdapter(list[Row]).dump_json


@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """Read them."""
    try:
        asked = Asked.model_validate(request.GET.dict())
    except ValidationError as error:
        return reply(error.json().encode(), 422)
    return reply(b'{"rows":%b}' % _dump(found(asked.user_id)))


@require_GET
def screen(request: HttpRequest) -> HttpResponse:
    """Read all of a screen at once."""
    try:
        asked = Asked.model_validate(request.GET.dict())
    except ValidationError as error:
        return reply(error.json().encode(), 422)
    parts = [b'"part%d":%b' % (n, _dump(found(asked.user_id + n))) for n in range(PARTS)]
    return reply(b"{%b}" % b",".join(parts))


made = posted(found, list[Row])
urlpatterns = [
    path("api/", include([path("rows/", rows), path("made/", made), path("screen/", screen)]))
]
