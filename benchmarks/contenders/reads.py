"""The reads of `calls.py`: a query with three arguments, answered with rows, by each contender.

To be imported once Django is set up. Mizan answers with the one function of a context; "by hand" is
a view that validates the query and answers with the same JSON.
"""

from __future__ import annotations

from typing import Any

import ninja
from contenders.hand import Answer, read
from contenders.serializers import ArgumentsSerializer, RowSerializer
from contenders.shapes import Arguments
from django.http import HttpRequest
from pydantic import TypeAdapter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mizan.server import Context, client


def of_mizan(name: str, answer: Answer, hint: Any) -> None:
    """Declare a context with one function."""

    context = type("ReadContext", (Context,), {"name": name, "user_scoped": False})

    def function(request: HttpRequest, user_id: int, name: str, score: float) -> Any:  # noqa: ARG001
        return answer(user_id, name, score)

    function.__annotations__["return"] = hint
    client(function, name=name, context=context)


def by_hand(name: str, answer: Answer, hint: Any) -> Any:
    """Return the view: the query validated, the answer dumped."""
    dump, label = TypeAdapter(hint).dump_json, name.encode()
    return read(
        Arguments,
        lambda given: b'{"%b":%b}' % (label, dump(answer(given.user_id, given.name, given.score))),
    )


def of_ninja(api: ninja.NinjaAPI, name: str, answer: Answer, hint: Any) -> None:
    """Add the operation to the API."""

    @api.get(f"/{name}/", response=hint, operation_id=name)
    def operation(request: HttpRequest, given: ninja.Query[Arguments]) -> Any:  # noqa: ARG001
        return answer(given.user_id, given.name, given.score)


def of_rest_framework(answer: Answer, *, many: bool) -> Any:
    """Return a view with a serializer on each side."""

    class View(APIView):
        def get(self, request: Request) -> Response:
            given = ArgumentsSerializer(data=request.query_params)
            given.is_valid(raise_exception=True)
            return Response(RowSerializer(answer(**given.validated_data), many=many).data)

    return View.as_view()
