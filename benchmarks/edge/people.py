"""Fills the shop's database, and adds people who buy and who run it.

usage: people.py NUMBER

Invariant: each has the password of the seed, and a name that tells what they may do.
"""

from __future__ import annotations

import sys

import django

django.setup()

from django.contrib.auth.hashers import make_password  # noqa: E402 (Django is set up before)
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from store.management.commands.seed import PASSWORD  # noqa: E402
from store.models import Customer  # noqa: E402

TENANT = "north"


def main(number: int) -> None:
    """Fill it."""
    call_command("migrate", verbosity=0)
    call_command("seed", many=True)
    password = make_password(PASSWORD)
    for index in range(1, number + 1):
        name = f"buyer-{index}"
        user = User.objects.create(username=name, password=password)
        Customer.objects.create(
            tenant=TENANT, user=user, name=name, email=f"{name}@example.org", phone="1"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]))
