"""What the site declares."""

from __future__ import annotations

from django.http import HttpRequest
from page import models

from mizan.django import Context, client


class CustomerContext(Context):
    """What a customer's page shows."""


@client(context=CustomerContext, login_required=True)
def changes(request: HttpRequest, user_id: int) -> int:
    """Return how often a customer changed."""
    return models.Customer.objects.get(pk=user_id).changes


@client(affects=CustomerContext)
def change(request: HttpRequest, user_id: int) -> int:
    """Change a customer."""
    models.change(user_id)
    return user_id
