"""The cart of a visitor, with or without an account: its id lies in the session."""

from uuid import UUID, uuid4

from django.http import HttpRequest

from store.models import Cart


def cart_id(request: HttpRequest) -> UUID | None:
    """Return the id of the visitor's cart. Only who changes something gets one."""
    found = request.session.get("cart_id")
    if found is None and request.method == "POST":
        found = request.session["cart_id"] = str(uuid4())
    return UUID(found) if found else None


def cart_of(request: HttpRequest) -> Cart | None:
    """Return the visitor's cart, None for who has none."""
    return Cart.objects.filter(pk=cart_id(request)).first()


def own_cart(request: HttpRequest) -> Cart:
    """Return the visitor's cart, made now if it was not there."""
    return Cart.objects.get_or_create(
        pk=cart_id(request), defaults={"tenant": request.tenant.slug}
    )[0]
