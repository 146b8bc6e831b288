"""Views that a careful person writes with pydantic: the method checked, everything validated."""

from __future__ import annotations

from contenders.hand import called, read
from contenders.shapes import Row
from django.urls import include, path
from pydantic import BaseModel, TypeAdapter

from apps.rows import PARTS, found


class Asked(BaseModel):
    """What a read asks."""

    user_id: int


_dump = TypeAdapter(list[Row]).dump_json


def _screen(asked: Asked) -> bytes:
    """Return all of a screen at once."""
    parts = [b'"part%d":%b' % (n, _dump(found(asked.user_id + n))) for n in range(PARTS)]
    return b"{%b}" % b",".join(parts)


rows = read(Asked, lambda asked: b'{"rows":%b}' % _dump(found(asked.user_id)))
screen = read(Asked, _screen)
made = called(found, list[Row])
urlpatterns = [
    path("api/", include([path("rows/", rows), path("made/", made), path("screen/", screen)]))
]
