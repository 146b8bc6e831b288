"""Customers and their orders."""

from __future__ import annotations

from django.db import models


class Customer(models.Model):
    """Who orders, on behalf of a user."""

    owner_id = models.IntegerField()

    def __str__(self) -> str:
        return f"customer {self.pk}"


class Label(models.Model):
    """What orders are sorted by."""

    text = models.CharField(max_length=20)

    def __str__(self) -> str:
        return self.text


class Order(models.Model):
    """What was ordered."""

    customer = models.ForeignKey(Customer, models.CASCADE, null=True, blank=True)
    agent = models.ForeignKey(
        Customer, models.SET_NULL, null=True, blank=True, related_name="handled"
    )
    labels: models.ManyToManyField[Label, Label] = models.ManyToManyField(Label, blank=True)
    total = models.IntegerField(default=0)
    code = models.CharField(max_length=20, null=True, unique=True)

    def __str__(self) -> str:
        return f"order {self.pk}"


class Gift(Order):
    """An order for somebody else."""

    wish = models.CharField(max_length=20)
