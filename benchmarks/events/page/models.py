"""The table of the site: customers, of which each mutation changes one."""

import time

from django.contrib.auth.models import User
from django.db import models


class Customer(models.Model):
    """A customer. `changes` counts what happened to them."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True)
    changes = models.IntegerField(default=0)


def change(user_id: int) -> float:
    """Change a row, and say when, by a clock that all processes share."""
    Customer.objects.filter(pk=user_id).update(changes=models.F("changes") + 1)
    return time.perf_counter()
