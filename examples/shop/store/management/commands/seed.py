"""`manage.py seed`: two shops with products, users, an order. Running it again changes nothing.

`--many` adds products and orders, so that lists have several pages.
"""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.management.base import BaseCommand
from django.db import transaction

from mizan.django import invalidate
from store.models import Customer, Notification, Order, OrderLine, OrderStatus, Product

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
MANY = {
    "north": [
        ("Affogato", "Espresso over vanilla ice.", "5.20", 14),
        ("Cappuccino", "With a thick foam.", "3.60", 30),
        ("Cortado", "Half milk, half espresso.", "3.10", 28),
        ("Dripper", "Porcelain, for two cups.", "22.00", 6),
        ("Flat white", "Smooth and strong.", "3.80", 26),
        ("Grinder", "By hand, with steel burrs.", "64.00", 2),
        ("House blend", "250 g, roasted on Tuesdays.", "11.50", 32),
        ("Mug", "Holds 300 ml.", "9.00", 17),
        ("Paper filters", "A hundred of them.", "4.50", 50),
        ("Single origin", "250 g from Huila.", "14.00", 0),
        ("Tasting spoon", "For cuppings.", "7.40", 8),
    ],
    "south": [
        ("Darjeeling", "First flush.", "12.00", 11),
        ("Genmaicha", "With roasted rice.", "6.80", 20),
        ("Infuser", "Fits every mug.", "8.00", 15),
        ("Keemun", "With a note of cocoa.", "9.20", 7),
        ("Rooibos", "For evenings.", "5.40", 25),
    ],
}
# name -> the shops where the user is a customer
CUSTOMERS = {"ada": ("north", "south"), "bo": ("north",)}
MANAGERS = {"mara": ("view_product", "change_product", "view_customer", "change_order")}
# Of the orders of the weeks before, in turn.
STATUSES = (OrderStatus.PLACED, OrderStatus.PAID, OrderStatus.CANCELLED)


class Command(BaseCommand):
    """Fills the database."""

    help = "Fill the database with two shops, users (ada, bo, mara) and an order."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the option."""
        parser.add_argument("--many", action="store_true", help="enough for several pages")

    @transaction.atomic
    def handle(self, *_: Any, many: bool = False, **__: Any) -> None:
        """Make what is not there."""
        _products(PRODUCTS)
        for name, tenants in CUSTOMERS.items():
            user = _user(name)
            for tenant in tenants:
                Customer.objects.get_or_create(
                    tenant=tenant,
                    user=user,
                    defaults={"name": name.title(), "email": f"{name}@example.org"},
                )
        for name, permissions in MANAGERS.items():
            _user(name, is_staff=True).user_permissions.set(
                Permission.objects.filter(codename__in=permissions, content_type__app_label="store")
            )
        _order()
        if many:
            _products(MANY)
            _more_orders()
        invalidate("*")  # a cache that outlives this process may show the shop as it was
        self.stdout.write(
            f"{Product.objects.count()} products in {len(PRODUCTS)} shops; users ada, bo and mara "
            f"(who runs the shops), password {PASSWORD}."
        )


def _products(shops: dict[str, list[tuple[str, str, str, int]]]) -> None:
    for tenant, rows in shops.items():
        for name, description, price, stock in rows:
            Product.objects.get_or_create(
                tenant=tenant,
                name=name,
                defaults={"description": description, "price": price, "stock": stock},
            )


def _user(name: str, **fields: Any) -> Any:
    model = get_user_model()
    user, is_new = model.objects.get_or_create(
        username=name, defaults={"email": f"{name}@example.org", **fields}
    )
    if is_new:
        user.set_password(PASSWORD)
        user.save()
    return user


def _order() -> None:
    """Let Ada have bought something."""
    customer = Customer.objects.get(tenant="north", user__username="ada")
    if not customer.orders.exists():
        _buy(customer, "Espresso", 2)


def _more_orders() -> None:
    """Let Ada and Bo have bought things in the weeks before."""
    names = [name for name, *_ in PRODUCTS["north"] + MANY["north"]]
    for user, count in (("ada", 13), ("bo", 4)):
        customer = Customer.objects.get(tenant="north", user__username=user)
        if customer.orders.count() > 1:
            continue
        for number in range(1, count + 1):
            order = _buy(customer, names[number * 4 % len(names)], 1 + number % 3)
            order.placed_at -= timedelta(days=number, hours=number % 5)
            order.status = STATUSES[number % len(STATUSES)]
            order.save()


def _buy(customer: Customer, name: str, quantity: int) -> Order:
    product = Product.objects.get(tenant=customer.tenant, name=name)
    order = Order.objects.create(
        tenant=customer.tenant, customer=customer, total=product.price * quantity
    )
    OrderLine.objects.create(order=order, product=product, quantity=quantity, price=product.price)
    Notification.objects.create(user=customer.user, text=f"Thank you for order {order.pk}.")
    return order
