"""What the site declares."""

from __future__ import annotations

from django.http import HttpRequest

from mizan.django import Context, client
from page import models


class CustomerContext(Context):
    """What a customer's page shows."""


@client(context=CustomerContext, login_required=True)
def changes(request: HttpRequest, user_id: int) -> int:
    """Return how often a customer changed."""
    return models.Customer.objects.get(pk=user_id).changes


@client(affects=CustomerContext)
def change(request: HttpRequest, user_id: int) -> float:
    """Change a customer, and say when."""
    return models.change(user_id)
