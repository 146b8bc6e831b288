"""What a careful person writes with pydantic: the method checked, the body validated (422 with
pydantic's errors), the reply mizan's JSON, and not to be stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contenders.shapes import Arguments
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from pydantic import TypeAdapter, ValidationError

Answer = Callable[[int, str, float], Any]


def posted(answer: Answer, hint: Any) -> Any:
    """Return a view that validates the body and dumps the answer."""
    dump = TypeAdapter(hint).dump_json

    @csrf_exempt
    @require_POST
    def view(request: HttpRequest) -> HttpResponse:
        try:
            given = Arguments.model_validate_json(request.body)
        except ValidationError as error:
            return reply(error.json().encode(), 422)
        found = answer(given.user_id, given.name, given.score)
        return reply(b'{"result":%b}' % dump(found))

    return view


def reply(body: bytes, status: int = 200) -> HttpResponse:
    """Return a reply with JSON that is not to be stored."""
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return HttpResponse(body, headers=headers, status=status)
