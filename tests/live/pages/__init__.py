"""The site of the live tests: `pages.asgi:application`."""
