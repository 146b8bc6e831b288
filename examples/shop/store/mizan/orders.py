"""Orders, and what the payment provider says of them."""

import json

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from mizan.django import client, invalidate
from store import payments
from store.carts import own_cart
from store.customers import customer_of
from store.errors import EmptyCart, OutOfStock
from store.mizan.contexts import (
    CartContext,
    CatalogueContext,
    NotificationsContext,
    OrderContext,
    OrdersContext,
    ProductContext,
    StockContext,
)
from store.models import CartLine, Notification, Order, OrderLine, OrderStatus, Payment, Product
from store.shapes import OrderShape

PAGE = 20


@client(context=OrdersContext, login_required=True)
def orders(request: HttpRequest, page: int = 1) -> list[OrderShape]:
    """Return a page of the customer's orders, the latest first."""
    found = customer_of(request).orders.prefetch_related("lines")
    return found[(page - 1) * PAGE : page * PAGE]


@client(context=OrderContext, login_required=True)
def order(request: HttpRequest, order_id: int) -> OrderShape:
    """Return one of the customer's orders."""
    return customer_of(request).orders.get(pk=order_id)


@client(
    affects=[CartContext, OrdersContext, NotificationsContext, CatalogueContext, StockContext],
    login_required=True,
    errors=[EmptyCart, OutOfStock],
)
def place_order(request: HttpRequest) -> OrderShape:
    """Buy what is in the cart.

    Where a product has run out, nothing is bought: the transaction is rolled back, and the reply
    makes nothing stale.
    """
    cart = own_cart(request)
    lines = list(cart.lines.select_related("product"))
    if not lines:
        raise EmptyCart("Put something into the cart first.")
    placed = Order.objects.create(
        tenant=cart.tenant, customer=customer_of(request), total=cart.total
    )
    for line in lines:
        _take(line)
        OrderLine.objects.create(
            order=placed, product=line.product, quantity=line.quantity, price=line.product.price
        )
        invalidate(ProductContext, product_id=line.product_id)
    cart.delete()
    _notify(placed, f"Thank you for order {placed.pk}.")
    return placed


@client(
    affects=[OrderContext, OrdersContext, NotificationsContext, CatalogueContext, StockContext],
    login_required=True,
)
def cancel_order(request: HttpRequest, order_id: int) -> OrderShape:
    """Cancel an order that is not paid yet, and put the pieces back."""
    found = get_object_or_404(customer_of(request).orders, pk=order_id, status=OrderStatus.PLACED)
    for line in found.lines.all():
        Product.objects.filter(pk=line.product_id).update(stock=F("stock") + line.quantity)
        invalidate(ProductContext, product_id=line.product_id)
    found.status = OrderStatus.CANCELLED
    found.save(update_fields=["status"])
    _notify(found, f"Order {found.pk} is cancelled.")
    return found


@client(private=True, route="/webhooks/payments/<int:order_id>/", affects=OrderContext)
def payment_webhook(request: HttpRequest, order_id: int) -> HttpResponse:
    """Note that an order was paid. Only the payment provider can call this.

    The provider knows no customer; whose lists are stale is found out here.
    """
    payments.check(request.body, request.headers.get("Payment-Signature", ""))
    event = json.loads(request.body)
    paid = get_object_or_404(Order.objects.select_related("customer"), pk=order_id)
    _, is_new = Payment.objects.get_or_create(event=event["id"], defaults={"order": paid})
    if is_new and event["type"] == "payment.succeeded":
        paid.status = OrderStatus.PAID
        paid.save(update_fields=["status"])
        _notify(paid, f"Order {paid.pk} is paid.")
        invalidate(OrdersContext, customer_id=paid.customer_id)
        invalidate(NotificationsContext, user_id=paid.customer.user_id)
    return HttpResponse(status=204)


def _take(line: CartLine) -> None:
    """Take the pieces of a line out of the stock. Raises OutOfStock."""
    there = Product.objects.filter(pk=line.product_id, stock__gte=line.quantity)
    if not there.update(stock=F("stock") - line.quantity):
        line.product.refresh_from_db()
        detail = f"There are only {line.product.stock} of {line.product.name}."
        raise OutOfStock(detail, product_id=line.product_id, left=line.product.stock)


def _notify(about: Order, text: str) -> None:
    Notification.objects.create(user_id=about.customer.user_id, text=text)
