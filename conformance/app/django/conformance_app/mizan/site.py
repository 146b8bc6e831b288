"""The site as a whole: a context without parameters, ones that are kept by nobody, that fail, and
that look at the request; mutations that fail."""

from __future__ import annotations

from typing import Literal

from django.http import Http404, HttpRequest
from typing_extensions import TypedDict

from conformance_app.state import state
from mizan.django import AppError, Context, client


class SiteContext(Context):
    """What every page shows."""


class TickerContext(Context):
    """A count that nobody may keep."""


class FaultyContext(Context):
    """A read that can fail."""


class ColourContext(Context):
    """A public read that looks at a header, which it may not."""


class Site(TypedDict):
    name: str
    motto: str


class NotToday(AppError):
    """The read is refused."""

    day: str


@client(context=SiteContext, cache=60)
def site_info(request: HttpRequest) -> Site:
    return {"name": "Conformance", "motto": state.motto}


@client(context=TickerContext, cache=False)
def tick(request: HttpRequest) -> int:
    return state.tick()


@client(context=FaultyContext)
def faulty_fine(request: HttpRequest) -> str:
    return "fine"


@client(context=FaultyContext, errors=[NotToday])
def faulty_read(
    request: HttpRequest, mode: Literal["fine", "crash", "missing", "refuse"] = "fine"
) -> str:
    if mode == "crash":
        raise RuntimeError("secret detail of the server")
    if mode == "missing":
        raise Http404("There is nothing here.")
    if mode == "refuse":
        raise NotToday("Come back on Monday.", day="Sunday")
    return mode


@client(context=ColourContext)
def colour_seen(request: HttpRequest) -> str | None:
    return request.headers.get("X-Colour")


@client(affects=SiteContext)
def set_motto(request: HttpRequest, motto: str) -> str:
    state.motto = motto
    return motto


@client(affects=SiteContext)
def crash(request: HttpRequest) -> None:
    raise RuntimeError("secret detail of the server")


@client(affects=SiteContext, atomic=False)
def crash_late(request: HttpRequest, motto: str) -> None:
    state.motto = motto
    raise RuntimeError("secret detail of the server")
