"""The app's configuration."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """The store."""

    name = "store"
