"""Views that a careful person writes with pydantic: the method checked, everything validated."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from pydantic import BaseModel, TypeAdapter, ValidationError

from apps.rows import PARTS, Arguments, Row, found


class Asked(BaseModel):
    """What a read asks."""

    user_id: int


_dump = TypeAdapter(list[Row]).dump_json


def _reply(body: bytes, status: int = 200) -> HttpResponse:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return HttpResponse(body, headers=headers, status=status)


@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """Read them."""
    try:
        asked = Asked.model_validate(request.GET.dict())
    except ValidationError as error:
        return _reply(error.json().encode(), 422)
    return _reply(b'{"rows":%b}' % _dump(found(asked.user_id)))


@require_GET
def screen(request: HttpRequest) -> HttpResponse:
    """Read all of a screen at once."""
    try:
        asked = Asked.model_validate(request.GET.dict())
    except ValidationError as error:
        return _reply(error.json().encode(), 422)
    parts = [b'"part%d":%b' % (n, _dump(found(asked.user_id + n))) for n in range(PARTS)]
    return _reply(b"{%b}" % b",".join(parts))


@csrf_exempt
@require_POST
def made(request: HttpRequest) -> HttpResponse:
    """Call for them."""
    try:
        given = Arguments.model_validate_json(request.body)
    except ValidationError as error:
        return _reply(error.json().encode(), 422)
    return _reply(b'{"result":%b}' % _dump(found(given.user_id, given.name, given.score)))


urlpatterns = [
    path("api/", include([path("rows/", rows), path("made/", made), path("screen/", screen)]))
]
