"""The contenders of `calls.py`: the same functions for each, and URLs of its own for each.

To be imported once Django is set up. "By hand" is what a careful person writes with pydantic: the
method is checked, the body validated (422 with pydantic's errors), the reply is mizan's JSON and is
not to be stored. No request has a cookie, so nobody has a forgery to look for: its view is exempt
from Django's check, as those of the others are. Each has its URLs included, as Django's tutorial
has. REST framework and django-ninja answer as their tutorials say, without what mizan adds.
"""

from __future__ import annotations

from typing import Any

import ninja
from contenders import reads
from contenders.hand import Answer, called, posted
from contenders.serializers import ArgumentsSerializer, RowSerializer
from contenders.shapes import Arguments, Row
from django.db import transaction
from django.http import HttpRequest
from django.urls import include, path
from pydantic import TypeAdapter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mizan.server import Context, client

Case = tuple[str, int]  # what is done; rows of the answer
CASES: list[Case] = [(do, size) for do in ("plain", "mutation", "read") for size in (1, 20, 500)]
URLS: dict[str, list[Any]] = {
    "by hand": [],
    "mizan": [path("api/mizan/", include("mizan.django.urls"))],
    "ninja": [],
    "DRF": [],
}


class RowsContext(Context):
    """What the mutations make stale, for one user."""

    user_scoped = False


@client(context=RowsContext)
def rows_of_user(request: HttpRequest, user_id: int) -> list[Row]:  # noqa: ARG001 (declared)
    """Give the context a parameter."""
    return []


def answer_of(size: int) -> Answer:
    """Return what every contender has to do: make one row, or a list of `size` of them."""

    def row(user_id: int, name: str, score: float) -> Row:
        return Row(id=user_id, name=name, email="ada@example.org", active=True, score=score)

    def rows(user_id: int, name: str, score: float) -> list[Row]:
        return [row(user_id + number, name, score + number) for number in range(size)]

    return row if size == 1 else rows


def of_mizan(name: str, answer: Answer, hint: Any, *, atomic: bool) -> None:
    """Declare the function."""

    def function(request: HttpRequest, user_id: int, name: str, score: float) -> Any:  # noqa: ARG001
        return answer(user_id, name, score)

    function.__annotations__["return"] = hint
    client(function, name=name, **({"affects": RowsContext} if atomic else {}))


def by_hand(answer: Answer, hint: Any, *, atomic: bool) -> Any:
    """Return the view: the body validated, the answer dumped, and what it made stale."""
    if not atomic:
        return called(answer, hint)
    dump = TypeAdapter(hint).dump_json

    def write(given: Arguments) -> bytes:
        with transaction.atomic():
            found = answer(given.user_id, given.name, given.score)
        stale = b'{"context":"rows","params":{"user_id":%d}}' % given.user_id
        return b'{"invalidate":[%b],"result":%b}' % (stale, dump(found))

    return posted(write)


def of_ninja(api: ninja.NinjaAPI, name: str, answer: Answer, hint: Any, *, atomic: bool) -> None:
    """Add the operation to the API."""

    def operation(request: HttpRequest, given: ninja.Body[Arguments]) -> Any:  # noqa: ARG001
        return answer(given.user_id, given.name, given.score)

    def atomic_operation(request: HttpRequest, given: ninja.Body[Arguments]) -> Any:  # noqa: ARG001
        with transaction.atomic():
            return answer(given.user_id, given.name, given.score)

    api.post(f"/{name}/", response=hint, operation_id=name)(
        atomic_operation if atomic else operation
    )


def of_rest_framework(answer: Answer, *, many: bool, atomic: bool) -> Any:
    """Return a view with a serializer on each side."""

    class View(APIView):
        def post(self, request: Request) -> Response:
            given = ArgumentsSerializer(data=request.data)
            given.is_valid(raise_exception=True)
            if atomic:
                with transaction.atomic():
                    found = answer(**given.validated_data)
            else:
                found = answer(**given.validated_data)
            return Response(RowSerializer(found, many=many).data)

    return View.as_view()


def name_of(case: Case) -> str:
    """Return the name of a case: of its function, and in its path."""
    return f"{case[0]}_{case[1]}"


def declare() -> None:
    """Declare every case for every contender, each of which has URLs of its own."""
    api = ninja.NinjaAPI()
    routes: dict[str, list[Any]] = {"by hand": [], "DRF": []}
    for case in CASES:
        do, size = case
        name, answer, atomic = name_of(case), answer_of(size), do == "mutation"
        hint: Any = Row if size == 1 else list[Row]
        if do == "read":
            reads.of_mizan(name, answer, hint)
            reads.of_ninja(api, name, answer, hint)
            routes["by hand"].append(path(f"{name}/", reads.by_hand(name, answer, hint)))
            framework = reads.of_rest_framework(answer, many=size > 1)
            routes["DRF"].append(path(f"{name}/", framework))
            continue
        of_mizan(name, answer, hint, atomic=atomic)
        of_ninja(api, name, answer, hint, atomic=atomic)
        hand = by_hand(answer, hint, atomic=atomic)
        framework = of_rest_framework(answer, many=size > 1, atomic=atomic)
        routes["by hand"].append(path(f"{name}/", hand))
        routes["DRF"].append(path(f"{name}/", framework))
    URLS["ninja"].append(path("api/", api.urls))
    for contender, paths in routes.items():
        URLS[contender].append(path("api/", include(paths)))
