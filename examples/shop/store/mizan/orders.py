"""Orders, and what the payment provider says of them."""

import json

from django.db.models import F, QuerySet
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
    OfficeContext,
    OrderContext,
    OrdersContext,
    ProductContext,
    StockContext,
)
from store.models import CartLine, Notification, Order, OrderLine, OrderStatus, Payment, Product
from store.paging import Page, page_of, pages_of
from store.shapes import OrderShape

# What an order changes for those who run the shop, and of what is sold.
_SHOP = [CatalogueContext, StockContext, OfficeContext]


@client(context=OrdersContext, login_required=True)
def orders(
    request: HttpRequest, status: OrderStatus | None = None, page: Page = 1
) -> list[OrderShape]:
    """Return a page of the customer's orders, the latest first."""
    return page_of(in_status(customer_of(request).orders.all(), status), page)


@client(context=OrdersContext, login_required=True)
def order_pages(request: HttpRequest, status: OrderStatus | None = None) -> int:
    """Return how many pages of orders there are."""
    return pages_of(in_status(customer_of(request).orders.all(), status))


@client(context=OrderContext, login_required=True)
def order(request: HttpRequest, order_id: int) -> OrderShape:
    """Return one of the customer's orders."""
    return customer_of(request).orders.get(pk=order_id)


@client(
    affects=[CartContext, OrdersContext, NotificationsContext, *_SHOP],
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
    affects=[OrderContext, OrdersContext, NotificationsContext, *_SHOP],
    login_required=True,
)
def cancel_order(request: HttpRequest, order_id: int) -> OrderShape:
    """Cancel an order that is not paid yet, and put the pieces back."""
    found = get_object_or_404(customer_of(request).orders, pk=order_id, status=OrderStatus.PLACED)
    change_status(found, OrderStatus.CANCELLED)
    return found


@client(
    private=True, route="/webhooks/payments/<int:order_id>/", affects=[OrderContext, OfficeContext]
)
def payment_webhook(request: HttpRequest, order_id: int) -> HttpResponse:
    """Note that an order was paid. Only the payment provider can call this.

    It knows no customer; whose list is stale is known to `watch(Order, …)`.
    """
    payments.check(request.body, request.headers.get("Payment-Signature", ""))
    event = json.loads(request.body)
    paid = get_object_or_404(Order.objects.select_related("customer"), pk=order_id)
    _, is_new = Payment.objects.get_or_create(event=event["id"], defaults={"order": paid})
    is_due = is_new and event["type"] == "payment.succeeded"
    if is_due and paid.status == OrderStatus.PLACED:
        change_status(paid, OrderStatus.PAID)
    return HttpResponse(status=204)


def in_status(rows: QuerySet[Order], status: OrderStatus | None) -> QuerySet[Order]:
    """Return orders with their lines; those of one status alone where it is given."""
    found = rows.prefetch_related("lines__product")
    return found.filter(status=status) if status else found


def change_status(order: Order, status: OrderStatus) -> None:
    """Give an order another status, and tell its customer; a cancelled one's pieces come back."""
    if status == OrderStatus.CANCELLED:
        for line in order.lines.all():
            Product.objects.filter(pk=line.product_id).update(stock=F("stock") + line.quantity)
            invalidate(ProductContext, product_id=line.product_id)
        invalidate(CatalogueContext)
        invalidate(StockContext)
    order.status = status
    order.save(update_fields=["status"])
    _notify(order, f"Order {order.pk} is {status.value}.")


def _take(line: CartLine) -> None:
    """Take the pieces of a line out of the stock. Raises OutOfStock."""
    there = Product.objects.filter(pk=line.product_id, stock__gte=line.quantity)
    if not there.update(stock=F("stock") - line.quantity):
        line.product.refresh_from_db()
        detail = f"There are only {line.product.stock} of {line.product.name}."
        raise OutOfStock(detail, product_id=line.product_id, left=line.product.stock)


def _notify(about: Order, text: str) -> None:
    Notification.objects.create(user_id=about.customer.user_id, text=text)
    invalidate(NotificationsContext, user_id=about.customer.user_id)
