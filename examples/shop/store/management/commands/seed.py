"""`manage.py seed`: two shops with products, users, an order. Running it again changes nothing."""

from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management.base import BaseCommand
from django.db import transaction

from store.models import Customer, Notification, Order, OrderLine, Product

PASSWORD = "demo"  # noqa: S105 (of every user of the example)
PRODUCTS = {
    "north": [
        ("Cold brew", "Steeped for a night.", "4.20", 12),
        ("Espresso", "Short and strong.", "2.40", 40),
        ("Filter coffee", "Of the day.", "2.90", 25),
        ("Kettle", "With a long neck.", "39.00", 3),
    ],
    "south": [
        ("Assam", "Malty, for mornings.", "6.10", 18),
        ("Sencha", "Green and grassy.", "7.50", 9),
        ("Teapot", "Holds a litre.", "24.00", 2),
    ],
}
# name -> the shops where the user is a customer
CUSTOMERS = {"ada": ("north", "south"), "bo": ("north",)}
MANAGERS = {"mara": ("change_product", "view_customer")}


class Command(BaseCommand):
    """Fills the database."""

    help = "Fill the database with two shops, users (ada, bo, mara) and an order."

    @transaction.atomic
    def handle(self, *_: Any, **__: Any) -> None:
        """Make what is not there."""
        for tenant, rows in PRODUCTS.items():
            for name, description, price, stock in rows:
                Product.objects.get_or_create(
                    tenant=tenant,
                    name=name,
                    defaults={"description": description, "price": price, "stock": stock},
                )
        for name, tenants in CUSTOMERS.items():
            user = _user(name)
            for tenant in tenants:
                Customer.objects.get_or_create(
                    tenant=tenant,
                    user=user,
                    defaults={"name": name.title(), "email": f"{name}@example.org"},
                )
        for name, permissions in MANAGERS.items():
            _user(name).user_permissions.set(
                Permission.objects.filter(codename__in=permissions, content_type__app_label="store")
            )
        _order()
        self.stdout.write(
            f"{Product.objects.count()} products in {len(PRODUCTS)} shops; users ada, bo and mara "
            f"(who runs the shops), password {PASSWORD}."
        )


def _user(name: str) -> Any:
    model = get_user_model()
    user, is_new = model.objects.get_or_create(
        username=name, defaults={"email": f"{name}@example.org"}
    )
    if is_new:
        user.set_password(PASSWORD)
        user.save()
    return user


def _order() -> None:
    """Let Ada have bought something."""
    customer = Customer.objects.get(tenant="north", user__username="ada")
    if customer.orders.exists():
        return
    product = Product.objects.get(tenant="north", name="Espresso")
    order = Order.objects.create(tenant="north", customer=customer, total=Decimal("4.80"))
    OrderLine.objects.create(order=order, product=product, quantity=2, price=product.price)
    Notification.objects.create(user=customer.user, text=f"Thank you for order {order.pk}.")
