"""What the project declares: an order's row is stale when the order is written, by whomever."""

from __future__ import annotations

from rows.mizan import RowContext

from mizan.django import watch
from orders.models import Order

watch(Order, RowContext, key="owner.key")
