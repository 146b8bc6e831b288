"""Fills the shop's database, and adds products, and people who buy and who run it.

usage: people.py PEOPLE PRODUCTS

Invariant: each has the password of the seed, and a name that tells what they may do.
"""

from __future__ import annotations

import sys

import django
from behind import HASHERS
from django.conf import settings

TENANT = "north"


def main(people: int, products: int) -> None:
    """Fill it."""
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from store.management.commands.seed import MANAGERS, PASSWORD
    from store.models import Customer, Product

    call_command("migrate", verbosity=0)
    call_command("seed", many=True)
    Product.objects.bulk_create(
        Product(tenant=TENANT, name=f"item {number}", price=1) for number in range(products)
    )
    password = make_password(PASSWORD)
    (mara,) = User.objects.filter(username__in=MANAGERS)
    nils = User.objects.create(username="nils", password=password)
    nils.user_permissions.set(mara.user_permissions.all())
    for index in range(1, people + 1):
        name = f"buyer-{index}"
        user = User.objects.create(username=name, password=password)
        Customer.objects.create(
            tenant=TENANT, user=user, name=name, email=f"{name}@example.org", phone="1"
        )


if __name__ == "__main__":
    django.setup()
    settings.PASSWORD_HASHERS = HASHERS
    main(*map(int, sys.argv[1:]))
