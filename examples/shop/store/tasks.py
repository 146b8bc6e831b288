"""What workers do. They declare nothing either: orders are watched, whoever writes them."""

from celery import shared_task
from django.db import transaction

from store.mizan.orders import change_status
from store.models import Order, OrderStatus


@shared_task
@transaction.atomic
def ship_order(order_id: int) -> None:
    """Ship an order that is paid; run again, it does nothing."""
    found = Order.objects.select_for_update().get(pk=order_id)
    if found.status == OrderStatus.PAID:
        change_status(found, OrderStatus.SHIPPED)
