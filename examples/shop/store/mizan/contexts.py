"""The contexts: bundles of data that go stale together."""

from uuid import UUID

from mizan.django import Context, FromRequest, watch
from store.carts import cart_id
from store.customers import customer_id
from store.models import Order, Product


class SessionContext(Context):
    """Who is looking. Signing in or out makes nothing stale: clients forget everything."""

    user_id: int = FromRequest(lambda request: request.user.pk)


class CatalogueContext(Context):
    """What the shop sells. The same for every visitor of one shop."""


class ProductContext(Context):
    """One product."""


class StockContext(Context):
    """What the people who run the shop see."""


class OfficeContext(Context):
    """The orders of everybody, for the people who run the shop."""


class CartContext(Context):
    """The visitor's cart. The server knows whose it is; it is not in the URL."""

    cart_id: UUID = FromRequest(cart_id)


class OrdersContext(Context):
    """The orders of the signed-in customer."""

    customer_id: int = FromRequest(customer_id)


class OrderContext(Context):
    """One order."""


class CustomerContext(Context):
    """A customer's own data."""


class NotificationsContext(Context):
    """The feed of the signed-in user."""

    user_id: int = FromRequest(lambda request: request.user.pk)


# Orders are also changed by what declares nothing: the admin, and the task that ships them.
watch(Order, OrderContext, order_id="pk")
watch(Order, OrdersContext, customer_id="customer_id")
watch(Order, OfficeContext)
# A cart shows price and stock of its products: who changes a product need not know of carts.
watch(Product, CartContext, cart_id="cartline.cart_id")
