"""The admin, for the people who run the shops. It declares nothing but what no `watch` sees."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from mizan.django import affects
from store import tasks
from store.mizan.contexts import CatalogueContext, ProductContext, StockContext
from store.mizan.orders import change_status
from store.models import Order, OrderLine, OrderStatus, Product


class Kept(admin.ModelAdmin):
    """Rows that others refer to: they are changed, never deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse it to all."""
        return False


class Lines(admin.TabularInline):
    """The products of an order, to look at."""

    model = OrderLine
    fields = ("product", "quantity", "price")
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Allow it to those who see the order."""
        return True


@admin.register(Order)
class OrderAdmin(Kept):
    """Orders, whose status is changed here. `watch` in contexts.py sees to their pages."""

    list_display = ("__str__", "customer", "status", "placed_at", "total")
    list_filter = ("status", "tenant")
    list_select_related = ("customer",)
    fields = ("status", "customer", "placed_at", "total")
    inlines = (Lines,)
    actions = ("ship",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Leave it to customers."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Order | None = None) -> Any:
        """Let the status change, unless the order is cancelled."""
        is_closed = obj is not None and obj.status == OrderStatus.CANCELLED
        return self.fields if is_closed else self.fields[1:]

    def save_model(self, request: HttpRequest, obj: Order, form: Any, change: bool) -> None:
        """Do what belongs to another status, too: the customer is told, pieces come back."""
        if form.changed_data:
            change_status(obj, OrderStatus(obj.status))

    @admin.action(description="Ship those that are paid", permissions=["change"])
    def ship(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        """Have the chosen orders shipped."""
        paid = queryset.filter(status=OrderStatus.PAID).values_list("pk", flat=True)
        for order_id in list(paid):
            tasks.ship_order.delay(order_id)
        self.message_user(request, f"On their way: {len(paid)}.")


@admin.register(Product)
class ProductAdmin(Kept):
    """Products; as they are not watched, the method that writes them says what is stale."""

    list_display = ("name", "tenant", "price", "stock")
    list_filter = ("tenant",)
    search_fields = ("name",)

    @affects(ProductContext.by(product_id="obj.pk"), CatalogueContext, StockContext)
    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:
        """Save a product."""
        super().save_model(request, obj, form, change)
