"""What can go wrong in a shop: declared where it can happen, so clients know the fields."""

from mizan.django import AppError


class OutOfStock(AppError):
    """There are fewer pieces than were asked for."""

    product_id: int
    left: int


class EmptyCart(AppError):
    """Nothing is in the cart."""


class OrderClosed(AppError):
    """The order is cancelled, which is final."""


class WrongPassword(AppError):
    """The name or the password is wrong."""

    status = 422
