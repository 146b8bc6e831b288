"""What the shop shows and what changes it: Mizan imports this module when the server starts."""

from store.mizan import account, back_office, cart, catalogue, orders, pages

__all__ = ["account", "back_office", "cart", "catalogue", "orders", "pages"]
