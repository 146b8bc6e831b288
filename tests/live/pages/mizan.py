"""What the site declares: things for everybody, orders of each user."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from mizan.django import Context, FromRequest, client, invalidate


class ThingContext(Context):
    """A thing."""


class OrdersContext(Context):
    """Orders of a user, whom the page names."""


class MineContext(Context):
    """What a user owns, who is the one that asks."""

    user_id: int = FromRequest(lambda request: request.user.pk)


@client(context=ThingContext)
def thing(request: HttpRequest, thing_id: int) -> int:
    """Return a thing."""
    return thing_id


@client(context=OrdersContext)
def orders(request: HttpRequest, user_id: int) -> int:
    """Return orders."""
    if request.user.pk != user_id:
        raise PermissionDenied
    return 1


@client(context=MineContext)
def mine(request: HttpRequest, page: int = 1) -> int:
    """Return what one owns."""
    return page


@client(affects=ThingContext)
def change(request: HttpRequest, thing_id: int) -> int:
    """Change a thing."""
    return thing_id


@client(affects=[OrdersContext.by("user_id"), MineContext.by("user_id")])
def order(request: HttpRequest, user_id: int) -> int:
    """Order something for a user."""
    return user_id


@client(affects=ThingContext)
def rename(request: HttpRequest, name: str) -> str:
    """Change what no page names."""
    invalidate(OrdersContext)
    return name
