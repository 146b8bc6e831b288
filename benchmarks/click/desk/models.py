"""What the page shows."""

from __future__ import annotations

from django.db import models


class Customer(models.Model):
    """Someone who orders."""

    name: models.CharField[str, str] = models.CharField(max_length=40)


class Product(models.Model):
    """Something to order."""

    title: models.CharField[str, str] = models.CharField(max_length=40)


class Order(models.Model):
    """How much of a product a customer ordered."""

    customer = models.ForeignKey(Customer, models.CASCADE)
    product = models.ForeignKey(Product, models.CASCADE)
    quantity: models.IntegerField[int, int] = models.IntegerField(default=1)


class Notification(models.Model):
    """Something that a customer was told of."""

    customer = models.ForeignKey(Customer, models.CASCADE)
    text: models.CharField[str, str] = models.CharField(max_length=80)
