"""Values on the wire: parameters of every type, names that need an encoding, scopes, arguments."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from django.http import Http404, HttpRequest
from typing_extensions import TypedDict

from conformance_app.state import state
from mizan.django import Context, client


class TypesContext(Context):
    """Parameters of every type, given back as the server read them."""


class GridContext(Context):
    """Four parameters that could scope, of which two do."""

    scope_by = ("a", "b")


class LabelContext(Context):
    """Texts by any name."""


class Types(TypedDict):
    q: str
    exact: bool
    ratio: float
    kind: str | int
    ref: UUID | None
    day: date | None
    at: datetime | None
    price: Decimal
    ids: list[int]


class Seen(TypedDict):
    first: int | None
    second: str | None


@client(context=TypesContext, cache=3600)
def types_seen(
    request: HttpRequest,
    q: str,
    exact: bool = False,
    ratio: float = 1.0,
    kind: Literal["note", "board", 7] = "note",
    ref: UUID | None = None,
    day: date | None = None,
    at: datetime | None = None,
    price: Decimal = Decimal(0),
    ids: list[int] = [],  # noqa: B006 (read, and never changed)
) -> Types:
    return {
        "q": q,
        "exact": exact,
        "ratio": ratio,
        "kind": kind,
        "ref": ref,
        "day": day,
        "at": at,
        "price": price,
        "ids": ids,
    }


@client(context=GridContext)
def grid_sum(request: HttpRequest, a: int, b: int, c: int, d: int) -> int:
    found = a + b + c + d
    if abs(found) > 2**53 - 1:
        raise Http404("The sum is no integer of the protocol.")
    return found


@client(affects=GridContext)
def touch_grid(request: HttpRequest, a: int, c: int) -> None:
    return None


@client(affects=GridContext.by("b"))
def touch_column(request: HttpRequest, a: int, b: int) -> None:
    return None


@client(context=LabelContext)
def label_text(request: HttpRequest, name: str) -> str | None:
    return state.labels.get(name)


@client(affects=LabelContext)
def set_label(request: HttpRequest, name: str, text: str) -> None:
    state.labels[name] = text


@client
def arguments_seen(
    request: HttpRequest, first: int | None = 5, second: str | None = "text"
) -> Seen:
    return {"first": first, "second": second}
