"""Fills the shop's database, and adds people who buy and who run it.

usage: people.py NUMBER

Invariant: each has the password of the seed, and a name that tells what they may do.
"""

from __future__ import annotations

import sys

import django

TENANT = "north"


def main(number: int) -> None:
    """Fill it."""
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from store.management.commands.seed import MANAGERS, PASSWORD
    from store.models import Customer

    call_command("migrate", verbosity=0)
    call_command("seed", many=True)
    password = make_password(PASSWORD)
    (mara,) = User.objects.filter(username__in=MANAGERS)
    nils = User.objects.create(username="nils", password=password)
    nils.user_permissions.set(mara.user_permissions.all())
    for index in range(1, number + 1):
        name = f"buyer-{index}"
        user = User.objects.create(username=name, password=password)
        Customer.objects.create(
            tenant=TENANT, user=user, name=name, email=f"{name}@example.org", phone="1"
        )


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]))
