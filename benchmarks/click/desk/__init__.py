"""A small project whose page shows a customer's profile, orders and notifications, and products."""
