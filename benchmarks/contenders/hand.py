"""What a careful person writes with pydantic: the method checked, the body or the query validated
(422 with pydantic's errors), the reply mizan's JSON, and not to be stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contenders.shapes import Arguments
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from pydantic import BaseModel, TypeAdapter, ValidationError

Answer = Callable[[int, str, float], Any]
Write = Callable[[Any], bytes]
"""From what is asked to the body of the reply."""


def called(answer: Answer, hint: Any) -> Any:
    """Return a view that is asked by POST, and dumps the answer as a result."""
    dump = TypeAdapter(hint).dump_json
    return posted(
        lambda given: b'{"result":%b}' % dump(answer(given.user_id, given.name, given.score))
    )


def posted(write: Write) -> Any:
    """Return a view that is asked by POST, with `Arguments` as its body."""

    @csrf_exempt
    @require_POST
    def view(request: HttpRequest) -> HttpResponse:
        try:
            given = Arguments.model_validate_json(request.body)
        except ValidationError as error:
            return _reply(error.json().encode(), 422)
        return _reply(write(given))

    return view


def read(asked: type[BaseModel], write: Write) -> Any:
    """Return a view that is asked by GET, with a query of that shape."""

    @require_GET
    def view(request: HttpRequest) -> HttpResponse:
        try:
            given = asked.model_validate(request.GET.dict())
        except ValidationError as error:
            return _reply(error.json().encode(), 422)
        return _reply(write(given))

    return view


def _reply(body: bytes, status: int = 200) -> HttpResponse:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return HttpResponse(body, headers=headers, status=status)
