"""The app: products, carts, orders, customers and their notifications."""
