"""What functions return: rows are turned into these, field by field."""

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, Field

from store.models import OrderStatus


class UserShape(BaseModel):
    """Who is signed in."""

    id: int
    username: str


class MeShape(BaseModel):
    """Who is signed in, and what they may do."""

    username: str
    customer_id: int
    runs_the_shop: bool


class ShopShape(BaseModel):
    """The shop that the subdomain names."""

    slug: str
    name: str


class ProductShape(BaseModel):
    """A product."""

    id: int
    name: str
    description: str
    price: Decimal
    stock: int = Field(description="How many there are; none: sold out.")


class SalesShape(BaseModel):
    """How often a product was bought."""

    orders: int
    pieces: int


class CartLineShape(BaseModel):
    """A product in the cart."""

    product: ProductShape
    quantity: int
    total: Decimal


class CartShape(BaseModel):
    """The visitor's cart; empty for one who has none."""

    lines: list[CartLineShape] = []
    total: Decimal = Decimal(0)


class OrderLineShape(BaseModel):
    """A product in an order, at the price of that day."""

    product_id: int
    name: str
    quantity: int
    price: Decimal


class OrderShape(BaseModel):
    """An order."""

    id: int
    status: OrderStatus
    placed_at: datetime
    total: Decimal
    lines: list[OrderLineShape]


class SoldShape(OrderShape):
    """An order, and whose it is."""

    customer: "CustomerShape"


class CustomerShape(BaseModel):
    """A customer's own data."""

    id: int
    name: str
    email: str
    phone: str


class NotificationShape(BaseModel):
    """A line of the feed; `read_at` is null until it was read."""

    id: int
    text: str
    created_at: datetime
    read_at: datetime | None
