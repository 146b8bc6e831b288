"""The signed-in user as a customer of the shop that the subdomain names."""

from django.http import HttpRequest

from store.models import Customer


def customer_of(request: HttpRequest) -> Customer:
    """Return the customer; a user who is new to this shop becomes one."""
    user = request.user
    return Customer.objects.get_or_create(
        tenant=request.tenant.slug,
        user_id=user.pk,
        defaults={"name": user.get_full_name() or user.username, "email": user.email},
    )[0]


def customer_id(request: HttpRequest) -> int | None:
    """Return the customer's id, None for who is not signed in or has not bought here yet."""
    if not request.user.is_authenticated:
        return None
    known = Customer.objects.filter(tenant=request.tenant.slug, user_id=request.user.pk)
    return known.values_list("pk", flat=True).first()
