"""What the shop keeps. `tenant` is the slug of the shop that a row belongs to."""

from decimal import Decimal
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone


class Product(models.Model):
    """Something to buy."""

    tenant = models.SlugField()
    name = models.CharField(max_length=80)
    description = models.TextField(blank=True)
    price = models.DecimalField(max_digits=8, decimal_places=2)
    stock = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint("tenant", "name", name="product_once"),)

    def __str__(self) -> str:
        return self.name


class Customer(models.Model):
    """A user as a customer of one shop."""

    tenant = models.SlugField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    name = models.CharField(max_length=80)
    email = models.EmailField()
    phone = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint("tenant", "user", name="customer_once"),)

    def __str__(self) -> str:
        return self.name


class Cart(models.Model):
    """A cart. Its id lies in the visitor's session, so it needs no account."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    tenant = models.SlugField()
    changed_at = models.DateTimeField(auto_now=True)

    @property
    def total(self) -> Decimal:
        """The price of everything in it."""
        return sum((line.total for line in self.lines.all()), Decimal(0))


class CartLine(models.Model):
    """How many of a product are in a cart."""

    cart = models.ForeignKey(Cart, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.CASCADE)
    quantity = models.PositiveIntegerField()

    class Meta:
        ordering = ("product__name",)
        constraints = (models.UniqueConstraint("cart", "product", name="product_in_cart_once"),)

    @property
    def total(self) -> Decimal:
        """The price of the line."""
        return self.product.price * self.quantity


class OrderStatus(models.TextChoices):
    """What has become of an order."""

    PLACED = "placed"
    PAID = "paid"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"


class Order(models.Model):
    """What a customer bought."""

    tenant = models.SlugField()
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="orders")
    status = models.CharField(max_length=10, choices=OrderStatus, default=OrderStatus.PLACED)
    placed_at = models.DateTimeField(default=timezone.now)
    total = models.DecimalField(max_digits=10, decimal_places=2)

    class Meta:
        ordering = ("-placed_at", "-pk")

    def __str__(self) -> str:
        return f"Order {self.pk}"


class OrderLine(models.Model):
    """A product in an order, at the price of that day."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.PROTECT, related_name="sales")
    quantity = models.PositiveIntegerField()
    price = models.DecimalField(max_digits=8, decimal_places=2)

    class Meta:
        ordering = ("pk",)

    @property
    def name(self) -> str:
        """The product's name."""
        return self.product.name


class Payment(models.Model):
    """An event of the payment provider; its id is kept so that a repeated one does nothing."""

    event = models.CharField(max_length=80, unique=True)
    order = models.ForeignKey(Order, models.CASCADE, related_name="payments")


class Notification(models.Model):
    """A line of a user's notification feed."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    text = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created_at", "-pk")
