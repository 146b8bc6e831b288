"""Who is signed in, and what belongs to them."""

from typing import Annotated

from django.contrib.auth import authenticate, login, logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from pydantic import Field

from mizan.django import client
from store.customers import customer_of
from store.errors import WrongPassword
from store.forms import ProfileForm, saved
from store.mizan.contexts import (
    CustomerContext,
    NotificationsContext,
    OfficeContext,
    SessionContext,
)
from store.models import Customer, Notification
from store.shapes import CustomerShape, MeShape, NotificationShape, UserShape


@client(context=SessionContext)
def me(request: HttpRequest) -> MeShape | None:
    """Return who is signed in, null for a visitor."""
    user = request.user
    if not user.is_authenticated:
        return None
    return MeShape(
        username=user.username,
        customer_id=customer_of(request).pk,
        runs_the_shop=user.has_perm("store.change_product"),
    )


@client(errors=[WrongPassword])
def sign_in(
    request: HttpRequest, username: str, password: Annotated[str, Field(max_length=200)]
) -> UserShape:
    """Start a session. The cart stays."""
    user = authenticate(request, username=username, password=password)
    if user is None:
        raise WrongPassword("The name or the password is wrong.")
    login(request, user)
    return user


@client
def sign_out(request: HttpRequest) -> None:
    """End the session."""
    logout(request)


@client(context=CustomerContext, login_required=True)
def customer(request: HttpRequest, customer_id: int) -> CustomerShape:
    """Return a customer's data: the customer's own, or anybody's for those who may see them."""
    return _visible(request, customer_id)


@client(affects=[CustomerContext, OfficeContext], login_required=True)
def update_profile(
    request: HttpRequest, customer_id: int, name: str, email: str, phone: str = ""
) -> CustomerShape:
    """Change a customer's data; wrong fields are refused, each with a pointer."""
    form = ProfileForm(
        {"name": name, "email": email, "phone": phone}, instance=_visible(request, customer_id)
    )
    return saved(form)


@client(context=NotificationsContext, login_required=True)
def notifications(request: HttpRequest, unread_only: bool = False) -> list[NotificationShape]:
    """Return the feed, the latest first."""
    found = Notification.objects.filter(user_id=request.user.pk)
    return found.filter(read_at=None) if unread_only else found


@client(context=NotificationsContext, login_required=True)
def unread(request: HttpRequest) -> int:
    """Return how many notifications were not read."""
    return Notification.objects.filter(user_id=request.user.pk, read_at=None).count()


@client(affects=NotificationsContext, login_required=True)
def mark_read(request: HttpRequest, notification_id: int) -> NotificationShape:
    """Mark one notification as read."""
    found = Notification.objects.get(pk=notification_id, user_id=request.user.pk)
    found.read_at = timezone.now()
    found.save(update_fields=["read_at"])
    return found


@client(affects=NotificationsContext, login_required=True, atomic=False)
async def mark_all_read(request: HttpRequest) -> int:
    """Mark all as read; return how many there were. (One statement, so it needs no transaction.)"""
    user = await request.auser()
    found = Notification.objects.filter(user_id=user.pk, read_at=None)
    return await found.aupdate(read_at=timezone.now())


def _visible(request: HttpRequest, customer_id: int) -> Customer:
    found = Customer.objects.get(tenant=request.tenant.slug, pk=customer_id)
    if found.user_id != request.user.pk and not request.user.has_perm("store.view_customer"):
        raise PermissionDenied("These are another customer's data.")
    return found
